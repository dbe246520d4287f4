"""SQL of the subscribed calendars. One statement a function, the connection first."""

from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.programme.queries import events_by_ids

from .model import Entry, Feed

_ENTRIES = """
select r.event_id,
       (array_agg(r.id order by g.position, g.id))[1] as registration_id,
       array_agg(r.state order by g.position, g.id) as states,
       sum((select count(*) from cancellations c where c.registration_id = r.id))::int as cancellations,
       greatest(max(r.state_changed_at), max(e.calendar_changed_at)) as changed_at
from registrations r
join guests g on g.id = r.guest_id
join events e on e.id = r.event_id
"""
_ORDER = "group by r.event_id, e.starts_at order by e.starts_at, r.event_id"


async def feed_of_party(db: Executor, lead_booking_id: UUID) -> Feed | None:
    """Everything a party has, or had, a place at."""
    head = await db.fetchrow(
        """
        select b.locale, o.contact_email
        from bookings b
        join organisers o on o.id = b.organiser_id
        where b.id = $1
        """,
        lead_booking_id,
    )
    return await _feed(db, head, await db.fetch(f"{_ENTRIES} where g.booking_id = $1 {_ORDER}", lead_booking_id)) if head else None


async def feed_of_guest(db: Executor, ticket_id: UUID) -> Feed | None:
    """Everything the guest of a ticket has, or had, a place at."""
    head = await db.fetchrow(
        """
        select b.locale, o.contact_email
        from tickets t
        join guests g on g.id = t.guest_id
        join bookings b on b.id = g.booking_id
        join organisers o on o.id = t.organiser_id
        where t.id = $1
        """,
        ticket_id,
    )
    ticket = "where r.guest_id = (select guest_id from tickets where id = $1)"
    return await _feed(db, head, await db.fetch(f"{_ENTRIES} {ticket} {_ORDER}", ticket_id)) if head else None


async def issue_of_ticket(db: Executor, ticket_id: UUID) -> int | None:
    """How often the ticket has been issued; a feed of an earlier issue is void."""
    return await db.fetchval("select issue from tickets where id = $1", ticket_id)  # type: ignore[no-any-return]


async def _feed(db: Executor, head: Any, rows: list[Any]) -> Feed:
    events = await events_by_ids(db, [row["event_id"] for row in rows])
    entries = [msgspec.convert(dict(row) | {"event": events[row["event_id"]]}, Entry) for row in rows]
    return Feed(locale=head["locale"], organiser_email=head["contact_email"], entries=entries)
