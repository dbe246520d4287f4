"""SQL with which an organiser says where venues are. One statement a function, the connection first."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Place, Venue


async def venues_around(db: Executor, event_id: UUID) -> list[Venue]:
    """The venues of the event's organiser: the event's own first, then those of its programme, then the others."""
    rows = await db.fetch(
        """
        select v.id, v.name, v.address, v.latitude, v.longitude
        from events e
        join venues v on v.organiser_id = e.organiser_id
        where e.id = $1
        order by v.id <> e.venue_id,
                 not exists (select from events o where o.venue_id = v.id and o.programme_id = e.programme_id),
                 v.id
        limit 60
        """,
        event_id,
    )
    return [_venue(dict(row)) for row in rows]


async def update_place(tx: Connection, venue_id: UUID, place: Place | None) -> None:
    await tx.execute(
        "update venues set latitude = $2, longitude = $3 where id = $1",
        venue_id,
        place.latitude if place else None,
        place.longitude if place else None,
    )


async def forget_ways(tx: Connection, venue_id: UUID, other_ids: list[UUID]) -> None:
    """What was known about the ways between the venue and these, in both directions."""
    await tx.execute(
        """
        delete from travel_times
        where (from_venue_id = $1 and to_venue_id = any ($2::uuid[]))
           or (to_venue_id = $1 and from_venue_id = any ($2::uuid[]))
        """,
        venue_id,
        other_ids,
    )


async def insert_ways(tx: Connection, venue_id: UUID, ways: Mapping[UUID, int]) -> None:
    """How long it takes to these venues and back."""
    await tx.execute(
        """
        insert into travel_times (from_venue_id, to_venue_id, minutes)
        select $1, w.venue_id, w.minutes
        from unnest($2::uuid[], $3::int[]) as w (venue_id, minutes)
        union all
        select w.venue_id, $1, w.minutes
        from unnest($2::uuid[], $3::int[]) as w (venue_id, minutes)
        """,
        venue_id,
        list(ways),
        list(ways.values()),
    )


def _venue(row: dict[str, Any]) -> Venue:
    place = None if row["latitude"] is None else {"latitude": row["latitude"], "longitude": row["longitude"]}
    return msgspec.convert(row | {"place": place}, Venue)
