"""SQL of what a ticket's page names beside its events: their entrances, and where guests exchange contacts. One statement a function, the
connection first."""

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


async def slugs_with_contacts(db: Executor, event_ids: Collection[UUID]) -> set[str]:
    """Which of these events let their guests exchange contacts."""
    rows = await db.fetch(
        """
        select e.slug
        from contact_exchanges x
        join events e on e.id = x.event_id
        where x.is_open
          and x.event_id = any ($1::uuid[])
        """,
        list(event_ids),
    )
    return {row[0] for row in rows}
