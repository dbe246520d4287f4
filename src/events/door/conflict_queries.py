"""SQL of entries that contradict each other or the rules. One statement a function, the connection first."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Conflict

_CONFLICT = """
select c.check_in_id, c.registration_id, c.kind, c.at, coalesce(g.name, '') as gate, c.first_check_in_id, c.first_at,
       coalesce(f.name, '') as first_gate, c.resolved_at, c.decision
from door_conflicts c
left join gates g on g.id = c.gate_id
left join gates f on f.id = c.first_gate_id
where c.event_id = $1
"""


async def conflicts_of_event(db: Executor, event_id: UUID) -> list[Conflict]:
    """All of them, those that nobody has decided first, the newest at the top."""
    rows = await db.fetch(f"{_CONFLICT} order by c.resolved_at is not null, c.at desc, c.check_in_id limit 500", event_id)
    return [msgspec.convert(dict(row), Conflict) for row in rows]


async def conflicts_of(db: Executor, event_id: UUID, registration_ids: Sequence[UUID]) -> list[Conflict]:
    """Those of these guests."""
    rows = await db.fetch(f"{_CONFLICT} and c.registration_id = any ($2) order by c.at, c.check_in_id", event_id, list(registration_ids))
    return [msgspec.convert(dict(row), Conflict) for row in rows]
