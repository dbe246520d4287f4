"""What people of the organiser's team do about the door: let in and out by name, take a record back, decide a conflict."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.ids import new_id
from events.programme.model import Event

from . import board_queries, queries
from .board_model import ConflictLine, Decision
from .model import Act, Answer, Decided, Decider, Scan, Source, Verdict
from .rules import SHORTEST_NOTE


async def let_in(
    tx: Connection, event: Event, staff: Staff, registration_id: UUID, *, scan_id: UUID, gate_id: UUID | None, note: str, now: datetime
) -> Answer:
    """Lets a guest in as the rules say; where they say no, an organiser who tells why decides against them. The refusal is written
    down as well, and so is who overrode it."""
    asked = _scan(staff, registration_id, scan_id=scan_id, gate_id=gate_id, note=note, now=now)
    [answer] = await queries.redeem_tickets(tx, event.id, [asked])
    overrides = answer.verdict == Verdict.REFUSED and may_override(staff, event, note)
    if overrides:
        decided = Decided(verdict=Verdict.ADMITTED, by=Decider.SUPERVISOR, reason=answer.reason)
        [answer] = await queries.redeem_tickets(tx, event.id, [msgspec.structs.replace(asked, id=new_id(), decided=decided)])
    if answer.verdict == Verdict.ADMITTED and not answer.replayed:
        await _note(tx, event, staff, "guest_let_in", about=registration_id, detail={"overridden": overrides})
    return answer


def may_override(staff: Staff, event: Event, note: str) -> bool:
    """Whether this person may let somebody in against the rules, for this reason."""
    return staff.may(Role.ORGANISER, event.organiser_id) and len(note) >= SHORTEST_NOTE


async def let_out(
    tx: Connection, event: Event, staff: Staff, registration_id: UUID, *, scan_id: UUID, gate_id: UUID | None, now: datetime
) -> Answer:
    """Notes that a guest has left, where the event counts people out."""
    scan = _scan(staff, registration_id, scan_id=scan_id, gate_id=gate_id, note="", now=now)
    [answer] = await queries.redeem_tickets(tx, event.id, [msgspec.structs.replace(scan, act=Act.EXIT)])
    if answer.verdict == Verdict.LEFT and not answer.replayed:
        await _note(tx, event, staff, "guest_let_out", about=registration_id, detail={})
    return answer


async def take_back(
    tx: Connection, event: Event, staff: Staff, check_in_id: UUID, *, registration_id: UUID | None, note: str, now: datetime
) -> bool:
    """Undoes an entry or exit, whoever wrote it down. Answers whether it is undone now."""
    undo = Scan(
        id=new_id(), at=now, operator=staff.actor, act=Act.UNDO, undoes=check_in_id, source=Source.SEARCH, note=note, may_undo_any=True
    )
    [answer] = await queries.redeem_tickets(tx, event.id, [undo])
    if answer.verdict == Verdict.UNDONE and not answer.replayed:
        await _note(tx, event, staff, "entry_undone", about=registration_id, detail={})
    return answer.verdict == Verdict.UNDONE


async def resolve(
    tx: Connection, event: Event, staff: Staff, conflict: ConflictLine, *, decision: Decision, note: str, now: datetime
) -> bool:
    """Writes down what was found out; an entry that did not stay one is taken back, so that the counts are right. The first
    decision stands: answers whether it is this one."""
    await queries.lock_door(tx, event.id)
    first = await board_queries.insert_resolution(tx, conflict, event_id=event.id, decision=decision, note=note, actor=staff.actor, now=now)
    if first and decision.takes_back:
        await take_back(tx, event, staff, conflict.check_in_id, registration_id=conflict.registration_id, note=note, now=now)
    if first:
        detail: dict[str, object] = {"decision": decision, "kind": conflict.kind}
        await _note(tx, event, staff, "conflict_resolved", about=conflict.registration_id, detail=detail)
    return first


def _scan(staff: Staff, registration_id: UUID, *, scan_id: UUID, gate_id: UUID | None, note: str, now: datetime) -> Scan:
    return Scan(id=scan_id, at=now, operator=staff.actor, registration_id=registration_id, gate_id=gate_id, source=Source.SEARCH, note=note)


async def _note(tx: Connection, event: Event, staff: Staff, action: str, *, about: UUID | None, detail: dict[str, object]) -> None:
    subject = f"registration:{about}" if about else f"event:{event.slug}"
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=subject, detail={"event": event.slug, **detail}
    )
