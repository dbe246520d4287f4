"""SQL of the door. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.kit.tokens import token_hash

from .model import Answer, Attendance, Entrant, FirstEntry, FoundGuest, OtherEvent, Reason, Scan, Verdict, ticket_code

MOST_FOUND = 20  # fits a phone; whoever sees more types another letter


async def redeem_tickets(db: Executor, event_id: UUID, scans: Sequence[Scan]) -> list[Answer]:
    """Decides on the scans and writes them down, all in one round trip; the answers are in their order."""
    rows = await db.fetch(
        "select verdict, reason, replayed, first_at, first_gate, guest, elsewhere from redeem_tickets($1, $2)",
        event_id,
        [_request(scan) for scan in scans],
    )
    return [_answer(row) for row in rows]


def _request(scan: Scan) -> dict[str, Any]:
    code = None if scan.code is None else ticket_code(scan.code)
    return {
        "id": scan.id,
        "code_hash": token_hash(code).hex() if code else None,
        "registration_id": scan.registration_id,
        "gate_id": scan.gate_id,
        "device_id": scan.device_id,
        "operator": scan.operator,
        "at": scan.at,
    }


def _answer(row: Any) -> Answer:
    return Answer(
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        replayed=row["replayed"],
        guest=msgspec.convert(row["guest"], Entrant) if row["guest"] else None,
        first=FirstEntry(row["first_at"], row["first_gate"]) if row["first_at"] else None,
        other_event=msgspec.convert(row["elsewhere"], OtherEvent) if row["elsewhere"] else None,
    )


async def undo_check_in(
    db: Executor, event_id: UUID, undo_id: UUID, entry_id: UUID, *, gate_id: UUID, device_id: UUID, operator: str, at: datetime
) -> str:
    """Takes an entry back; answers 'undone' or why not."""
    return str(
        await db.fetchval("select undo_check_in($1, $2, $3, $4, $5, $6, $7)", event_id, undo_id, entry_id, gate_id, device_id, operator, at)
    )


async def attendance_of_event(db: Executor, event_id: UUID) -> Attendance:
    """Counted from the records each time: nothing is kept that could drift."""
    row = await db.fetchrow(
        """
        select count(a.check_in_id) as inside,
               count(*) filter (where r.state = 'confirmed' and a.check_in_id is null) as expected,
               count(*) filter (where r.state = 'confirmed') as confirmed
        from registrations r
        left join attendances a on a.event_id = r.event_id and a.registration_id = r.id
        where r.event_id = $1
        """,
        event_id,
    )
    assert row is not None
    return Attendance(*row)


async def find_guests(db: Executor, event_id: UUID, words: Sequence[str]) -> list[FoundGuest]:
    """The guests of the event in whose search key every word occurs, confirmed ones first.

    Only the event's own guests are looked at, by their primary key (`offset 0` keeps the planner to that): a search for two
    kanji would otherwise read the whole trigram index of every organiser.
    """
    rows = await db.fetch(
        """
        select guest_at_door(r.id, null) as guest, r.state, inside.device_at
        from registrations r
        cross join lateral (select g.search_key, g.sort_key from guests g where g.id = r.guest_id offset 0) g
        left join lateral (select a.device_at from attendances a where a.registration_id = r.id limit 1) inside on true
        where r.event_id = $1
          and g.search_key like all ($2::text[])
        order by (r.state = 'confirmed') desc, g.sort_key, r.id
        limit $3
        """,
        event_id,
        [f"%{word}%" for word in words],
        MOST_FOUND,
    )
    return [FoundGuest(guest=msgspec.convert(row["guest"], Entrant), state=row["state"], inside_since=row["device_at"]) for row in rows]


async def gates_by_name(db: Executor, event_id: UUID, names: Sequence[str]) -> dict[str, UUID]:
    """The gates of these names that exist."""
    if not names:
        return {}
    rows = await db.fetch("select name, id from gates where event_id = $1 and name = any ($2)", event_id, list(names))
    return {row[0]: row[1] for row in rows}


async def gate_names(db: Executor, event_id: UUID) -> list[str]:
    """The gates in the organiser's order."""
    rows = await db.fetch("select name from gates where event_id = $1 order by position, name limit 100", event_id)
    return [row[0] for row in rows]


async def ensure_gate(tx: Connection, gate_id: UUID, event_id: UUID, name: str) -> UUID:
    """The gate of that name, made last in the order if there is none."""
    await tx.execute(
        """
        insert into gates (id, event_id, name, position)
        select $1, $2, $3, coalesce(max(position) + 1, 0)
        from gates
        where event_id = $2
        on conflict on constraint gates_name_unique do nothing
        """,
        gate_id,
        event_id,
        name,
    )
    return (await gates_by_name(tx, event_id, [name]))[name]
