"""Door and desk lock registrations in one order, so that they never wait for each other in a circle."""

import asyncio
from uuid import UUID

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.actions import cancel_places
from events.registration.model import Outcome
from tests.builders import book, make_event

WAITS = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"


async def registration_of(pool: Pool, outcome: Outcome) -> UUID:
    return UUID(str(await pool.fetchval("select id from registrations where booking_id = $1", outcome.booking_id)))


async def test_cancelling_and_scanning_the_one_who_moves_up_never_deadlocks(pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    leaving = await registration_of(pool, await book(pool, event))
    waiting = await registration_of(pool, await book(pool, event, accept_waitlist=True))
    await pool.execute("update registrations set id = $2 where id = $1", leaving, leaving_id := UUID(int=waiting.int + 1))

    async def cancel() -> list[UUID]:
        async with pool.acquire() as connection, connection.transaction():
            return await cancel_places(connection, event.id, [leaving_id], actor="staff:test", now=now())

    async with pool.acquire() as door, door.transaction():
        # A scan of both tickets in one call, slowed down between the two locks.
        await door.execute("select from registrations where id = $1 for no key update", waiting)
        cancelling = asyncio.create_task(cancel())
        while not await pool.fetchval(WAITS):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await door.execute("select from registrations where id = $1 for no key update", leaving_id)

    assert await cancelling == [leaving_id]
    assert await pool.fetchval("select state from registrations where id = $1", waiting) == "confirmed"
