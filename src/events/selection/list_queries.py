"""SQL of the lists that reviewers take away. One statement a function, the connection first; always by the event first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole
from events.kit.database import Connection, Executor

from .model import ListedGuest, TakenList

_GUEST = """
g.id as guest_id, g.job_title, g.flags, g.updated_at, g.sort_key,
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department) as person
"""


async def expected_guests(db: Executor, event_id: UUID) -> list[ListedGuest]:
    """Everybody who has, wants or waits for a place, in the order of the names."""
    rows = await db.fetch(
        f"""
        select r.id as registration_id, r.state, {_GUEST}
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
        order by g.sort_key collate "C", r.id
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), ListedGuest) for row in rows]


async def listed_before(db: Executor, event_id: UUID, guest_ids: Sequence[UUID]) -> list[ListedGuest]:
    """Guests of an earlier list, wherever they stand now."""
    rows = await db.fetch(
        f"""
        select r.id as registration_id, coalesce(r.state, 'cancelled') as state, {_GUEST}
        from guests g
        join events e on e.id = $1 and e.organiser_id = g.organiser_id
        left join registrations r on r.event_id = $1 and r.guest_id = g.id
        where g.id = any ($2)
        order by g.sort_key collate "C", g.id
        """,
        event_id,
        list(guest_ids),
    )
    return [msgspec.convert(dict(row), ListedGuest) for row in rows]


async def latest_list(db: Executor, event_id: UUID, role: ReviewRole) -> TakenList | None:
    row = await db.fetchrow(
        "select guest_ids, at from taken_lists where event_id = $1 and role = $2 order by id desc limit 1", event_id, role
    )
    return msgspec.convert(dict(row), TakenList) if row else None


async def insert_list(tx: Connection, event_id: UUID, *, role: ReviewRole, guest_ids: Sequence[UUID], actor: str, now: datetime) -> None:
    await tx.execute(
        "insert into taken_lists (event_id, role, guest_ids, actor, at) values ($1, $2, $3, $4, $5)",
        event_id,
        role,
        list(guest_ids),
        actor,
        now,
    )
