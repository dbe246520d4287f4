"""One guest at the door, for the organiser's team: every movement, and letting in, out or back by name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.kit.ids import new_id
from events.kit.live import Live
from events.kit.templates import page
from events.people.keys import search_words
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import board_actions, board_queries, queries
from .announcement import card_of
from .board_model import DoorGuest
from .board_words import headline, name_of, show_record, told
from .forms import LONGEST_QUERY
from .model import Answer, Verdict
from .rules import SHORTEST_NOTE, Exits
from .rules_queries import rules_of_event

AnyRequest = Request[Any, Any, State]

LONGEST_NOTE = 300
SAID = {
    "in": N_("The guest is in."),
    "out": N_("The guest is out."),
    "undone": N_("Taken back. The record stays, marked as undone."),
}


@get("/organiser/events/{slug:str}/door/guests")
async def find_guests(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], q: FromQuery[str] = ""
) -> Template:
    """Guests by name in any script, by company or department, as on a door phone."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    query, now = q[:LONGEST_QUERY], clock.now()
    words = search_words(query)
    found = await queries.find_guests(db, event.id, words) if words else []
    lines = [(card_of(line.guest), line.state, _since(line.inside_since, event, now)) for line in found]
    return page("door/board_guests.html", staff=staff, event=event, section="door", query=query, lines=lines)


@get("/organiser/events/{slug:str}/door/guests/{registration_id:uuid}")
async def show_guest(
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    done: FromQuery[str | None] = None,
) -> Template:
    """Every record about the guest, and what can be done now."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    guest = await _guest(db, event, registration_id)
    return await _guest_page(db, staff, event, guest, Form(), said=_(SAID[done]) if done in SAID else "")


@post("/organiser/events/{slug:str}/door/guests/{registration_id:uuid}/admission", status_code=303)
async def create_admission(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Lets the guest in; against the rules only an organiser may, with a reason."""
    event, guest, form = await _asked(request, tx, staff, slug, registration_id)
    scan_id, gate_id = _scan_id(form), await _gate(tx, event, form)
    note = form.text("note", longest=LONGEST_NOTE)
    if form.ok:
        answer = await board_actions.let_in(
            tx, event, staff, guest.registration_id, scan_id=scan_id, gate_id=gate_id, note=note, now=clock.now()
        )
        live.mark(event.live_topic)
        if answer.verdict == Verdict.ADMITTED:
            return _done(event, guest, "in")
        form.error("note", _refusal(answer, event, staff))
    return await _guest_page(tx, staff, event, guest, form, status=422)


