"""The print station: a desk with a printer that sees who comes in, and prints each badge that is wanted once.

A station is a browser. It takes a badge, prints it, and says that it came out; whatever it took and said nothing about waits for a
person after a reload, so that no badge comes out twice and none is forgotten.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import InvalidInput, NotFound
from events.kit.forms import Form
from events.kit.fragment_stream import Fragments, fragment_stream
from events.kit.http import wants_json
from events.kit.i18n import current_language, use_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.people.keys import search_words
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import actions, queries, station_queries
from .forms import LONGEST_QUERY, uuid_of
from .presentation import arrived_row, clock_of, queue_row

AnyRequest = Request[Any, Any, State]


def below(path: str) -> str:
    return f"/organiser/events/{{slug:str}}/badges{path}"


@get(below("/station"))
async def show_station(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], q: FromQuery[str | None] = None
) -> Template:
    """What waits for the printer, who came in last, and a search for everybody else."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    query = (q or "").strip()[:LONGEST_QUERY]
    words = search_words(query)
    found = await station_queries.latest_arrivals(db, event.id, words) if words else []
    return page(
        "badges/station.html",
        event=event,
        staff=staff,
        section="badges",
        look=await queries.look_of_event(db, event.id),
        query=query,
        found=[arrived_row(one, event) for one in found],
        clock=clock_of(clock.now(), event.time_zone),
        **await _lists(db, event),
    )


@get(below("/station/stream"))
async def stream_station(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool], live: NamedDependency[Live]
) -> Stream:
    """The same lists whenever somebody comes in, asks for a badge or prints one."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    told = fragment_stream(live, event.live_topic, _reader(request, pool, event), tell_time=lambda: clock_of(clock.now(), event.time_zone))
    return Stream(told, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


@post(below("/requests"), status_code=303)
async def create_request(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Asks for a guest's badge, also for one more."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    wanted = uuid_of((await Form.read(request)).values.get("registration_id", ""))
    if wanted is None:
        raise NotFound(link=f"/organiser/events/{slug}/badges/station")
    await actions.request_badge(tx, event_id=event.id, registration_id=wanted, actor=staff.actor, now=clock.now())
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/badges/station", status_code=303)


@post(below("/requests/{request_id:uuid}/withdrawal"), status_code=303)
async def create_withdrawal(
    slug: FromPath[str],
    request_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Takes a badge out of the queue."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    await station_queries.ask_for_arrivals(tx, event.id)
    if not await station_queries.withdraw_request(tx, event.id, request_id, clock.now()):
        raise NotFound(link=f"/organiser/events/{slug}/badges/station")
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/badges/station", status_code=303)


@post(below("/requests/{request_id:uuid}/return"), status_code=303)
async def create_return(
    slug: FromPath[str],
    request_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Puts a badge that a station took back into the queue: it did not come out, or that station is gone."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    if not await station_queries.give_back_request(tx, event.id, request_id):
        raise NotFound(link=f"/organiser/events/{slug}/badges/station")
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/badges/station", status_code=303)


@post(below("/claims"), status_code=200)
async def create_claim(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Gives the station its next badge, or the one it names; {"badge": null} when there is none for it."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    form = await Form.read(request)
    station, named = _station(form), uuid_of(form.values.get("request_id", ""))
    taken = await actions.take_next(tx, event.id, station, now=clock.now(), request_id=named)
    if taken is None:
        return Response({"badge": None})
    live.mark(event.live_topic)
    picture = f"/organiser/events/{slug}/badges/{taken.bearer.registration_id}/picture.svg"
    look = await queries.look_of_event(tx, event.id)
    row = queue_row(taken, event)
    return Response({"badge": {"id": taken.id, "name": row.guest.name, "picture": picture, "layout": look.layout}})


@post(below("/requests/{request_id:uuid}/print"), status_code=200)
async def create_print(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    request_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """The badge came out of this station's printer; a record says when and by whom."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    if await station_queries.request_by_id(tx, event.id, request_id) is None:
        raise NotFound(link=f"/organiser/events/{slug}/badges/station")
    station, look = _station(await Form.read(request)), await queries.look_of_event(tx, event.id)
    await actions.finish(tx, request_id, station_id=station, look=look, actor=staff.actor, now=clock.now())
    live.mark(event.live_topic)
    if wants_json(request):
        return Response({"id": request_id, "state": "printed"})
    return Redirect(f"/organiser/events/{slug}/badges/station", status_code=303)


def _station(form: Form) -> UUID:
    found = uuid_of(form.values.get("station_id", ""))
    if found is None:
        raise InvalidInput(errors={"station_id": _("This is not a valid id.")})
    return found


async def _lists(db: Executor, event: Event) -> dict[str, Any]:
    queue, total = await station_queries.queue_of_event(db, event.id)
    queued = {waiting.bearer.registration_id for waiting in queue}
    arrived = await station_queries.latest_arrivals(db, event.id, [])
    return {
        "queue": [queue_row(waiting, event) for waiting in queue],
        "total": total,
        "arrived": [arrived_row(one, event, queued=queued) for one in arrived],
        "home": f"/organiser/events/{event.slug}/badges",
    }


def _reader(request: AnyRequest, pool: Pool, event: Event) -> Callable[[], Awaitable[Fragments]]:
    engine: JinjaTemplateEngine = request.app.template_engine  # type: ignore[assignment]
    language = current_language()

    async def read() -> Fragments:
        with use_language(language):
            lists = await _lists(pool, event)
            return {name: engine.engine.get_template(f"badges/live/{name}.html").render(lists) for name in ("queue", "arrived")}

    return read


router = Router(
    path="/",
    route_handlers=[
        show_station,
        stream_station,
        create_request,
        create_withdrawal,
        create_return,
        create_claim,
        create_print,
    ],
)
