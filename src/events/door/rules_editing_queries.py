"""SQL behind the forms of an event's rules at the door. One statement a function, the connection first."""

from collections.abc import Sequence
from uuid import UUID

from events.kit.database import Connection

from .rules import DoorQuestion, DoorRules


async def lock_rules(tx: Connection, event_id: UUID) -> None:
    """One editor at a time, until the transaction ends. Scans do not wait."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"door_rules:{event_id}")


async def put_rules(tx: Connection, event_id: UUID, rules: DoorRules) -> None:
    """These rules hold from now on."""
    await tx.execute(
        """
        insert into door_rules (event_id, doors_open_at, exits, fire_limit, crew_inside, walk_ins, walk_in_pool_id, lease_hours)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (event_id) do update
        set doors_open_at = excluded.doors_open_at,
            exits = excluded.exits,
            fire_limit = excluded.fire_limit,
            crew_inside = excluded.crew_inside,
            walk_ins = excluded.walk_ins,
            walk_in_pool_id = excluded.walk_in_pool_id,
            lease_hours = excluded.lease_hours,
            updated_at = now()
        """,
        event_id,
        rules.doors_open_at,
        rules.exits,
        rules.fire_limit,
        rules.crew_inside,
        rules.walk_ins,
        rules.walk_in_pool_id,
        rules.lease_hours,
    )


async def insert_question(tx: Connection, event_id: UUID, question: DoorQuestion) -> None:
    """Asks it after the others."""
    await tx.execute(
        """
        insert into door_questions (id, event_id, position, label, only_flags, is_required)
        select $2, $1, coalesce(max(q.position) + 1, 0), $3, $4, $5
        from door_questions q
        where q.event_id = $1
        """,
        event_id,
        question.id,
        question.label,
        question.only_flags,
        question.required,
    )


async def update_question(tx: Connection, event_id: UUID, question: DoorQuestion) -> None:
    await tx.execute(
        """
        update door_questions
        set label = $3,
            only_flags = $4,
            is_required = $5
        where event_id = $1
          and id = $2
        """,
        event_id,
        question.id,
        question.label,
        question.only_flags,
        question.required,
    )


async def remove_question(tx: Connection, question_id: UUID) -> None:
    """Asks no longer; answers that were given stay with their check-ins."""
    await tx.execute("update door_questions set removed_at = now() where id = $1 and removed_at is null", question_id)


async def place_questions(tx: Connection, question_ids: Sequence[UUID]) -> None:
    """Puts the questions into this order."""
    await tx.execute(
        """
        update door_questions q
        set position = n.position
        from unnest($1::uuid[]) with ordinality as n (id, position)
        where q.id = n.id
        """,
        list(question_ids),
    )
