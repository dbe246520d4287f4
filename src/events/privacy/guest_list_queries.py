"""SQL of the guest lists that guests may see. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import GuestListOf, Listed

# Who is on a list: a confirmed place, the tick, and a consent that stands behind it.
_ON_THE_LIST = """
from registrations r
join guests g on g.id = r.guest_id
where r.event_id = $1
  and r.state = 'confirmed'
  and g.in_guest_list
  and g.erased_at is null
  and exists (select from standing_consents c where c.guest_id = g.id and c.purpose = 'guest_list')
"""


async def lists_for(db: Executor, guest_ids: Sequence[UUID]) -> list[tuple[UUID, str, dict[str, str]]]:
    """The events whose list is open and at which one of these guests has a confirmed place, in order of time."""
    rows = await db.fetch(
        """
        select e.id, e.slug, e.title
        from guest_lists l
        join events e on e.id = l.event_id
        where e.status = 'published'
          and exists (select from registrations r where r.event_id = e.id and r.guest_id = any ($1) and r.state = 'confirmed')
        order by e.starts_at, e.id
        """,
        list(guest_ids),
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def guests_on(db: Executor, event_id: UUID) -> list[Listed]:
    """Name and company of those who agreed, in the order of names."""
    rows: list[Any] = await db.fetch(
        f"""
        select g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin,
               g.given_name_latin, g.company
        {_ON_THE_LIST}
        order by g.sort_key collate "C", g.id
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), Listed) for row in rows]


async def list_of(db: Executor, guest_ids: Sequence[UUID], slug: str | None) -> GuestListOf | None:
    """The list of the event asked for, or of the first that these guests may see."""
    for event_id, event_slug, title in await lists_for(db, guest_ids):
        if slug in (None, event_slug):
            return GuestListOf(event_id=event_id, slug=event_slug, title=title, guests=await guests_on(db, event_id))
    return None


async def confirmed_and_listed(db: Executor, event_id: UUID) -> tuple[int, int]:
    """How many guests are confirmed, and how many of them agreed to be seen."""
    confirmed = await db.fetchval("select count(*) from registrations where event_id = $1 and state = 'confirmed'", event_id)
    listed = await db.fetchval(f"select count(*) {_ON_THE_LIST}", event_id)
    return int(confirmed), int(listed)


async def is_open(db: Executor, event_id: UUID) -> bool:
    return bool(await db.fetchval("select exists (select from guest_lists where event_id = $1)", event_id))


async def open_list(tx: Connection, event_id: UUID, *, actor: str, now: datetime) -> None:
    await tx.execute(
        "insert into guest_lists (event_id, opened_at, opened_by) values ($1, $2, $3) on conflict (event_id) do nothing",
        event_id,
        now,
        actor,
    )


async def close_list(tx: Connection, event_id: UUID) -> None:
    await tx.execute("delete from guest_lists where event_id = $1", event_id)
