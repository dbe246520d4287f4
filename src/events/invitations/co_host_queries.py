"""SQL of who may invite in a co-host's name, and to what. One statement a function, the connection first."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import CoHostName


async def co_host_acted_for(db: Executor, co_host_id: UUID, staff_id: UUID, organiser_ids: Collection[UUID]) -> CoHostName | None:
    """The co-host, if this person is one of its people or organises for one of these organisers."""
    row = await db.fetchrow(
        """
        select c.id, c.organiser_id, c.slug, c.name
        from co_hosts c
        where c.id = $1
          and (c.organiser_id = any ($3::uuid[])
               or exists (select from co_host_members m where m.co_host_id = c.id and m.staff_id = $2))
        """,
        co_host_id,
        staff_id,
        list(organiser_ids),
    )
    return msgspec.convert(dict(row), CoHostName) if row else None


async def events_with_contingents(db: Executor, co_host_id: UUID) -> set[UUID]:
    """The events where the co-host has contingents of its own."""
    rows = await db.fetch("select distinct event_id from pools where co_host_id = $1", co_host_id)
    return {row["event_id"] for row in rows}
