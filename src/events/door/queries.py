"""SQL of the door. One statement a function, the connection first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.kit.tokens import token_hash

from .model import (
    Act,
    Answer,
    Attendance,
    Entrant,
    FirstEntry,
    FoundGuest,
    OtherEvent,
    Reason,
    Scan,
    Verdict,
    sent_away_id,
    shown_id,
    ticket_code,
)

MOST_FOUND = 20  # fits a phone; whoever sees more types another letter


async def lock_door(tx: Connection, event_id: UUID) -> None:
    """Nobody else is let in by count until the transaction ends, where the house has a limit. To be taken before any other lock."""
    await tx.execute("select lock_door($1)", event_id)


async def redeem_tickets(db: Executor, event_id: UUID, scans: Sequence[Scan]) -> list[Answer]:
    """Decides on the scans and writes them down, all in one round trip; the answers are in their order."""
    rows = await db.fetch(
        """
        select idx, verdict, reason, replayed, would_be, first_at, first_gate, guest, elsewhere
        from redeem_tickets($1, $2)
        order by idx
        """,
        event_id,
        [_request(scan) for scan in scans],
    )
    return [_answer(row, scan.act) for row, scan in zip(rows, scans, strict=True)]


def _request(scan: Scan) -> dict[str, Any]:
    code = None if scan.code is None else ticket_code(scan.code)
    return {
        "id": scan.id,
        "act": scan.act,
        "code_hash": token_hash(code).hex() if code else scan.code_hash,
        "registration_id": scan.registration_id,
        "undoes": scan.undoes,
        "undoes_shown": shown_id(scan.undoes) if scan.undoes else None,
        "shown_id": shown_id(scan.id) if scan.decided else None,
        "sent_away_id": sent_away_id(scan.id) if scan.decided else None,
        "gate_id": scan.gate_id,
        "device_id": scan.device_id,
        "operator": scan.operator,
        "at": scan.at,
        "phone_at": scan.phone_at,
        "list_at": scan.list_at,
        "source": scan.source,
        "note": scan.note,
        "answers": scan.answers,
        "may_undo_any": scan.may_undo_any,
        "decided": scan.decided,
    }


def _answer(row: Any, act: Act) -> Answer:
    return Answer(
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        replayed=row["replayed"],
        guest=msgspec.convert(row["guest"], Entrant) if row["guest"] else None,
        first=FirstEntry(row["first_at"], row["first_gate"]) if row["first_at"] else None,
        other_event=msgspec.convert(row["elsewhere"], OtherEvent) if row["elsewhere"] else None,
        act=act,
        would_be="goodbye" if row["would_be"] == Verdict.LEFT and act == Act.EXIT else row["would_be"],
    )


async def attendance_of_event(db: Executor, event_id: UUID) -> Attendance:
    """Counted from the records each time: nothing is kept that could drift."""
    row = await db.fetchrow(
        """
        with last as materialized (
            select distinct on (m.registration_id) m.registration_id, m.kind = 'entry' as is_inside,
                   bool_or(m.kind = 'entry') over (partition by m.registration_id) as has_come
            from movements m
            where m.event_id = $1
            order by m.registration_id, m.device_at desc, m.id desc
        ), guests as (
            select count(*) filter (where l.is_inside) as inside,
                   count(*) filter (where l.has_come) as arrived,
                   count(*) filter (where l.has_come and r.state = 'confirmed') as confirmed_arrived,
                   count(*) filter (where l.has_come and b.source = 'walk_in') as walk_ins
            from last l
            join registrations r on r.id = l.registration_id
            join bookings b on b.id = r.booking_id
        ), places as (
            select count(*) as confirmed from registrations r where r.event_id = $1 and r.state = 'confirmed'
        )
        select g.inside, g.arrived, p.confirmed - g.confirmed_arrived as expected, p.confirmed, g.walk_ins, d.fire_limit,
               coalesce(d.crew_inside, 0) as crew_inside, coalesce(greatest(l.capacity - l.taken, 0), 0) as free
        from guests g
        cross join places p
        left join door_rules d on d.event_id = $1
        left join pools l on l.id = $1
        """,
        event_id,
    )
    return msgspec.convert(dict(row or {}), Attendance)


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
        left join lateral (select p.device_at from presences p where p.registration_id = r.id limit 1) inside on true
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
