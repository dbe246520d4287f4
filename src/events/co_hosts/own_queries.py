"""SQL of what a co-host sees: nothing but its own contingents and its own guests."""

from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import OwnContingent, OwnGuest

# A contingent with all inside it belongs to the co-host.
_INSIDE = """
with recursive own as (
    select p.id, p.event_id from pools p where p.co_host_id = $1
    union
    select p.id, p.event_id from own o join pools p on p.parent_id = o.id
)
"""


async def contingents_of(db: Executor, co_host_id: UUID) -> list[OwnContingent]:
    """In order of the events; what is over comes too."""
    rows = await db.fetch(
        """
        select p.id as pool_id, p.name, p.capacity, p.taken, p.waiting, d.direct, p.release_at, p.released_at,
               e.id as event_id, e.slug as event_slug, e.title as event_title, e.starts_at, e.ends_at, e.time_zone,
               y.slug as programme_slug, y.title as programme_title
        from pools p
        join events e on e.id = p.event_id
        join lateral direct_places(e.id) d on d.id = p.id
        left join programmes y on y.id = e.programme_id
        where p.co_host_id = $1
          and e.status = 'published'
        order by e.starts_at, e.id, p.position, p.slug
        """,
        co_host_id,
    )
    return [msgspec.convert(dict(row), OwnContingent) for row in rows]


_GUESTS = f"""{_INSIDE}
select r.id as registration_id, r.booking_id, r.event_id, r.state, g.honorific, g.family_name, g.given_name, g.family_name_kana,
       g.given_name_kana, g.family_name_latin, g.given_name_latin, g.company, g.department, g.job_title,
       exists (select from attendances a where a.registration_id = r.id) as is_inside
from registrations r
join guests g on g.id = r.guest_id
where r.state not in ('cancelled', 'expired')
  and (coalesce(r.pool_id, r.wanted_pool_id) in (select id from own)
       or r.booking_id in (select ie.booking_id
                           from invitation_events ie
                           join invitations i on i.id = ie.invitation_id
                           where i.co_host_id = $1))
"""


async def guests_of(db: Executor, co_host_id: UUID, event_id: UUID) -> list[OwnGuest]:
    """The co-host's guests at one event, in the order of their names."""
    rows = await db.fetch(f"{_GUESTS} and r.event_id = $2 order by g.sort_key, r.id", co_host_id, event_id)
    return [_guest(dict(row)) for row in rows]


async def own_guest(db: Executor, co_host_id: UUID, registration_id: UUID) -> OwnGuest | None:
    """One guest, if it is the co-host's own."""
    row = await db.fetchrow(f"{_GUESTS} and r.id = $2", co_host_id, registration_id)
    return _guest(dict(row)) if row else None


def _guest(row: dict[str, Any]) -> OwnGuest:
    return msgspec.convert(row, OwnGuest)
