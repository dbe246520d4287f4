"""One person over all events and invitations of an organiser: finding, looking, handing out, erasing."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_, local
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens

from . import erasure, people, people_queries
from .dossier import dossier_of
from .model import Reason
from .organiser_presentation import person_line, without_sensitive
from .people import Someone

AnyRequest = Request[Any, Any, State]

REASONS = {
    Reason.ASKED: N_("The person asked for it"),
    Reason.NOT_NEEDED: N_("We no longer need it"),
    Reason.MISTAKE: N_("It was recorded by mistake"),
}
KINDS = ("guests", "invitations")


@get("/organiser/people")
async def search_people(
    staff: NamedDependency[Staff], db: NamedDependency[Connection], q: FromQuery[str | None] = None, done: FromQuery[str | None] = None
) -> Template:
    """Finds people by name in any script, by company or by address."""
    organiser_ids = _organisers(staff)
    query = (q or "").strip()
    found = await people.find_people(db, organiser_ids, query) if query else []
    lines = [person_line(traces) for traces in found]
    return page("privacy/people.html", staff=staff, section="people", query=query, people=lines, done=done)


@get("/organiser/people/{kind:str}/{trace_id:uuid}")
async def show_person(
    kind: FromPath[str], trace_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """What is known, without what is sensitive: that is opened by a button, and written down."""
    return await _person_page(db, staff, await _someone(db, staff, kind, trace_id), sensitive=False)


@post("/organiser/people/{kind:str}/{trace_id:uuid}/details", status_code=200)
async def open_details(
    kind: FromPath[str], trace_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Template:
    """The same with food, access and answers, after noting who looked."""
    found = await _someone(tx, staff, kind, trace_id)
    await _note(tx, staff, found, "person_viewed")
    return await _person_page(tx, staff, found, sensitive=True)


@post("/organiser/people/{kind:str}/{trace_id:uuid}/data.json", status_code=200)
async def export_person(
    kind: FromPath[str], trace_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[bytes]:
    """Everything as a file, after noting who took it."""
    found = await _someone(tx, staff, kind, trace_id)
    await _note(tx, staff, found, "person_exported")
    dossier = await dossier_of(tx, found.holdings, internal=True, now=clock.now())
    name = f"person-{clock.now():%Y-%m-%d}.json"
    return Response(dossier.as_json(), media_type="application/json", headers={"content-disposition": f'attachment; filename="{name}"'})


@get("/organiser/people/{kind:str}/{trace_id:uuid}/erasure")
async def new_person_erasure(
    kind: FromPath[str], trace_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Asks before somebody is forgotten."""
    return _erasure_form(staff, await _someone(db, staff, kind, trace_id), Form())


@post("/organiser/people/{kind:str}/{trace_id:uuid}/erasure", status_code=303)
async def create_person_erasure(
    *,
    request: AnyRequest,
    kind: FromPath[str],
    trace_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """Erases for good; places that are still ahead go to the waiting list."""
    form = await Form.read(request)
    found = await _someone(tx, staff, kind, trace_id)
    reason = form.choice("reason", [one.value for one in Reason])
    if not form.ok:
        return _erasure_form(staff, found, form, status=422)
    for event_id in await erasure.erase(tx, tokens, found.holdings, actor=staff.actor, reason=Reason(reason), now=clock.now()):
        live.mark(f"event:{event_id}")
    return Redirect("/organiser/people?done=erased", status_code=303)


def _organisers(staff: Staff) -> list[UUID]:
    organiser_ids = staff.organisers(Role.ORGANISER)
    if not organiser_ids:
        raise Forbidden
    return organiser_ids


async def _someone(db: Connection, staff: Staff, kind: str, trace_id: UUID) -> Someone:
    anchor = await people_queries.trace_by_id(db, _organisers(staff), kind, trace_id) if kind in KINDS else None
    if anchor is None:
        raise NotFound(link="/organiser/people")
    return await people.someone(db, anchor)


async def _note(tx: Connection, staff: Staff, found: Someone, action: str) -> None:
    subject = f"{'guest' if found.anchor.kind == 'guests' else 'invitation'}:{found.anchor.id}"
    detail = {"guests": len(found.holdings.guest_ids), "invitations": len(found.holdings.invitation_ids)}
    await insert_audit_entry(tx, organiser_id=found.anchor.organiser_id, actor=staff.actor, action=action, subject=subject, detail=detail)


async def _person_page(db: Connection, staff: Staff, found: Someone, *, sensitive: bool) -> Template:
    dossier = await dossier_of(db, found.holdings, internal=sensitive, now=clock.now())
    here = _address(found)
    return page(
        "privacy/person.html",
        staff=staff,
        section="people",
        here=here,
        page_url=here,
        person=person_line(found.traces),
        sections=(dossier if sensitive else without_sensitive(dossier)).sections(),
        sensitive=sensitive,
        maybe=[person_line([trace]) for trace in found.maybe],
    )


def _erasure_form(staff: Staff, found: Someone, form: Form, *, status: int = 200) -> Template:
    companions = any(trace.is_contact and trace.kind == "guests" for trace in found.traces)
    return page(
        "privacy/person_erasure.html",
        status=status,
        staff=staff,
        section="people",
        here=_address(found),
        page_url=f"{_address(found)}/erasure",
        person=person_line(found.traces),
        events=sorted({local(event) for trace in found.traces for event in trace.events}),
        is_contact=companions,
        form=form,
        reasons=[(reason.value, _(words)) for reason, words in REASONS.items()],
    )


def _address(found: Someone) -> str:
    return f"/organiser/people/{found.anchor.kind}/{found.anchor.id}"


router = Router(
    path="/",
    route_handlers=[search_people, show_person, open_details, export_person, new_person_erasure, create_person_erasure],
)
