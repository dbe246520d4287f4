"""SQL of the itineraries. One statement a function, the connection first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import KnownWays, Stay

_STAY = """
select e.id as event_id, e.slug, e.title, e.time_zone, e.starts_at, e.ends_at, e.venue_id, v.name as venue_name,
       v.latitude, v.longitude
from events e
left join venues v on v.id = e.venue_id
"""


async def stays_of_events(db: Executor, event_ids: Collection[UUID]) -> list[Stay]:
    """The events as times and places; those that are called off are left out."""
    rows = await db.fetch(f"{_STAY} where e.id = any ($1::uuid[]) and e.status <> 'cancelled' order by e.starts_at, e.id", list(event_ids))
    return [_stay(dict(row)) for row in rows]


async def known_ways(db: Executor, venue_ids: Collection[UUID]) -> KnownWays:
    """What organisers know about the ways among these venues, in minutes."""
    rows = await db.fetch(
        """
        select from_venue_id, to_venue_id, minutes
        from travel_times
        where from_venue_id = any ($1::uuid[])
          and to_venue_id = any ($1::uuid[])
        """,
        list(venue_ids),
    )
    return {(row["from_venue_id"], row["to_venue_id"]): row["minutes"] for row in rows}


async def events_of_guests(db: Executor, lead_booking_id: UUID) -> dict[UUID, list[UUID]]:
    """The guests of a party, each with the events where they have a place or wait for one."""
    rows = await db.fetch(
        """
        select g.id, array_remove(array_agg(r.event_id), null) as events
        from guests g
        left join registrations r on r.guest_id = g.id and r.state not in ('cancelled', 'expired')
        where g.booking_id = $1
        group by g.id
        """,
        lead_booking_id,
    )
    return {row["id"]: list(row["events"]) for row in rows}


def _stay(row: dict[str, Any]) -> Stay:
    place = None if row["latitude"] is None else {"latitude": row["latitude"], "longitude": row["longitude"]}
    return msgspec.convert(row | {"place": place}, Stay)
