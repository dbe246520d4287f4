"""SQL of the guest list. Always by the event first: a search never leaves its guests."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .listing import Group, Listing
from .model import GuestLine, GuestRecord

PAGE_SIZE = 50

# `offset 0` keeps the planner from beginning with the trigram index, where two kanji match half of all guests.
_ASKED_FOR = """
from registrations r
cross join lateral (select * from guests g where g.id = r.guest_id offset 0) g
join bookings b on b.id = r.booking_id
left join attendances a on a.registration_id = r.id
where r.event_id = $1
  and r.state = any ($2)
  and ($3::boolean is null or (a.registration_id is not null) = $3)
  and ($7::boolean is null or exists (select from presences s where s.registration_id = r.id) = $7)
  and ($4::uuid[] is null or coalesce(r.pool_id, r.wanted_pool_id, r.event_id) = any ($4))
  and g.search_key like all ($5::text[])
  and ($6 = '' or b.email ilike $6)
"""

_PERSON = """
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department) as person
"""

_PAGE = (
    """
with page as (
    select r.id, r.guest_id, r.booking_id, r.state, r.table_name, r.pool_id, r.wanted_pool_id, a.device_at as arrived_at, g.sort_key
    """
    + _ASKED_FOR
    + """
      and ($8::uuid is null or (g.sort_key collate "C", r.id) %(beyond)s (
            select k.sort_key collate "C", x.id
            from registrations x
            join guests k on k.id = x.guest_id
            where x.event_id = $1
              and x.id = $8))
    order by g.sort_key collate "C" %(way)s, r.id %(way)s
    limit $9
)
select p.id as registration_id, p.state, p.table_name, p.arrived_at,
       case when not exists (select from presences s where s.registration_id = p.id) then
           (select max(m.device_at) from movements m where m.registration_id = p.id and m.kind = 'exit') end as left_at,
       b.email, b.source, c.name as contingent, g.job_title, g.flags,
       (select m.status
        from mails m
        where m.booking_id = p.booking_id
        order by m.id desc
        limit 1) as mail_status,
"""
    + _PERSON
    + """
from page p
join guests g on g.id = p.guest_id
join bookings b on b.id = p.booking_id
left join pools c on c.id = coalesce(p.pool_id, p.wanted_pool_id) and c.parent_id is not null
order by p.sort_key collate "C" %(way)s, p.id %(way)s
"""
)
_FORWARD = _PAGE % {"beyond": ">", "way": "asc"}
_BACKWARD = _PAGE % {"beyond": "<", "way": "desc"}


async def guests_page(
    db: Executor, event_id: UUID, listing: Listing, *, after: UUID | None = None, before: UUID | None = None, size: int = PAGE_SIZE
) -> list[GuestLine]:
    """One page and one guest more, in the order of the names; going backwards the one more comes first."""
    statement = _BACKWARD if before else _FORWARD
    rows = await db.fetch(statement, *_question(event_id, listing), before or after, size + 1)
    lines = [msgspec.convert(dict(row), GuestLine) for row in rows]
    return lines[::-1] if before else lines


async def group_sizes(db: Executor, event_id: UUID) -> dict[Group, int]:
    """How many guests each group has, whatever else is asked for."""
    row = await db.fetchrow(
        """
        select count(*) filter (where r.state not in ('cancelled', 'expired')) as current,
               count(*) filter (where r.state = 'confirmed') as confirmed,
               count(*) filter (where r.state = 'confirmed' and a.registration_id is null) as expected,
               count(*) filter (where r.state = 'confirmed' and a.registration_id is not null) as arrived,
               count(*) filter (where s.registration_id is not null) as inside,
               count(*) filter (where a.registration_id is not null and s.registration_id is null) as gone,
               count(*) filter (where r.state = 'awaiting_approval') as awaiting_approval,
               count(*) filter (where r.state = 'held') as held,
               count(*) filter (where r.state = 'offered') as offered,
               count(*) filter (where r.state = 'waitlisted') as waitlisted,
               count(*) filter (where r.state in ('cancelled', 'expired')) as cancelled
        from registrations r
        left join attendances a on a.registration_id = r.id
        left join presences s on s.registration_id = r.id
        where r.event_id = $1
        """,
        event_id,
    )
    return {Group(name): size for name, size in dict(row or {}).items()}


async def guest_line(db: Executor, event_id: UUID, registration_id: UUID) -> GuestLine | None:
    """One guest of this event."""
    row = await db.fetchrow(
        f"""
        select r.id as registration_id, r.state, r.table_name, a.device_at as arrived_at, null as left_at, b.email, b.source,
               c.name as contingent, g.job_title, g.flags, null as mail_status, {_PERSON}
        from registrations r
        join guests g on g.id = r.guest_id
        join bookings b on b.id = r.booking_id
        left join attendances a on a.registration_id = r.id
        left join pools c on c.id = coalesce(r.pool_id, r.wanted_pool_id) and c.parent_id is not null
        where r.event_id = $1
          and r.id = $2
        """,
        event_id,
        registration_id,
    )
    return msgspec.convert(dict(row), GuestLine) if row else None


async def guest_records(tx: Connection, event_id: UUID, listing: Listing) -> AsyncIterator[GuestRecord]:
    """Every guest asked for in the order of the names, read through a cursor: memory stays the same for any number."""
    statement = f"""
        select r.state, g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin,
               g.given_name_latin, g.company, g.department, g.job_title, b.email, b.locale,
               (select c.name
                from pools c
                where c.id = coalesce(r.pool_id, r.wanted_pool_id)
                  and c.parent_id is not null) as contingent,
               r.table_name, g.diet, g.access_needs, g.flags, b.source, r.created_at as registered_at, a.device_at as arrived_at,
               case when not exists (select from presences s where s.registration_id = r.id) then
                   (select max(m.device_at) from movements m where m.registration_id = r.id and m.kind = 'exit') end as left_at,
               coalesce((select jsonb_object_agg(o.question_id, o.value)
                         from question_answers o
                         where o.booking_id = r.booking_id
                           and (o.guest_id = r.guest_id or o.guest_id is null)
                           and o.value is not null), '{{}}') as answers
        {_ASKED_FOR}
        order by g.sort_key collate "C", r.id
        """
    async for row in tx.cursor(statement, *_question(event_id, listing), prefetch=500):
        yield msgspec.convert(dict(row), GuestRecord)


def _question(event_id: UUID, listing: Listing) -> tuple[Any, ...]:
    address = f"%{_literal(listing.address_part)}%" if listing.address_part else ""
    return event_id, [*listing.states], listing.arrived, listing.pool_ids, [f"%{word}%" for word in listing.words], address, listing.inside


def _literal(text: str) -> str:
    """Without the meaning that `like` gives to some characters."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
