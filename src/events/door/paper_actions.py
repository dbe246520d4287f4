"""Printing the guest list, and letting in afterwards who was ticked on it."""

from datetime import datetime

import msgspec

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.programme.model import Event

from . import paper_queries
from .desk import CheckInDesk
from .model import Act, Answer, Decided, Decider, Scan, Source, Verdict
from .paper_forms import Entry
from .paper_model import MOST_LINES, Line, PaperGuest, PaperList, check_in_id, latin_order


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """What the ticks would do: who is let in; who is in already, for whom nothing is written; who has no place and is let in all the
    same, because the paper says that they are in the house."""

    welcome: list[Line]
    against: list[Line]
    inside: list[Line]


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the ticks; `written` counts those of an earlier sending of the same page as well."""

    written: int
    against: int
    inside: int


async def make_list(tx: Connection, event: Event, staff: Staff, *, now: datetime) -> PaperList:
    """The list as it is to be printed now: the latest version if the same guests stand in the same order, else a new one."""
    await paper_queries.lock_lists(tx, event.id)
    guests = sorted(await paper_queries.guests_to_list(tx, event.id, most=MOST_LINES), key=latin_order)
    wanted = [guest.registration_id for guest in guests]
    versions = await paper_queries.lists_of_event(tx, event.id)
    if versions and await paper_queries.registrations_of_list(tx, versions[0].id) == wanted:
        return versions[0]
    version = versions[0].version + 1 if versions else 1
    made = PaperList(id=new_id(), version=version, lines=len(wanted), actor=staff.actor, made_at=now)
    await paper_queries.insert_list(tx, event.id, made, wanted)
    return made


async def list_to_print(tx: Connection, event: Event, made: PaperList, staff: Staff) -> dict[int, PaperGuest]:
    """What is printed beside the numbers of the version; that somebody took everybody's names along is written down."""
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action="paper_list_printed",
        subject=f"event:{event.id}",
        detail={"version": made.version, "lines": made.lines},
    )
    return await paper_queries.guests_of_list(tx, made.id)


async def foresee(db: Executor, made: PaperList, entry: Entry) -> Foreseen:
    """What would happen, without writing anything."""
    ids = [check_in_id(entry.id, number) for number in entry.numbers]
    lines = await paper_queries.lines_of_list(db, made.id, entry.numbers, ids, at=entry.at)
    return Foreseen(
        welcome=[line for line in lines if not line.is_in and line.guest.state == "confirmed"],
        against=[line for line in lines if not line.is_in and line.guest.state != "confirmed"],
        inside=[line for line in lines if line.is_in],
    )


async def enter(db: Executor, desk: CheckInDesk, event: Event, made: PaperList, entry: Entry, *, actor: str) -> Entered:
    """Lets in who was ticked and is not in yet. A line that was written by the same page answers as before."""
    foreseen = await foresee(db, made, entry)
    answers = await desk.redeem_all(event.id, [_scan(line, entry, actor) for line in (*foreseen.welcome, *foreseen.against)])
    return Entered(written=_admitted(answers), against=sum(answer.reason is not None for answer in answers), inside=len(foreseen.inside))


def _scan(line: Line, entry: Entry, actor: str) -> Scan:
    """The guest is in the house: the paper decided, as a phone does without network, and what contradicts is shown to the organiser."""
    return Scan(
        id=check_in_id(entry.id, line.number),
        act=Act.ENTRY,
        registration_id=line.guest.registration_id,
        gate_id=entry.gate_id,
        at=entry.at,
        operator=actor,
        source=Source.PAPER,
        decided=Decided(verdict=Verdict.ADMITTED, by=Decider.PAPER),
    )


def _admitted(answers: list[Answer]) -> int:
    return sum(answer.verdict == Verdict.ADMITTED for answer in answers)
