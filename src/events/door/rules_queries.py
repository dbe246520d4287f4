"""SQL of an event's rules at the door. One statement a function, the connection first."""

from uuid import UUID

import msgspec

from events.kit.database import Executor

from .rules import DoorQuestion, DoorRules


async def rules_of_event(db: Executor, event_id: UUID) -> DoorRules:
    """The rules in force; the defaults where the organiser has set none."""
    row = await db.fetchrow(
        """
        select r.doors_open_at, coalesce(r.exits, 'off') as exits, r.fire_limit, coalesce(r.crew_inside, 0) as crew_inside,
               coalesce(r.walk_ins, false) as walk_ins, r.walk_in_pool_id, coalesce(r.lease_hours, 12) as lease_hours,
               exists (select from badge_settings b where b.event_id = asked.event_id) as prints_badges
        from (select $1::uuid as event_id) asked
        left join door_rules r on r.event_id = asked.event_id
        """,
        event_id,
    )
    assert row is not None
    return msgspec.convert(dict(row), DoorRules)


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
