"""SQL of the waiting list. One statement a function, the connection first; always by the event first."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Lapse, Party

PAGE_SIZE = 50
LATEST_SERVED = 20


# The party is named after its first guest; what is free for it is counted once for each contingent. A party whose guests all came
# back with another booking stands there, and no longer here.
_PARTIES = """
with spare as (
    select w.wanted, coalesce(sum(d.direct), 0)::int as free
    from (select distinct pool_id as wanted from waitlist_entries where event_id = $1) w
    left join direct_places($1) d on d.id = any (serving_pools($1, w.wanted))
    group by w.wanted
), line as (
    select e.*, case when e.state = 'waiting' then row_number() over (partition by e.state order by e.priority desc, e.id) end as position,
           row_number() over (partition by e.booking_id order by e.id desc) as newest
    from waitlist_entries e
    where e.event_id = $1
)
select l.id as entry_id, l.booking_id, l.state, l.party_size, l.priority, l.priority_reason, l.position, l.skipped, l.skipped_at,
       l.skipped_free, spare.free, l.out_of_turn, l.created_at as joined_at, l.settled_at, c.name as contingent,
       b.email, b.locale, b.time_zone,
       (select min(r.expires_at)
        from registrations r
        where r.event_id = $1
          and r.booking_id = l.booking_id
          and r.state = 'offered') as deadline,
       first.person
from line l
join bookings b on b.id = l.booking_id
join spare on spare.wanted is not distinct from l.pool_id
join lateral (
    select jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                              'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                              'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                              'company', g.company, 'department', g.department) as person
    from registrations r
    join guests g on g.id = r.guest_id
    where r.event_id = $1
      and r.booking_id = l.booking_id
    order by g.position
    limit 1
) first on true
left join pools c on c.id = l.pool_id and c.parent_id is not null
"""


async def parties_in_line(db: Executor, event_id: UUID, *, after: int) -> list[Party]:
    """One page of those who wait and one more, in the order in which they are served; `after` is the last position seen."""
    rows = await db.fetch(
        f"{_PARTIES} where l.state = 'waiting' and l.position > $2 order by l.position limit $3", event_id, after, PAGE_SIZE + 1
    )
    return [msgspec.convert(dict(row), Party) for row in rows]


async def live_offers(db: Executor, event_id: UUID) -> list[Party]:
    """Who has been offered places and has not answered yet; the nearest deadline first."""
    rows = await db.fetch(f"{_PARTIES} where l.state = 'offered' order by deadline, l.id limit 200", event_id)
    return [msgspec.convert(dict(row), Party) for row in rows]


async def lapsed_offers(db: Executor, event_id: UUID) -> list[Party]:
    """Whose offer ran out and who does not stand in line again; the latest first."""
    rows = await db.fetch(f"{_PARTIES} where l.state = 'lapsed' and l.newest = 1 order by l.settled_at desc, l.id limit 200", event_id)
    return [msgspec.convert(dict(row), Party) for row in rows]


async def latest_served(db: Executor, event_id: UUID) -> list[Party]:
    """Who got places from the line lately."""
    rows = await db.fetch(
        f"{_PARTIES} where l.state = 'accepted' and l.newest = 1 order by l.settled_at desc, l.id limit $2", event_id, LATEST_SERVED
    )
    return [msgspec.convert(dict(row), Party) for row in rows]


async def party(db: Executor, event_id: UUID, booking_id: UUID) -> Party | None:
    """Where this party stands now."""
    row = await db.fetchrow(f"{_PARTIES} where l.booking_id = $2 and l.newest = 1", event_id, booking_id)
    return msgspec.convert(dict(row), Party) if row else None


async def update_priority(tx: Connection, entry_id: int, *, priority: int, reason: str) -> bool:
    """Moves a party in line. False when it does not wait any more."""
    status = await tx.execute(
        "update waitlist_entries set priority = $2, priority_reason = $3 where id = $1 and state = 'waiting'", entry_id, priority, reason
    )
    return status == "UPDATE 1"


async def mark_out_of_turn(tx: Connection, entry_id: int) -> None:
    await tx.execute("update waitlist_entries set out_of_turn = true where id = $1", entry_id)


async def wait_in_former_place(tx: Connection, event_id: UUID, booking_id: UUID, now: datetime) -> int:
    """Puts what ran out back in line, where it stood. Answers how many guests."""
    return int(await tx.fetchval("select wait_in_former_place($1, $2, $3)", event_id, booking_id, now))


async def latest_lapse(db: Executor, event_id: UUID, booking_id: UUID) -> Lapse | None:
    """When the party's last offer ran out, unless it stands in line again."""
    row = await db.fetchrow(
        """
        select w.settled_at as at, w.party_size
        from waitlist_entries w
        where w.event_id = $1
          and w.booking_id = $2
          and w.state = 'lapsed'
          and not exists (select
                          from waitlist_entries n
                          where n.event_id = w.event_id
                            and n.booking_id = w.booking_id
                            and n.id > w.id)
        """,
        event_id,
        booking_id,
    )
    return msgspec.convert(dict(row), Lapse) if row else None