@post("/organiser/events/{slug:str}/door/guests/{registration_id:uuid}/exit", status_code=303)
async def create_exit(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Notes that the guest has left."""
    event, guest, form = await _asked(request, tx, staff, slug, registration_id)
    scan_id, gate_id = _scan_id(form), await _gate(tx, event, form)
    if form.ok:
        answer = await board_actions.let_out(tx, event, staff, guest.registration_id, scan_id=scan_id, gate_id=gate_id, now=clock.now())
        live.mark(event.live_topic)
        if answer.verdict == Verdict.LEFT:
            return _done(event, guest, "out")
        form.error("", headline(answer.reason or answer.verdict))
    return await _guest_page(tx, staff, event, guest, form, status=422)


@get("/organiser/events/{slug:str}/door/guests/{registration_id:uuid}/records/{record_id:uuid}/undo")
async def new_undo(
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    record_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
) -> Template:
    """Asks why before a record is taken back."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    guest = await _guest(db, event, registration_id)
    return await _undo_page(db, staff, event, guest, record_id, form=Form())


@post("/organiser/events/{slug:str}/door/guests/{registration_id:uuid}/records/{record_id:uuid}/undo", status_code=303)
async def create_undo(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    record_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Takes an entry or an exit back, whichever phone made it."""
    event, guest, form = await _asked(request, tx, staff, slug, registration_id)
    note = form.text("note", required=True, longest=LONGEST_NOTE)
    if form.ok and len(note) < SHORTEST_NOTE:
        form.error("note", _("Please say why, in a word at least."))
    if not form.ok:
        return await _undo_page(tx, staff, event, guest, record_id, form=form, status=422)
    records = await board_queries.records_of_guest(tx, event.id, guest.registration_id)
    if record_id not in {record.id for record in records}:
        raise NotFound(link=_address(event, guest))
    await board_actions.take_back(tx, event, staff, record_id, registration_id=guest.registration_id, note=note, now=clock.now())
    live.mark(event.live_topic)
    return _done(event, guest, "undone")


async def _asked(request: AnyRequest, tx: Connection, staff: Staff, slug: str, registration_id: UUID) -> tuple[Event, DoorGuest, Form]:
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    await queries.lock_door(tx, event.id)
    return event, await _guest(tx, event, registration_id), await Form.read(request)


async def _guest(db: Connection, event: Event, registration_id: UUID) -> DoorGuest:
    guest = await board_queries.door_guest(db, event.id, registration_id)
    if guest is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/door")
    return guest


def _refusal(answer: Answer, event: Event, staff: Staff) -> str:
    """Why the guest is not in, and what can be done about it."""
    if answer.verdict == Verdict.ALREADY_IN:
        return _("The guest is inside already.")
    words = {"reason": headline(answer.reason or answer.verdict)}
    if staff.may(Role.ORGANISER, event.organiser_id):
        return _("The rules say: %(reason)s. To let the guest in all the same, say why here.") % words
    return _("The rules say: %(reason)s. An organiser can decide otherwise.") % words


def _scan_id(form: Form) -> UUID:
    """The id the page gave its form, so that a form sent twice is one record."""
    try:
        return UUID(form.values.get("scan", ""))
    except ValueError:
        return new_id()


async def _gate(db: Connection, event: Event, form: Form) -> UUID | None:
    """The gate that was chosen; none is a choice, too."""
    wanted = form.text("gate", longest=60)
    gates = await queries.gates_by_name(db, event.id, [wanted]) if wanted and form.ok else {}
    if wanted and form.ok and wanted not in gates:
        form.error("gate", _("Please choose one of the options."))
    return gates.get(wanted)


async def _guest_page(
    db: Connection, staff: Staff, event: Event, guest: DoorGuest, form: Form, *, said: str = "", status: int = 200
) -> Template:
    now = clock.now()
    records = await board_queries.records_of_guest(db, event.id, guest.registration_id)
    rules = await rules_of_event(db, event.id)
    return page(
        "door/board_guest.html",
        status=status,
        staff=staff,
        event=event,
        section="door",
        guest=guest,
        called=name_of(guest.guest),
        arrived=_since(guest.arrived_at, event, now),
        inside=_since(guest.inside_since, event, now),
        history=[show_record(record, zone=event.time_zone, now=now) for record in records],
        gates=await queries.gate_names(db, event.id),
        counts_exits=rules.exits != Exits.OFF,
        may_override=staff.may(Role.ORGANISER, event.organiser_id),
        scan_id=new_id(),
        form=form,
        said=said,
    )


async def _undo_page(
    db: Connection, staff: Staff, event: Event, guest: DoorGuest, record_id: UUID, *, form: Form, status: int = 200
) -> Template:
    now = clock.now()
    records = await board_queries.records_of_guest(db, event.id, guest.registration_id)
    record = next((record for record in records if record.id == record_id), None)
    if record is None or not record.may_be_undone:
        raise NotFound(link=_address(event, guest))
    shown = show_record(record, zone=event.time_zone, now=now)
    here = _address(event, guest)
    return page("door/board_undo.html", status=status, staff=staff, event=event, section="door", shown=shown, back=here, form=form)


def _address(event: Event, guest: DoorGuest) -> str:
    return f"/organiser/events/{event.slug}/door/guests/{guest.registration_id}"


def _done(event: Event, guest: DoorGuest, what: str) -> Redirect:
    return Redirect(f"{_address(event, guest)}?done={what}", status_code=303)


def _since(at: datetime | None, event: Event, now: datetime) -> str:
    return told(at, event.time_zone, now=now) if at else ""


router = Router(path="/", route_handlers=[find_guests, show_guest, create_admission, create_exit, new_undo, create_undo])
