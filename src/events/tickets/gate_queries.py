"""SQL of the entrances that a ticket names. One statement a function, the connection first."""

from collections.abc import Collection
from uuid import UUID

from events.kit.database import Executor


async def gates_of_events(db: Executor, event_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The names of the events' entrances."""
    rows = await db.fetch(
        "select event_id, array_agg(name order by position, name) from gates where event_id = any ($1::uuid[]) group by event_id",
        list(event_ids),
    )
    return {row[0]: list(row[1]) for row in rows}
