"""SQL of passes in wallets. One statement a function, the connection first."""

from collections.abc import Collection
from uuid import UUID

from events.kit.database import Executor


async def positions_of_events(db: Executor, event_ids: Collection[UUID]) -> dict[UUID, tuple[float, float]]:
    """Latitude and longitude of the events whose venue is on the map."""
    rows = await db.fetch(
        """
        select e.id, v.latitude, v.longitude
        from events e
        join venues v on v.id = e.venue_id
        where e.id = any ($1::uuid[])
          and v.latitude is not null
        """,
        list(event_ids),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
