"""SQL of what phones hand over. One statement a function, the connection first."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .list_queries import Movement


async def is_refused(db: Executor, event_id: UUID, scan_id: UUID) -> bool:
    """Whether the scan is known, and nobody was let in by it."""
    return bool(
        await db.fetchval(
            "select exists (select from check_ins where id = $2 and event_id = $1 and verdict not in ('admitted', 'left'))",
            event_id,
            scan_id,
        )
    )


async def movements_of(db: Executor, event_id: UUID, registration_ids: Sequence[UUID]) -> list[Movement]:
    """Everything these guests did at the door, undone records with their undoing."""
    if not registration_ids:
        return []
    rows = await db.fetch(
        """
        select c.id, c.registration_id, c.kind, c.device_at as at, coalesce(g.name, '') as gate, coalesce(d.name, '') as phone,
               c.decided_by as by, c.undoes, c.device_id, c.server_at
        from check_ins c
        left join gates g on g.id = c.gate_id
        left join devices d on d.id = c.device_id
        where c.event_id = $1
          and c.registration_id = any ($2)
          and c.verdict in ('admitted', 'left', 'undone')
        order by c.device_at, c.id
        """,
        event_id,
        list(registration_ids),
    )
    return [msgspec.convert(dict(row), Movement) for row in rows]
