"""The last place under fire: many guests at once, from two processes, with processes and connections killed in between."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
import pytest

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.actions import cancel_places
from events.registration.reconcile import differences
from tests.builders import make_event

from .storm import Order

CAPACITY = 120


async def start(order: Order) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.concurrency.storm", msgspec.json.encode(order).decode(), stdout=PIPE
    )


async def answers_of(process: Process) -> list[dict[str, Any]]:
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


async def run(*orders: Order) -> list[list[dict[str, Any]]]:
    processes = await asyncio.gather(*(start(order) for order in orders))
    return await asyncio.gather(*(answers_of(process) for process in processes))


async def confirmed_places(pool: Pool, event_id: UUID) -> int:
    return int(await pool.fetchval("select count(*) from registrations where event_id = $1 and state = 'confirmed'", event_id))


@pytest.mark.parametrize("party_size", [1, 3])
async def test_two_processes_sell_every_place_once_and_keep_the_line(pool: Pool, dsn: str, party_size: int) -> None:
    event = await make_event(pool, capacity=CAPACITY)
    orders = [Order(dsn=dsn, event_id=event.id, keys=[f"{process}-{n}" for n in range(250)], party_size=party_size) for process in "ab"]

    answers = [answer for part in await run(*orders) for answer in part]

    sold = CAPACITY // party_size
    assert Counter(answer["state"] for answer in answers) == {"confirmed": sold, "waitlisted": 500 - sold}
    assert await confirmed_places(pool, event.id) == CAPACITY
    line = await pool.fetch("select booking_id from waitlist_entries where event_id = $1 and state = 'waiting' order by id", event.id)
    told = sorted((answer["position"], answer["booking"]) for answer in answers if answer["state"] == "waitlisted")
    assert told == [(place, str(row[0])) for place, row in enumerate(line, start=1)]
    assert await differences(pool) == []

    leaving = await pool.fetch(
        "select id from registrations where event_id = $1 and state = 'confirmed' limit $2", event.id, 10 * party_size
    )
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [row[0] for row in leaving], actor="guest", now=now(), mail=False)
    served = await pool.fetch("select booking_id from waitlist_entries where event_id = $1 and state = 'accepted' order by id", event.id)
    assert [str(row[0]) for row in served] == [booking for _, booking in told[:10]]
    assert await confirmed_places(pool, event.id) == CAPACITY
    assert await differences(pool) == []


async def test_same_keys_from_two_processes_book_once(pool: Pool, dsn: str) -> None:
    event = await make_event(pool, capacity=CAPACITY)
    keys = [f"key-{n}" for n in range(250)]

    first, second = await run(*(Order(dsn=dsn, event_id=event.id, keys=keys) for _ in "ab"))

    bookings = await pool.fetch("select idempotency_key, id from bookings where event_id = $1", event.id)
    assert len(bookings) == 250
    stored = {row[0]: str(row[1]) for row in bookings}
    assert {answer["key"]: answer["booking"] for answer in first} == stored
    assert {answer["key"]: answer["booking"] for answer in second} == stored
    assert await confirmed_places(pool, event.id) == CAPACITY
    assert await differences(pool) == []


async def test_count_then_insert_oversells_in_this_harness(pool: Pool, dsn: str) -> None:
    event = await make_event(pool, capacity=CAPACITY)
    orders = [Order(dsn=dsn, event_id=event.id, keys=[f"{process}-{n}" for n in range(250)], naive_capacity=CAPACITY) for process in "ab"]

    await run(*orders)

    assert await confirmed_places(pool, event.id) > CAPACITY
    assert await differences(pool) != []
    await pool.execute("delete from registrations where event_id = $1", event.id)


async def test_killed_process_loses_nothing_it_acknowledged(pool: Pool, dsn: str) -> None:
    event = await make_event(pool, capacity=CAPACITY)
    keys = [f"key-{n}" for n in range(300)]
    process = await start(Order(dsn=dsn, event_id=event.id, keys=keys, pause_seconds=0.002))
    assert process.stdout is not None
    heard = [json.loads(await process.stdout.readline()) for _ in range(60)]
    process.kill()
    rest, _ = await process.communicate()
    heard += [json.loads(line) for line in rest.splitlines() if line.endswith(b"}")]
    assert len(heard) < 300

    (again,) = await run(Order(dsn=dsn, event_id=event.id, keys=keys))

    booked = {answer["key"]: answer["booking"] for answer in again}
    assert {answer["key"]: answer["booking"] for answer in heard} == {answer["key"]: booked[answer["key"]] for answer in heard}
    assert len(set(booked.values())) == 300
    assert await confirmed_places(pool, event.id) == CAPACITY
    assert await differences(pool) == []


async def test_killed_connections_lose_nothing_and_book_nothing_twice(pool: Pool, dsn: str) -> None:
    event = await make_event(pool, capacity=CAPACITY)
    keys = [f"key-{n}" for n in range(300)]
    process = await start(Order(dsn=dsn, event_id=event.id, keys=keys, retries=20, pause_seconds=0.005))
    waiting = asyncio.create_task(answers_of(process))
    killed = 0
    while not waiting.done() and killed < 40:
        await asyncio.sleep(0.1)
        killed += await pool.fetchval(
            """
            select count(pg_terminate_backend(pid))
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and query like '%claim_places%'
            """
        )

    answers = await waiting

    assert killed > 0
    assert Counter(answer["state"] for answer in answers) == {"confirmed": CAPACITY, "waitlisted": 180}
    stored = await pool.fetch("select idempotency_key, id from bookings where event_id = $1", event.id)
    assert {answer["key"]: answer["booking"] for answer in answers} == {row[0]: str(row[1]) for row in stored}
    assert await confirmed_places(pool, event.id) == CAPACITY
    assert await differences(pool) == []


async def test_sold_out_answer_does_not_wait_for_the_lock(pool: Pool, dsn: str) -> None:
    event = await make_event(pool, capacity=1)
    await run(Order(dsn=dsn, event_id=event.id, keys=["first"], accept_waitlist=False))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select lock_places($1)", event.id)
        ((answer,),) = await asyncio.wait_for(run(Order(dsn=dsn, event_id=event.id, keys=["late"], accept_waitlist=False)), timeout=15)
    assert answer == {"key": "late", "state": "event_full"}
