"""SQL of an event's rules at the door. One statement a function, the connection first."""

from uuid import UUID

import msgspec

from events.kit.database import Executor

from .rules import DoorQuestion, DoorRules


async def rules_of_event(db: Executor, event_id: UUID) -> DoorRules:
    """The rules in force; the defaults where the organiser has set none."""
    row = await db.fetchrow(
        """
        select doors_open_at, exits, fire_limit, crew_inside, walk_ins, walk_in_pool_id, lease_hours
        from door_rules
        where event_id = $1
        """,
        event_id,
    )
    return msgspec.convert(dict(row), DoorRules) if row else DoorRules()


async def questions_of_event(db: Executor, event_id: UUID) -> list[DoorQuestion]:
    """What stewards ask, in the organiser's order."""
    rows = await db.fetch(
        """
        select id, label, is_required as required, only_flags
        from door_questions
        where event_id = $1
          and removed_at is null
        order by position, id
        limit 50
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), DoorQuestion) for row in rows]
