"""SQL of the list that phones carry. One statement a function, the connection first.

The digest of a bucket is made from the very rows of which its entries are, so whatever an entry shows is in it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.programme.model import Texts

BUCKETS = 32
MOST_CODES = 20_000  # of tickets that open nothing here, and why; whoever is not among them is "newer than my list"
MOST_MOVEMENTS = 50_000

# A registration's bucket is the end of its id, which is random. Unnamed: how many more may come with the party.
_ENTRIES = f"""
select get_byte(uuid_send(r.id), 15) % {BUCKETS} as bucket, r.id as registration_id, encode(t.code_hash, 'hex') as code, r.state,
       r.table_name, g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin,
       g.given_name_latin, g.company, g.job_title, g.flags, g.diet, g.access_needs, g.search_key, g.sort_key,
       coalesce(b.lead_id, b.id) as party, g.position, coalesce(h.host, '') as host, coalesce(c.places, 0) as unnamed
from registrations r
join guests g on g.id = r.guest_id
join bookings b on b.id = r.booking_id
left join tickets t on t.guest_id = r.guest_id
left join companions_left c on c.event_id = r.event_id and c.lead_id = coalesce(b.lead_id, b.id)
left join (select x.registration_id, string_agg(o.name, ', ' order by o.name, o.id) as host
           from hosts o
           join hosted_guests x on x.host_id = o.id
           where o.event_id = $1
             and o.revoked_at is null
           group by x.registration_id) h on h.registration_id = r.id
where r.event_id = $1
"""

# Tickets of the same organiser's other events, of people who are no guests here: a confirmed place first, then the soonest.
_ELSEWHERE = f"""
select distinct on (t.id) encode(t.code_hash, 'hex') as code, e.id as event_id, e.title, e.starts_at, e.time_zone
from events here
join events e on e.organiser_id = here.organiser_id and e.id <> here.id
join registrations r on r.event_id = e.id
join tickets t on t.guest_id = r.guest_id
where here.id = $1
  and e.starts_at between here.starts_at - interval '60 days' and here.starts_at + interval '60 days'
  and not exists (select from registrations x where x.event_id = here.id and x.guest_id = r.guest_id)
order by t.id, (r.state = 'confirmed') desc, e.starts_at, e.id
limit {MOST_CODES}
"""

_FORMER = f"""
select encode(f.code_hash, 'hex') as code
from registrations r
join tickets t on t.guest_id = r.guest_id
join former_codes f on f.ticket_id = t.id
where r.event_id = $1
order by f.code_hash
limit {MOST_CODES}
"""


class StrangeCode(msgspec.Struct, frozen=True):
    """The hash of a ticket that is for another event of the organiser, and which."""

    code: str
    event_id: UUID
    title: Texts
    starts_at: datetime
    time_zone: str


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody went in or out, or a record of that was taken back."""

    id: UUID
    registration_id: UUID
    kind: str
    at: datetime
    gate: str
    phone: str
    by: str
    undoes: UUID | None
    device_id: UUID | None
    server_at: datetime


async def list_digests(db: Executor, event_id: UUID, salt: str) -> list[str]:
    """One digest a bucket, and a last one over the codes that open nothing here. The salt stands for what is not in the rows."""
    rows = await db.fetch(
        f"""
        with entries as materialized ({_ENTRIES}),
        elsewhere as materialized ({_ELSEWHERE}),
        former as materialized ({_FORMER})
        select bucket, left(md5($2 || string_agg(e::text, e'\\n' order by e.registration_id)), 8)
        from entries e
        group by bucket
        union all
        select {BUCKETS},
               left(md5($2 || coalesce((select string_agg(x::text, e'\\n' order by x.code) from elsewhere x), '')
                        || coalesce((select string_agg(x.code, ',' order by x.code) from former x), '')), 8)
        """,
        event_id,
        salt,
    )
    found = {row[0]: row[1] for row in rows}
    return [found.get(bucket, "") for bucket in range(BUCKETS + 1)]


async def rules_digest(db: Executor, event_id: UUID) -> str:
    """One word for what travels with every list: the rules, the questions, the gates, and when the event is."""
    return str(
        await db.fetchval(
            """
            select md5(concat_ws(e'\n', e.title, e.starts_at, e.ends_at, e.time_zone,
                                 (select d::text from door_rules d where d.event_id = e.id),
                                 exists (select from badge_settings b where b.event_id = e.id),
                                 (select string_agg(q::text, e'\n' order by q.position, q.id)
                                  from door_questions q
                                  where q.event_id = e.id
                                    and q.removed_at is null),
                                 (select string_agg(g.name, e'\n' order by g.position, g.name) from gates g where g.event_id = e.id)))
            from events e
            where e.id = $1
            """,
            event_id,
        )
    )


async def list_entries(db: Executor, event_id: UUID, buckets: Sequence[int]) -> list[Any]:
    """The rows of these buckets, in the order of the list."""
    return await db.fetch(
        f"select * from ({_ENTRIES}) x where x.bucket = any ($2::int[]) order by x.bucket, x.sort_key, x.registration_id",
        event_id,
        list(buckets),
    )


async def entries_of(db: Executor, event_id: UUID, registration_ids: Sequence[UUID]) -> list[Any]:
    """The rows of these registrations."""
    return await db.fetch(f"{_ENTRIES} and r.id = any ($2::uuid[])", event_id, list(registration_ids))


async def codes_elsewhere(db: Executor, event_id: UUID) -> list[StrangeCode]:
    """Tickets that were issued for other events of the organiser, around the time of this one."""
    return [msgspec.convert(dict(row), StrangeCode) for row in await db.fetch(_ELSEWHERE, event_id)]


async def former_codes(db: Executor, event_id: UUID) -> list[str]:
    """What the codes of this event's tickets were before they were issued again."""
    return [row[0] for row in await db.fetch(_FORMER, event_id)]


async def movements_since(db: Executor, event_id: UUID, since: datetime | None) -> list[Movement]:
    """Who went in and out, as it reached the server; undone records and their undoing included."""
    rows = await db.fetch(
        f"""
        select c.id, c.registration_id, c.kind, c.device_at as at, coalesce(g.name, '') as gate, coalesce(d.name, '') as phone,
               c.decided_by as by, c.undoes, c.device_id, c.server_at
        from check_ins c
        left join gates g on g.id = c.gate_id
        left join devices d on d.id = c.device_id
        where c.event_id = $1
          and c.registration_id is not null
          and c.server_at > coalesce($2::timestamptz, '-infinity')
          and (c.kind, c.verdict) in (('entry', 'admitted'), ('exit', 'left'), ('undo', 'undone'))
        order by c.server_at, c.id
        limit {MOST_MOVEMENTS}
        """,
        event_id,
        since,
    )
    return [msgspec.convert(dict(row), Movement) for row in rows]


async def gates_of_event(db: Executor, event_id: UUID) -> list[dict[str, Any]]:
    """Id and name of every gate in the organiser's order."""
    rows = await db.fetch("select id, name from gates where event_id = $1 order by position, name limit 100", event_id)
    return [dict(row) for row in rows]
