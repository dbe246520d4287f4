"""SQL of tickets that are issued again or mailed again. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor


class IssuedTo(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with the party and the organiser it belongs to."""

    ticket_id: UUID
    issue: int
    guest_id: UUID
    lead_id: UUID
    organiser_id: UUID


_TICKET = """
select t.id as ticket_id, t.issue, t.guest_id, g.booking_id as lead_id, t.organiser_id
from tickets t
join guests g on g.id = t.guest_id
"""


async def ticket_of_party(db: Executor, lead_id: UUID, guest_id: UUID) -> IssuedTo | None:
    """The ticket of a guest, if the guest is of this party."""
    return _issued_to(await db.fetch(f"{_TICKET} where g.booking_id = $1 and g.id = $2", lead_id, guest_id))


async def ticket_of_registration(db: Executor, event_id: UUID, registration_id: UUID) -> IssuedTo | None:
    """The ticket of whoever has this place, if the place is at this event."""
    at_event = "join registrations r on r.guest_id = g.id where r.event_id = $1 and r.id = $2"
    return _issued_to(await db.fetch(f"{_TICKET} {at_event}", event_id, registration_id))


async def lock_issue(tx: Connection, ticket_id: UUID) -> int | None:
    """The issue as it is now; scans of the ticket and others who issue it again wait from here on."""
    return await tx.fetchval("select issue from tickets where id = $1 for update", ticket_id)  # type: ignore[no-any-return]


async def replace_code(tx: Connection, ticket_id: UUID, issue: int, code_hash: bytes, now: datetime) -> None:
    """The ticket with a new code; the former one is remembered as that."""
    await tx.execute(
        """
        with former as (
            insert into former_codes (code_hash, ticket_id, ended_at)
            select code_hash, id, $4
            from tickets
            where id = $1
        )
        update tickets
        set issue = $2,
            code_hash = $3,
            issued_at = $4
        where id = $1
        """,
        ticket_id,
        issue,
        code_hash,
        now,
    )


async def was_replaced(db: Executor, code_hash: bytes) -> bool:
    """Whether a ticket had this code before it was issued again."""
    return bool(await db.fetchval("select exists (select from former_codes where code_hash = $1)", code_hash))


async def coming_events_of_guest(db: Executor, guest_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """Booking and event of every confirmed place that is still to come, in order of time."""
    rows = await db.fetch(
        """
        select r.booking_id, r.event_id
        from registrations r
        join events e on e.id = r.event_id
        where r.guest_id = $1
          and r.state = 'confirmed'
          and e.status = 'published'
          and e.ends_at > $2
        order by e.starts_at, e.id
        """,
        guest_id,
        now,
    )
    return [(row[0], row[1]) for row in rows]


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """A party with what is still to come: the next event with its booking, how many events, and the programme around them."""

    lead_id: UUID
    booking_id: UUID
    event_id: UUID
    events: int
    programme_id: UUID | None


_COMING = """
select coalesce(b.lead_id, b.id) as lead_id, (array_agg(b.id order by e.starts_at, e.id))[1] as booking_id,
       (array_agg(e.id order by e.starts_at, e.id))[1] as event_id, count(distinct e.id) as events,
       (array_agg(e.programme_id order by e.starts_at, e.id))[1] as programme_id
from bookings b
join events e on e.id = b.event_id
where e.status = 'published'
  and e.ends_at > $2
  and b.email <> ''
  and exists (select from registrations r where r.booking_id = b.id and r.state not in ('cancelled', 'expired'))
"""


async def coming_of_address(db: Executor, email: str, now: datetime, *, most: int) -> list[Coming]:
    """The parties of a mail address that still have something to come, the soonest first."""
    a_party = "group by coalesce(b.lead_id, b.id) order by min(e.starts_at), 1 limit $3"
    rows = await db.fetch(f"{_COMING} and lower(b.email) = lower($1) {a_party}", email, now, most)
    return [msgspec.convert(dict(row), Coming) for row in rows]


async def coming_of_party(db: Executor, lead_id: UUID, now: datetime) -> Coming | None:
    """The same for one party."""
    rows = await db.fetch(f"{_COMING} and (b.id = $1 or b.lead_id = $1) group by coalesce(b.lead_id, b.id)", lead_id, now)
    return msgspec.convert(dict(rows[0]), Coming) if rows else None


def _issued_to(rows: Sequence[object]) -> IssuedTo | None:
    return msgspec.convert(dict(rows[0]), IssuedTo) if rows else None  # type: ignore[call-overload]
