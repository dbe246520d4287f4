"""SQL of what guests see of the programme. One statement a function, the connection first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Event, Texts
from .queries import events_by_ids
from .standing import GuestPlaces


class ShownProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """A programme on the start page, with the span of its published events."""

    slug: str
    title: Texts
    lead: Texts
    organiser_name: Texts
    time_zone: str
    hue: int
    first_at: datetime
    last_at: datetime
    events: int


async def shown_programmes(db: Executor, ended_after: datetime) -> list[ShownProgramme]:
    """Programmes with published events that have not all ended before the given time, the nearest first."""
    rows = await db.fetch(
        """
        select p.slug, p.title, p.lead, o.name as organiser_name, p.time_zone, p.hue,
               min(e.starts_at) as first_at, max(e.starts_at) as last_at, count(*)::int as events
        from programmes p
        join organisers o on o.id = p.organiser_id
        join events e on e.programme_id = p.id and e.status = 'published'
        group by p.id, o.id
        having max(e.ends_at) > $1
        order by min(e.starts_at), p.id
        limit 50
        """,
        ended_after,
    )
    return [msgspec.convert(dict(row), ShownProgramme) for row in rows]


async def single_events(db: Executor, ended_after: datetime) -> list[Event]:
    """Published events outside any programme, the nearest first."""
    rows = await db.fetch(
        """
        select id
        from events
        where programme_id is null
          and status = 'published'
          and ends_at > $1
        order by starts_at, id
        limit 50
        """,
        ended_after,
    )
    found = await events_by_ids(db, [row[0] for row in rows])
    return [found[row[0]] for row in rows]


async def guest_places(db: Executor, event_ids: Collection[UUID]) -> dict[UUID, GuestPlaces]:
    """Live places of events for a guest without a contingent: the shared ones and those of contingents open to all.

    A pool's direct places are reckoned as in `direct_places`, in one statement because every reader of the page asks for them.
    """
    rows = await db.fetch(
        """
        select p.event_id,
               max(p.capacity) filter (where p.parent_id is null) as capacity,
               max(p.waiting) filter (where p.parent_id is null) as waiting,
               sum(greatest(p.capacity - p.taken - coalesce(kept.places, 0), 0))
                   filter (where p.parent_id is null or p.open_to_all)::int as free
        from pools p
        left join (select parent_id, sum(capacity - taken)::int as places
                   from pools
                   where event_id = any ($1::uuid[])
                   group by parent_id) kept on kept.parent_id = p.id
        where p.event_id = any ($1::uuid[])
        group by p.event_id
        """,
        list(event_ids),
    )
    return {row["event_id"]: GuestPlaces(capacity=row["capacity"], free=row["free"], waiting=row["waiting"]) for row in rows}


async def organiser_email(db: Executor, organiser_id: UUID) -> str:
    """Whom guests write to."""
    return str(await db.fetchval("select contact_email from organisers where id = $1", organiser_id))
