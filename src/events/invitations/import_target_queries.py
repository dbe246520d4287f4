"""SQL of what a list may be for, and of the people who are there already. One statement a function, the connection first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.people.model import Person

from .import_model import CoHost, Known, Target, TargetEvent


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something a list may be for."""

    id: UUID
    is_programme: bool
    title: dict[str, str]
    co_host_id: UUID | None = None
    co_host_name: dict[str, str] | None = None


async def choices_of(db: Executor, organiser_ids: Collection[UUID]) -> list[Choice]:
    """The programmes of these organisers and their single events that are still to come."""
    rows = await db.fetch(
        """
        select p.id, true as is_programme, p.title
        from programmes p
        where p.organiser_id = any ($1::uuid[])
          and exists (select from events e where e.programme_id = p.id and e.status <> 'cancelled' and e.ends_at > now())
        union all
        select e.id, false, e.title
        from events e
        where e.organiser_id = any ($1::uuid[])
          and e.programme_id is null
          and e.status <> 'cancelled'
          and e.ends_at > now()
        order by is_programme desc, id desc
        """,
        list(organiser_ids),
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]


async def choices_of_co_host(db: Executor, staff_id: UUID) -> list[Choice]:
    """Where the co-hosts for whom this person works have contingents."""
    rows = await db.fetch(
        """
        select distinct coalesce(e.programme_id, e.id) as id, e.programme_id is not null as is_programme,
               coalesce(pr.title, e.title) as title, c.id as co_host_id, c.name as co_host_name
        from co_host_members m
        join co_hosts c on c.id = m.co_host_id
        join pools p on p.co_host_id = c.id
        join events e on e.id = p.event_id and e.status <> 'cancelled' and e.ends_at > now()
        left join programmes pr on pr.id = e.programme_id
        where m.staff_id = $1
        """,
        staff_id,
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]


async def co_hosts_of_staff(db: Executor, staff_id: UUID) -> set[UUID]:
    """The co-hosts for whom this person works."""
    rows = await db.fetch("select co_host_id from co_host_members where staff_id = $1", staff_id)
    return {row["co_host_id"] for row in rows}


async def target_of(db: Executor, *, programme_id: UUID | None, event_id: UUID | None, co_host_id: UUID | None = None) -> Target | None:
    """What the list is for, with its events in order of time. For a co-host: only events with contingents of theirs, and only those."""
    row = await db.fetchrow(
        """
        select p.organiser_id, p.id as programme_id, null::uuid as event_id, p.slug, p.title, p.time_zone
        from programmes p
        where p.id = $1
        union all
        select e.organiser_id, null, e.id, e.slug, e.title, e.time_zone
        from events e
        where e.id = $2
        """,
        programme_id,
        event_id,
    )
    if row is None:
        return None
    co_hosts = await _co_hosts(db, row["organiser_id"])
    events = await _events(db, programme_id, event_id, co_host_id)
    own = next((co_host for co_host in co_hosts if co_host.id == co_host_id), None)
    if co_host_id and (own is None or not events):
        return None
    return msgspec.convert(dict(row) | {"events": events, "co_hosts": co_hosts, "co_host": own}, Target)


async def programme_of_event(db: Executor, event_id: UUID) -> UUID | None:
    """The programme to which the event belongs; a guest of a programme is invited once, to whatever events of it."""
    return await db.fetchval("select programme_id from events where id = $1", event_id)  # type: ignore[no-any-return]


async def _co_hosts(db: Executor, organiser_id: UUID) -> list[CoHost]:
    rows = await db.fetch("select id, slug, name from co_hosts where organiser_id = $1 order by slug", organiser_id)
    return [msgspec.convert(dict(row), CoHost) for row in rows]


async def _events(db: Executor, programme_id: UUID | None, event_id: UUID | None, co_host_id: UUID | None) -> list[TargetEvent]:
    rows = await db.fetch(
        """
        select e.id, e.slug, e.title, e.starts_at, e.time_zone, coalesce(c.pools, '[]') as pools
        from events e
        left join lateral (
            select jsonb_agg(jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name) order by p.position, p.slug) as pools
            from pools p
            where p.event_id = e.id
              and p.parent_id is not null
              and ($3::uuid is null or p.co_host_id = $3)
        ) c on true
        where (e.programme_id = $1 or e.id = $2)
          and e.status <> 'cancelled'
          and ($3::uuid is null or c.pools is not null)
        order by e.starts_at, e.id
        """,
        programme_id,
        event_id,
        co_host_id,
    )
    return [msgspec.convert(dict(row), TargetEvent) for row in rows]


async def known_people(db: Executor, target: Target) -> list[Known]:
    """Everybody who is invited to the programme or the event, or registered there, whoever brought them."""
    events = [event.id for event in target.events]
    invited = await db.fetch(
        """
        select i.id as invitation_id, i.family_name, i.given_name, i.family_name_kana, i.given_name_kana, i.family_name_latin,
               i.given_name_latin, i.company, coalesce(nullif(i.email, ''), i.delegate_email) as email, i.co_host_id, c.name as co_host,
               i.withdrawn_at is not null as withdrawn,
               array(select ie.event_id from invitation_events ie where ie.invitation_id = i.id) as events
        from invitations i
        left join co_hosts c on c.id = i.co_host_id
        where i.organiser_id = $1
          and (i.programme_id = $2
               or $2::uuid is null and exists (select from invitation_events ie where ie.invitation_id = i.id and ie.event_id = $3))
        order by i.id
        """,
        target.organiser_id,
        target.programme_id,
        target.event_id,
    )
    registered = await db.fetch(
        """
        select g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin, g.company,
               b.email, array_agg(r.event_id) as events, (array_agg(p.co_host_id) filter (where p.co_host_id is not null))[1] as co_host_id
        from registrations r
        join guests g on g.id = r.guest_id
        join bookings b on b.id = g.booking_id
        left join pools p on p.id = r.pool_id
        where r.event_id = any ($1::uuid[])
          and r.state not in ('cancelled', 'expired')
        group by g.id, b.id
        order by g.id
        """,
        events,
    )
    return [_known(dict(row)) for row in [*invited, *registered]]


def _known(row: dict[str, Any]) -> Known:
    person = Person(**{name: row.pop(name) for name in _PERSON})
    return msgspec.convert(row | {"person": person}, Known)


_PERSON = (
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "family_name_latin",
    "given_name_latin",
    "company",
)
