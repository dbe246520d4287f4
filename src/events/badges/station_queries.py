"""SQL of the print station: what waits, who prints it, what came out. One statement a function, the connection first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Arrived, Bearer, Layout, Waiting
from .queries import BEARER, OF_EVENT

MOST_SHOWN = 60  # a queue longer than this says by its number that something is wrong with the printer
MOST_ARRIVED = 20

# Who came in without a badge since the event wants them on arrival, and has not been asked for yet. A badge that was withdrawn is not
# asked for again.
_DUE = """
from badge_settings s
join attendances a on a.event_id = s.event_id and a.server_at >= s.on_arrival_since
join registrations x on x.id = a.registration_id and x.state = 'confirmed'
where s.event_id = $1
  and not exists (select from badge_requests q where q.registration_id = a.registration_id)
  and not exists (select from badge_prints p where p.registration_id = a.registration_id and p.layout in ('card', 'fold'))
"""
_WAITING = f"""
select w.id, w.actor, w.requested_at, w.station_id, w.taken_at, w.printed_at, b.bearer
from %s w
cross join lateral (select to_jsonb(f) as bearer from (select {BEARER} {OF_EVENT} where r.id = w.registration_id) f) b
"""


async def insert_request(
    tx: Executor, request_id: UUID, *, event_id: UUID, registration_id: UUID, actor: str, now: datetime
) -> tuple[UUID, UUID] | None:
    """Asks for a badge, once an id; answers the event and the guest the id stands for. None if this event has no place for the guest."""
    row = await tx.fetchrow(
        """
        with asked as (
            insert into badge_requests (id, event_id, registration_id, actor, requested_at)
            select $1, r.event_id, r.id, $4, $5
            from registrations r
            where r.event_id = $2
              and r.id = $3
              and r.state = 'confirmed'
            on conflict (id) do nothing
            returning event_id, registration_id
        )
        select event_id, registration_id from asked
        union all
        select event_id, registration_id from badge_requests where id = $1
        """,
        request_id,
        event_id,
        registration_id,
        actor,
        now,
    )
    return (row[0], row[1]) if row else None


async def open_request_of(db: Executor, event_id: UUID, registration_id: UUID) -> UUID | None:
    """The badge of this guest that waits or is being printed."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select q.id
        from badge_requests q
        where q.event_id = $1
          and q.registration_id = $2
          and q.printed_at is null
          and q.withdrawn_at is null
        order by q.requested_at, q.id
        limit 1
        """,
        event_id,
        registration_id,
    )


async def request_by_id(db: Executor, event_id: UUID, request_id: UUID) -> Waiting | None:
    row = await db.fetchrow(f"{_WAITING % 'badge_requests'} where w.event_id = $1 and w.id = $2", event_id, request_id)
    return _waiting(row) if row else None


async def queue_of_event(db: Executor, event_id: UUID) -> tuple[list[Waiting], int]:
    """What waits or is being printed, the oldest first, and how many that is in all; arrivals that are due are among them."""
    queue = f"""(
        select q.id, q.registration_id, q.actor, q.requested_at, q.station_id, q.taken_at, q.printed_at, count(*) over () as total
        from (select o.id, o.registration_id, o.actor, o.requested_at, o.station_id, o.taken_at, o.printed_at
              from badge_requests o
              where o.event_id = $1
                and o.printed_at is null
                and o.withdrawn_at is null
              union all
              select a.check_in_id, a.registration_id, 'arrival', a.server_at, null, null, null
              {_DUE}) q
        order by q.requested_at, q.id
        limit $2)"""
    rows = await db.fetch(
        f"{_WAITING.replace('select ', 'select w.total, ', 1) % queue} order by w.requested_at, w.id", event_id, MOST_SHOWN
    )
    return [_waiting(row) for row in rows], rows[0]["total"] if rows else 0


async def ask_for_arrivals(tx: Connection, event_id: UUID) -> None:
    """Writes down what is due on arrival; whoever does it at the same moment adds nothing."""
    await tx.execute(
        f"""
        insert into badge_requests (id, event_id, registration_id, actor, requested_at)
        select a.check_in_id, a.event_id, a.registration_id, 'arrival', a.server_at
        {_DUE}
        on conflict do nothing
        """,
        event_id,
    )


async def take_request(tx: Connection, event_id: UUID, station_id: UUID, now: datetime, *, request_id: UUID | None = None) -> UUID | None:
    """Gives the station the oldest badge that nobody prints yet, or the named one. Of two stations that ask at once each gets another
    one: a row that is being given away is stepped over."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        update badge_requests
        set station_id = $2,
            taken_at = $3
        where id = (select q.id
                    from badge_requests q
                    join registrations r on r.id = q.registration_id
                    where q.event_id = $1
                      and q.station_id is null
                      and q.printed_at is null
                      and q.withdrawn_at is null
                      and r.state = 'confirmed'
                      and ($4::uuid is null or q.id = $4)
                    order by q.requested_at, q.id
                    limit 1
                    for update of q skip locked)
        returning id
        """,
        event_id,
        station_id,
        now,
        request_id,
    )


async def finish_request(
    tx: Connection, request_id: UUID, print_id: UUID, *, station_id: UUID, layout: Layout, actor: str, now: datetime
) -> bool:
    """Notes that the station's badge came out. Answers whether it was the station's to print; saying it twice is saying it once."""
    status = await tx.execute(
        """
        with done as (
            update badge_requests
            set printed_at = coalesce(printed_at, $6)
            where id = $1
              and station_id = $3
              and withdrawn_at is null
            returning event_id, registration_id
        )
        insert into badge_prints (id, event_id, registration_id, request_id, layout, actor, printed_at)
        select $2, d.event_id, d.registration_id, $1, $4, $5, $6
        from done d
        on conflict on constraint badge_prints_request_once do update set request_id = excluded.request_id
        """,
        request_id,
        print_id,
        station_id,
        layout.value,
        actor,
        now,
    )
    return status == "INSERT 0 1"


async def give_back_request(tx: Connection, event_id: UUID, request_id: UUID) -> bool:
    """Puts a badge that a station took back into the queue."""
    status = await tx.execute(
        """
        update badge_requests
        set station_id = null,
            taken_at = null
        where event_id = $1
          and id = $2
          and printed_at is null
          and withdrawn_at is null
        """,
        event_id,
        request_id,
    )
    return status == "UPDATE 1"


async def withdraw_request(tx: Connection, event_id: UUID, request_id: UUID, now: datetime) -> bool:
    """Takes a badge out of the queue."""
    status = await tx.execute(
        "update badge_requests set withdrawn_at = $3 where event_id = $1 and id = $2 and printed_at is null and withdrawn_at is null",
        event_id,
        request_id,
        now,
    )
    return status == "UPDATE 1"


async def latest_arrivals(db: Executor, event_id: UUID, words: list[str]) -> list[Arrived]:
    """Who came in last, or who is called like that, with what became of their badge; a walk-in is a guest like any other."""
    rows = await db.fetch(
        f"""
        with chosen as (
            select r.id, a.device_at as arrived_at
            from registrations r
            cross join lateral (select x.search_key, x.sort_key from guests x where x.id = r.guest_id offset 0) g
            left join attendances a on a.registration_id = r.id
            where r.event_id = $1
              and r.state = 'confirmed'
              and g.search_key like all ($2::text[])
              and (a.registration_id is not null or $2::text[] <> '{{}}')
            order by a.device_at desc nulls last, g.sort_key collate "C", r.id
            limit $3
        )
        select c.arrived_at, b.bearer,
               (select max(p.printed_at) from badge_prints p where p.registration_id = c.id and p.layout in ('card', 'fold')) as printed_at,
               exists (select from badge_requests q
                       where q.registration_id = c.id
                         and q.printed_at is null
                         and q.withdrawn_at is null) as waits
        from chosen c
        cross join lateral (select to_jsonb(f) as bearer from (select {BEARER} {OF_EVENT} where r.id = c.id) f) b
        order by c.arrived_at desc nulls last, c.id
        """,
        event_id,
        [f"%{word}%" for word in words],
        MOST_ARRIVED,
    )
    return [msgspec.convert(dict(row), Arrived) for row in rows]


def _waiting(row: Any) -> Waiting:
    return Waiting(
        id=row["id"],
        bearer=msgspec.convert(row["bearer"], Bearer),
        actor=row["actor"],
        requested_at=row["requested_at"],
        station_id=row["station_id"],
        taken_at=row["taken_at"],
        printed_at=row["printed_at"],
    )
