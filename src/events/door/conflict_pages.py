"""What contradicts at the door: the list, one conflict with all that is known about it, and the decision."""

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
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import board_actions, board_queries
from .board_model import ConflictLine, Decision
from .board_words import DECISIONS, show_conflict, show_record, told

AnyRequest = Request[Any, Any, State]

LONGEST_NOTE = 300
SAID = {
    "decided": N_("Decided. The door phones hear of it."),
    "before": N_("Somebody else decided this in the meantime. Their decision stands."),
}


@get("/organiser/events/{slug:str}/door/conflicts")
async def show_conflicts(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """What is to be decided, and what was."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    now = clock.now()
    lists = await board_queries.open_conflicts(db, event.id), await board_queries.decided_conflicts(db, event.id)
    undecided, decided = ([show_conflict(line, zone=event.time_zone, now=now) for line in lines] for lines in lists)
    said = _(SAID[done]) if done in SAID else ""
    return page("door/conflicts.html", staff=staff, event=event, section="door", undecided=undecided, decided=decided, said=said)


@get("/organiser/events/{slug:str}/door/conflicts/{check_in_id:uuid}")
async def show_conflict_page(
    slug: FromPath[str], check_in_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Both entries side by side, everything else the door knows about the guest, and the form."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    return await _conflict_page(db, staff, event, await _conflict(db, event, check_in_id), Form())


@post("/organiser/events/{slug:str}/door/conflicts/{check_in_id:uuid}", status_code=303)
async def create_resolution(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    check_in_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Decides. The first decision stands; a second one is told so."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
    conflict, form = await _conflict(tx, event, check_in_id), await Form.read(request)
    chosen, note = form.choice("decision", conflict.choices), form.text("note", longest=LONGEST_NOTE)
    if not form.ok:
        return await _conflict_page(tx, staff, event, conflict, form, status=422)
    first = conflict.decision is None and await board_actions.resolve(
        tx, event, staff, conflict, decision=Decision(chosen), note=note, now=clock.now()
    )
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{event.slug}/door/conflicts?done={'decided' if first else 'before'}", status_code=303)


async def _conflict(db: Connection, event: Event, check_in_id: UUID) -> ConflictLine:
    conflict = await board_queries.conflict_of_entry(db, event.id, check_in_id)
    if conflict is None:  # taken back at the gate in the meantime, or never one
        raise NotFound(link=f"/organiser/events/{event.slug}/door")
    return conflict


async def _conflict_page(db: Connection, staff: Staff, event: Event, conflict: ConflictLine, form: Form, *, status: int = 200) -> Template:
    now, zone = clock.now(), event.time_zone
    records = await board_queries.records_of_guest(db, event.id, conflict.registration_id) if conflict.registration_id else []
    return page(
        "door/conflicts_one.html",
        status=status,
        staff=staff,
        event=event,
        section="door",
        shown=show_conflict(conflict, zone=zone, now=now),
        conflict=conflict,
        phone_at=told(conflict.phone_at, zone, now=now) if conflict.phone_at else "",
        list_at=told(conflict.list_at, zone, now=now) if conflict.list_at else "",
        history=[show_record(record, zone=zone, now=now) for record in records],
        choices=[(decision.value, _(DECISIONS[decision])) for decision in conflict.choices],
        form=form,
    )


router = Router(path="/", route_handlers=[show_conflicts, show_conflict_page, create_resolution])
