"""The waiting list as the organiser sees and serves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import DomainError, NotFound
from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import pools_of_event

from . import line_actions, line_queries
from .forms import parse_priority, parse_reason
from .line_presentation import present_party
from .line_queries import PAGE_SIZE

AnyRequest = Request[Any, Any, State]

DONE = {
    "priority": N_("The priority is set; the line below is in its new order."),
    "offered": N_("The party has its places, or the offer of them, and is told by mail. It is marked as served out of turn."),
    "withdrawn": N_("The offer is taken back. The party is told by mail, and the next in line is asked."),
    "returned": N_("The party stands in line again."),
}


@get("/organiser/events/{slug:str}/waiting-list")
async def show_waiting_list(
    *,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    after: FromQuery[int | None] = None,
    done: FromQuery[str | None] = None,
) -> Template:
    """Live offers, the line in its order, and who missed an offer."""
    event = await event_for_staff(db, staff, slug)
    first = max(after or 0, 0)
    line = await line_queries.parties_in_line(db, event.id, after=first)
    here = f"/organiser/events/{slug}/waiting-list"
    return page(
        "selection/waiting_list.html",
        staff=staff,
        event=event,
        section="waiting-list",
        root=(await pools_of_event(db, event.id))[0],
        line=[present_party(one, event) for one in line[:PAGE_SIZE]],
        offers=[present_party(one, event) for one in await line_queries.live_offers(db, event.id)],
        lapsed=[present_party(one, event) for one in await line_queries.lapsed_offers(db, event.id)],
        served=[present_party(one, event) for one in await line_queries.latest_served(db, event.id)],
        done=DONE.get(done or "", ""),
        earlier=f"{here}?{urlencode({'after': max(first - PAGE_SIZE, 0)})}" if first else "",
        later=f"{here}?{urlencode({'after': first + PAGE_SIZE})}" if len(line) > PAGE_SIZE else "",
    )


@get("/organiser/events/{slug:str}/waiting-list/{booking_id:uuid}")
async def show_party(
    slug: FromPath[str], booking_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """One party, and what can be done about its place in line."""
    event = await event_for_staff(db, staff, slug)
    return await _party(db, staff, event, booking_id, None)


@post("/organiser/events/{slug:str}/waiting-list/{booking_id:uuid}/priority", status_code=303)
async def update_priority(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    booking_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Moves the party in line; the reason is required, because others wait longer for it."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    wanted = parse_priority(form)
    if wanted is None:
        return await _party(tx, staff, event, booking_id, form, status=422)
    with _leading_back(event, booking_id):
        await line_actions.set_priority(tx, event, staff, booking_id, priority=wanted.priority, reason=wanted.reason)
    return _done(live, event, "priority")


@post("/organiser/events/{slug:str}/waiting-list/{booking_id:uuid}/offer", status_code=303)
async def create_offer(
    slug: FromPath[str],
    booking_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Serves the party out of its turn."""
    event = await event_for_staff(tx, staff, slug)
    with _leading_back(event, booking_id):
        await line_actions.offer_out_of_turn(tx, event, staff, booking_id, now=clock.now())
    return _done(live, event, "offered")


@post("/organiser/events/{slug:str}/waiting-list/{booking_id:uuid}/withdrawal", status_code=303)
async def create_withdrawal(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    booking_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Takes the party's offer back."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    reason = parse_reason(form)
    if not form.ok:
        return await _party(tx, staff, event, booking_id, form, status=422)
    with _leading_back(event, booking_id):
        await line_actions.withdraw_offer(tx, event, staff, booking_id, reason=reason, now=clock.now())
    return _done(live, event, "withdrawn")


@post("/organiser/events/{slug:str}/waiting-list/{booking_id:uuid}/return", status_code=303)
async def create_return(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    booking_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Lets a party that missed its offer wait again."""
    event = await event_for_staff(tx, staff, slug)
    in_former_place = (await Form.read(request)).values.get("place") == "former"
    with _leading_back(event, booking_id):
        await line_actions.put_back(tx, event, staff, booking_id, in_former_place=in_former_place, now=clock.now())
    return _done(live, event, "returned")


async def _party(db: Connection, staff: Staff, event: Event, booking_id: UUID, form: Form | None, *, status: int = 200) -> Template:
    party = await line_queries.party(db, event.id, booking_id)
    if party is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/waiting-list")
    typed = form or Form([("priority", str(party.priority)), ("reason", party.priority_reason)])
    return page(
        "selection/party.html",
        status=status,
        staff=staff,
        event=event,
        section="waiting-list",
        party=present_party(party, event),
        email=party.email,
        form=typed,
    )


@contextmanager
def _leading_back(event: Event, booking_id: UUID) -> Iterator[None]:
    """A refusal leads back to where the party stands now."""
    try:
        yield
    except NotFound:
        raise
    except DomainError as refusal:
        refusal.link = refusal.link or f"/organiser/events/{event.slug}/waiting-list/{booking_id}"
        raise


def _done(live: Live, event: Event, what: str) -> Redirect:
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{event.slug}/waiting-list?done={what}", status_code=303)


router = Router(path="/", route_handlers=[show_waiting_list, show_party, update_priority, create_offer, create_withdrawal, create_return])
