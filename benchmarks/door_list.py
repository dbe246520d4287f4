"""The list of five thousand guests that a door phone carries: whole, and when nothing has changed; beside a bare dump of the rows."""

import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from events.door.listing import GuestLists, Wish
from events.kit.database import Connection, Pool, open_pool
from events.kit.ids import new_id

GUESTS = 5000
TIMES = 5


class ListRates(msgspec.Struct, frozen=True):
    """Lists a second, each the best of several, made one after the other by one process."""

    whole: float
    unchanged: float
    bare_dump: float


async def list_rates(dsn: str, event_id: UUID) -> ListRates:
    """Raises if a guest is missing."""
    pool = await open_pool(dsn, size=2)
    try:
        async with pool.acquire() as connection:
            await _fill(connection, event_id)
        lists = GuestLists(pool)
        read = await lists.read(event_id, Wish(), for_kiosk=False)
        if (count := sum(len(bucket) for bucket in read.buckets.values())) != GUESTS:
            raise RuntimeError(f"{count} of {GUESTS} guests are on the list")
        held = Wish(have=tuple(read.digests), since=read.list_at)
        return ListRates(
            await _rate(lambda: _sent(lists, event_id, Wish())),
            await _rate(lambda: _sent(lists, event_id, held)),
            await _rate(lambda: _dumped(pool, event_id)),
        )
    finally:
        await pool.close()


async def _sent(lists: GuestLists, event_id: UUID, wish: Wish) -> None:
    msgspec.json.encode(await lists.read(event_id, wish, for_kiosk=False))


async def _dumped(pool: Pool, event_id: UUID) -> None:
    """The same guests as the database itself writes them."""
    await pool.fetchval(
        """
        select json_agg(x)::text
        from (select r.id, r.state, r.table_name, t.code_hash, g.*
              from registrations r
              join guests g on g.id = r.guest_id
              join tickets t on t.guest_id = r.guest_id
              where r.event_id = $1) x
        """,
        event_id,
    )


async def _rate(make: Callable[[], Awaitable[None]]) -> float:
    best = float("inf")
    for _ in range(TIMES):
        began = time.perf_counter()
        await make()
        best = min(best, time.perf_counter() - began)
    return 1 / best


async def _fill(db: Connection, event_id: UUID) -> None:
    """Guests with a place and a ticket, past the claim: what they are called has the usual length."""
    await db.execute(
        """
        with booking as (
            insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale, source, created_at)
            select $2, e.organiser_id, e.id, 'door list', '', sha256(uuid_send($2)), 'guest@example.com', 'en', 'import', now()
            from events e
            where e.id = $1
            returning id, organiser_id
        ), people as (
            insert into guests (id, organiser_id, booking_id, position, family_name, given_name, family_name_kana, given_name_kana, company,
                                job_title, search_key, sort_key, updated_at)
            select gen_random_uuid(), b.organiser_id, b.id, n, '見本' || n, '花子', 'ミホン', 'ハナコ', '株式会社みほん光学', '部長',
                   '見本' || n || ' 花子 mihon hanako 株式会社みほん光学', 'みほん ' || n, now()
            from booking b, generate_series(1, $3) n
            returning id, organiser_id
        ), tickets as (
            insert into tickets (id, organiser_id, guest_id, code_hash, issued_at)
            select gen_random_uuid(), p.organiser_id, p.id, sha256(uuid_send(p.id)), now()
            from people p
        )
        insert into registrations (id, event_id, booking_id, guest_id, pool_id, state, created_at, state_changed_at)
        select gen_random_uuid(), $1, $2, p.id, $1, 'confirmed', now(), now()
        from people p
        """,
        event_id,
        new_id(),
        GUESTS,
    )
    await db.execute("analyze guests, registrations, tickets, bookings")
