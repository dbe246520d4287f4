"""SQL behind the organiser's JSON API. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.programme.model import Texts
from events.registration.model import RegistrationState


class PlacesNow(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one pool, pools inside it included. The whole event has neither slug nor name."""

    slug: str | None
    name: Texts
    inside: str | None
    capacity: int
    taken: int
    free: int
    waiting: int
    arrived: int
    present: int


async def places_now(db: Executor, event_id: UUID) -> list[PlacesNow]:
    """The whole event first, then its contingents by position. Whoever arrived and was cancelled later counts for the event alone."""
    rows = await db.fetch(
        """
        with recursive here as (
            select coalesce(r.pool_id, a.event_id) as id, count(*)::int as guests, count(s.registration_id)::int as present
            from attendances a
            join registrations r on r.id = a.registration_id
            left join presences s on s.event_id = a.event_id and s.registration_id = a.registration_id
            where a.event_id = $1
            group by 1
        ), upwards as (
            select id, guests, present from here
            union all
            select p.parent_id, u.guests, u.present
            from upwards u
            join pools p on p.id = u.id
            where p.parent_id is not null
        )
        select p.slug, p.name, o.slug as inside, p.capacity, p.taken, p.capacity - p.taken as free, p.waiting,
               coalesce((select sum(u.guests)::int from upwards u where u.id = p.id), 0) as arrived,
               coalesce((select sum(u.present)::int from upwards u where u.id = p.id), 0) as present
        from pools p
        left join pools o on o.id = p.parent_id
        where p.event_id = $1
        order by p.parent_id is not null, p.position, p.slug
        """,
        event_id,
    )
    return [PlacesNow(**row) for row in rows]


class ListedGuest(msgspec.Struct, frozen=True, kw_only=True):
    """One guest of an event as programs see them: without diet, access needs and answers that are sensitive or for security, which
    stay between guest and organiser. `present` is whether the guest is inside now: who arrived may have left. `answers` go by the slug
    of the question, those of the whole booking included; a file is named.
    """

    id: UUID
    state: RegistrationState
    contingent: str | None
    table: str | None
    honorific: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    family_name_latin: str
    given_name_latin: str
    company: str
    department: str
    position: str
    flags: list[str]
    email: str
    registered_at: datetime
    arrived_at: datetime | None
    present: bool
    answers: dict[str, str | bool | int | float | list[str]]


async def guests_after(
    db: Executor,
    event_id: UUID,
    *,
    words: Sequence[str],
    state: RegistrationState | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[tuple[str, ListedGuest]]:
    """The next guests in the order of their names, each with its sort key, found by all of the words.

    Only the event's own guests are read (`offset 0` keeps the planner to that): two kanji would match half a trigram index.
    """
    rows = await db.fetch(
        """
        select g.sort_key, r.id, r.state, p.slug as contingent, r.table_name as table, g.honorific, g.family_name, g.given_name,
               g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin, g.company, g.department,
               g.job_title as position, g.flags, b.email, r.created_at as registered_at,
               (select a.device_at from attendances a where a.registration_id = r.id limit 1) as arrived_at,
               exists (select from presences s where s.registration_id = r.id) as present,
               coalesce((select jsonb_object_agg(q.slug, coalesce(to_jsonb(u.file_name), o.value))
                         from question_answers o
                         join questions q on q.id = o.question_id
                         left join uploads u on q.kind = 'file' and u.id::text = o.value #>> '{}'
                         where o.booking_id = r.booking_id
                           and (o.guest_id = r.guest_id or o.guest_id is null)
                           and q.sensitivity = 'ordinary'), '{}') as answers
        from registrations r
        cross join lateral (select * from guests g where g.id = r.guest_id offset 0) g
        join bookings b on b.id = r.booking_id
        left join pools p on p.id = coalesce(r.pool_id, r.wanted_pool_id)
        where r.event_id = $1
          and ($2::text is null or r.state = $2)
          and g.search_key like all ($3::text[])
          and ($4::text is null or (g.sort_key collate "C", r.id) > ($4, $5))
        order by g.sort_key collate "C", r.id
        limit $6
        """,
        event_id,
        state,
        [f"%{word}%" for word in words],
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_listed(dict(row)) for row in rows]


def _listed(row: dict[str, Any]) -> tuple[str, ListedGuest]:
    return row.pop("sort_key"), msgspec.convert(row, ListedGuest)
