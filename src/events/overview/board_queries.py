"""SQL of the live board. Every statement goes by the event first, so another event's size costs nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Arrivals, EventCount, Figures, ProgrammeLine, ScanLine, Table

SCANS_SHOWN = 12


async def figures_of(db: Executor, event_id: UUID) -> Figures:
    row = await db.fetchrow(
        """
        select p.capacity, p.taken, p.waiting,
               count(*) filter (where r.state = 'confirmed') as confirmed,
               count(*) filter (where r.state in ('held', 'offered')) as held,
               count(*) filter (where r.state = 'awaiting_approval') as awaiting_approval,
               count(*) filter (where r.state = 'confirmed' and a.registration_id is not null) as arrived,
               (select count(*) from presences s where s.event_id = p.id) as inside,
               count(*) filter (where r.state = 'confirmed' and b.source = 'walk_in') as walk_ins,
               (select count(*)
                from mails m
                where m.event_id = p.id
                  and m.status in ('failed', 'bounced')
                  and not exists (select from mails n where n.booking_id = m.booking_id and n.id > m.id)) as mail_troubles,
               (select count(*) from door_conflicts c where c.event_id = p.id and c.resolved_at is null) as conflicts
        from pools p
        left join registrations r on r.event_id = p.id and r.state in ('confirmed', 'held', 'offered', 'awaiting_approval')
        left join bookings b on b.id = r.booking_id
        left join attendances a on a.registration_id = r.id
        where p.id = $1
        group by p.id
        """,
        event_id,
    )
    return msgspec.convert(dict(row or {}), Figures)


async def arrived_by_pool(db: Executor, event_id: UUID) -> dict[UUID, int]:
    """How many guests have come on places of each pool itself (not of the contingents inside it)."""
    rows = await db.fetch(
        """
        select r.pool_id, count(*) as guests
        from attendances a
        join registrations r on r.id = a.registration_id
        where a.event_id = $1
          and r.state = 'confirmed'
        group by r.pool_id
        """,
        event_id,
    )
    return {row["pool_id"]: row["guests"] for row in rows}


async def tables_of(db: Executor, event_id: UUID) -> list[Table]:
    """The tables with their confirmed guests, numbers in the order of numbers; guests without a table come last."""
    rows = await db.fetch(
        """
        select r.table_name as name, count(*) as guests, count(a.registration_id) as arrived
        from registrations r
        left join attendances a on a.registration_id = r.id
        where r.event_id = $1
          and r.state = 'confirmed'
        group by r.table_name
        order by r.table_name is null, length(r.table_name), r.table_name collate "C"
        limit 500
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), Table) for row in rows]


async def arrivals_of(db: Executor, event_id: UUID, doors_at: datetime) -> list[Arrivals]:
    """Arrivals of guests with a place in steps of five minutes, counted from the doors' time; steps without any are left out."""
    rows = await db.fetch(
        """
        select date_bin('5 minutes', a.device_at, $2) as at, count(*) as guests
        from attendances a
        join registrations r on r.id = a.registration_id
        where a.event_id = $1
          and r.state = 'confirmed'
        group by 1
        order by 1
        limit 2000
        """,
        event_id,
        doors_at,
    )
    return [msgspec.convert(dict(row), Arrivals) for row in rows]


async def latest_scans(db: Executor, event_id: UUID) -> list[ScanLine]:
    """What happened last at the door, newest first."""
    rows = await db.fetch(
        """
        select c.device_at as at, c.verdict, c.reason, t.name as gate, r.table_name, coalesce(b.source = 'walk_in', false) as is_walk_in,
               case when g.id is not null then jsonb_build_object(
                   'honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin) end as guest
        from check_ins c
        left join registrations r on r.id = c.registration_id
        left join bookings b on b.id = r.booking_id
        left join guests g on g.id = r.guest_id
        left join gates t on t.id = c.gate_id
        where c.event_id = $1
        order by c.server_at desc, c.id desc
        limit $2
        """,
        event_id,
        SCANS_SHOWN,
    )
    return [msgspec.convert(dict(row), ScanLine) for row in rows]


async def events_with_counts(db: Executor, organiser_ids: list[UUID]) -> list[EventCount]:
    """The events of these organisers in order of time, with what is taken and who has come."""
    rows = await db.fetch(
        """
        select e.id, e.slug, e.title, e.kind, e.status, e.hue, e.organiser_id, o.name as organiser_name, v.name as venue_name,
               e.time_zone, e.starts_at, e.ends_at, p.capacity, p.taken, p.waiting,
               (select count(*) from attendances a where a.event_id = e.id) as arrived
        from events e
        join organisers o on o.id = e.organiser_id
        join pools p on p.id = e.id
        left join venues v on v.id = e.venue_id
        where e.organiser_id = any ($1)
        order by e.starts_at, e.id
        limit 500
        """,
        organiser_ids,
    )
    return [msgspec.convert(dict(row), EventCount) for row in rows]


async def programmes_with_events(db: Executor, organiser_ids: Sequence[UUID], now: datetime) -> list[ProgrammeLine]:
    """The programmes that are not over, the next one first."""
    rows = await db.fetch(
        """
        select p.slug, p.title, p.hue, count(*) as events
        from programmes p
        join events e on e.programme_id = p.id
        where p.organiser_id = any ($1)
          and e.status <> 'cancelled'
        group by p.id
        having max(e.ends_at) > $2
        order by min(e.starts_at), p.id
        limit 20
        """,
        list(organiser_ids),
        now,
    )
    return [msgspec.convert(dict(row), ProgrammeLine) for row in rows]
