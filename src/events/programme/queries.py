"""SQL of the programme. One statement a function, the connection first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Event, Pool, Programme

_EVENT = """
select e.id, e.organiser_id, o.name as organiser_name, o.slug as organiser_slug,
       p.title as programme_title, p.slug as programme_slug, v.name as venue_name, v.address as venue_address,
       e.slug, e.kind, e.status, e.title, e.lead, e.agenda, e.facts, e.hue, e.time_zone, e.doors_at, e.starts_at, e.ends_at,
       e.registration_opens_at, e.registration_closes_at, e.changes_until, e.approval_required, e.waiting_list,
       e.max_companions, e.version, e.access, e.pending_holds_place, e.invited_are_approved, e.substitutes_need_approval,
       e.reviewer_roles, e.offer_hours, e.deadlines
from events e
join organisers o on o.id = e.organiser_id
left join programmes p on p.id = e.programme_id
left join venues v on v.id = e.venue_id
"""


async def event_by_slug(db: Executor, slug: str) -> Event | None:
    """The event whatever its status: the caller decides who may see a draft."""
    row = await db.fetchrow(f"{_EVENT} where e.slug = $1", slug)
    return _event(row) if row else None


async def event_by_id(db: Executor, event_id: UUID) -> Event | None:
    row = await db.fetchrow(f"{_EVENT} where e.id = $1", event_id)
    return _event(row) if row else None


async def events_by_ids(db: Executor, event_ids: Collection[UUID]) -> dict[UUID, Event]:
    """Several events at once, whatever their status."""
    rows = await db.fetch(f"{_EVENT} where e.id = any ($1::uuid[])", list(event_ids))
    return {row["id"]: _event(row) for row in rows}


async def events_of_programme(db: Executor, programme_id: UUID) -> list[Event]:
    """Published and cancelled events in order of time."""
    rows = await db.fetch(f"{_EVENT} where e.programme_id = $1 and e.status <> 'draft' order by e.starts_at, e.id limit 200", programme_id)
    return [_event(row) for row in rows]


async def programme_by_slug(db: Executor, slug: str) -> Programme | None:
    row = await db.fetchrow(
        """
        select p.id, p.organiser_id, o.name as organiser_name, p.slug, p.title, p.lead, p.time_zone, p.hue
        from programmes p
        join organisers o on o.id = p.organiser_id
        where p.slug = $1
        """,
        slug,
    )
    return msgspec.convert(dict(row), Programme) if row else None


async def pools_of_event(db: Executor, event_id: UUID) -> list[Pool]:
    """The tree of pools, root first, contingents by position."""
    rows = await db.fetch(
        """
        select p.id, p.parent_id, p.slug, p.name, p.capacity, p.taken, p.waiting, d.direct, p.open_to_all, p.position,
               p.release_at, p.released_at
        from pools p
        join direct_places($1) d on d.id = p.id
        where p.event_id = $1
        order by p.parent_id is not null, p.position, p.slug
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), Pool) for row in rows]


def _event(row: Any) -> Event:
    return msgspec.convert(dict(row), Event)
