"""SQL of badges: whom they are for, and what was printed. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import BADGES, Bearer, Choice, Layout, Look, Order, Which

# Whoever has a place at the event. A host is a guest whose booking has the address of one of the event's hosts.
BEARER = """
r.id as registration_id, g.job_title, g.flags, r.table_name, t.id as ticket_id, coalesce(t.issue, 1) as ticket_issue,
(select c.short_code from contact_cards c where c.registration_id = r.id) as contact_code,
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department) as person,
(g.position = 0 and exists (select from hosts h
                            where h.event_id = r.event_id
                              and h.revoked_at is null
                              and h.email <> ''
                              and lower(h.email) = lower(b.email))) as is_host
"""
OF_EVENT = """
from registrations r
cross join lateral (select * from guests x where x.id = r.guest_id offset 0) g
join bookings b on b.id = r.booking_id
left join tickets t on t.guest_id = g.id
"""
_PRINTED = """
left join lateral (select max(p.printed_at) as printed_at, count(*) as printed_times
                   from badge_prints p
                   where p.registration_id = r.id
                     and p.layout = any ($2)) p on true
"""
_ORDERS = {
    Order.NAME: 'g.sort_key collate "C", r.id',
    # 2 before 10, and guests without a table last
    Order.TABLE: "r.table_name is null, length(substring(r.table_name from '^[0-9]+')), r.table_name, g.sort_key collate \"C\", r.id",
}


async def look_of_event(db: Executor, event_id: UUID) -> Look:
    row = await db.fetchrow(
        """
        select layout, first_script, words, qr, shows_roles, shows_table, on_arrival_since is not null as on_arrival
        from badge_settings
        where event_id = $1
        """,
        event_id,
    )
    return msgspec.convert(dict(row), Look) if row else Look()


async def keep_look(tx: Connection, event_id: UUID, look: Look, now: datetime) -> None:
    """How the event's badges look from now on. Who came in before badges on arrival were switched on gets none by itself."""
    await tx.execute(
        """
        insert into badge_settings (event_id, layout, first_script, words, qr, shows_roles, shows_table, on_arrival_since, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, case when $8 then $9::timestamptz end, $9)
        on conflict (event_id) do update
        set layout = excluded.layout,
            first_script = excluded.first_script,
            words = excluded.words,
            qr = excluded.qr,
            shows_roles = excluded.shows_roles,
            shows_table = excluded.shows_table,
            on_arrival_since = case when $8 then coalesce(badge_settings.on_arrival_since, $9) end,
            updated_at = $9
        """,
        event_id,
        *msgspec.structs.astuple(look),
        now,
    )


async def bearers(db: Executor, event_id: UUID, choice: Choice, layout: Layout, *, most: int) -> list[Bearer]:
    """Whose badges these are, with when theirs of that kind came out last; named guests whether it did or not."""
    rows = await db.fetch(
        f"""
        select {BEARER}, p.printed_at, p.printed_times
        {OF_EVENT} {_PRINTED}
        where r.event_id = $1
          and r.state = 'confirmed'
          and case when $3::uuid[] <> '{{}}' then r.id = any ($3)
                   else (not $4 or p.printed_at is null)
                        and ($5::uuid[] is null or coalesce(r.pool_id, r.event_id) = any ($5))
                        and g.search_key like all ($6::text[]) end
        order by {_ORDERS[choice.order]}
        limit $7
        """,
        event_id,
        _kind(layout),
        choice.registration_ids,
        choice.which == Which.UNPRINTED,
        choice.pool_ids,
        [f"%{word}%" for word in choice.words],
        most,
    )
    return [_bearer(row) for row in rows]


async def bearer(db: Executor, event_id: UUID, registration_id: UUID) -> Bearer | None:
    """One guest with a place at this event."""
    row = await db.fetchrow(
        f"select {BEARER} {OF_EVENT} where r.event_id = $1 and r.id = $2 and r.state = 'confirmed'", event_id, registration_id
    )
    return _bearer(row) if row else None


async def printed_counts(db: Executor, event_id: UUID, layout: Layout) -> tuple[int, int]:
    """How many guests have a place, and how many of them a badge (or place card) already."""
    row = await db.fetchrow(
        """
        select count(*),
               count(*) filter (where exists (select from badge_prints p where p.registration_id = r.id and p.layout = any ($2)))
        from registrations r
        where r.event_id = $1
          and r.state = 'confirmed'
        """,
        event_id,
        _kind(layout),
    )
    return (row[0], row[1]) if row else (0, 0)


async def insert_prints(
    tx: Connection, ids: Sequence[UUID], registration_ids: Sequence[UUID], *, event_id: UUID, layout: Layout, actor: str, now: datetime
) -> None:
    """Notes what came out of a printer."""
    await tx.execute(
        """
        insert into badge_prints (id, event_id, registration_id, layout, actor, printed_at)
        select p.id, $1, p.registration_id, $4, $5, $6
        from unnest($2::uuid[], $3::uuid[]) as p (id, registration_id)
        """,
        event_id,
        list(ids),
        list(registration_ids),
        layout.value,
        actor,
        now,
    )


def _kind(layout: Layout) -> list[str]:
    """A badge is a badge in either size; a place card stands beside it."""
    return [one.value for one in BADGES] if layout.is_badge else [layout.value]


def _bearer(row: Any) -> Bearer:
    return msgspec.convert(dict(row), Bearer)
