"""How fast mails leave, and that a wave never keeps somebody's ticket waiting."""

import asyncio
import time
from datetime import UTC, datetime

from events.kit.database import Pool
from events.kit.jobs import Job, Worker, insert_job
from events.kit.mail import Message
from events.kit.pace import Pace, PacedTransport

MESSAGE = Message(
    message_id="1@example.com",
    written_at=datetime(2027, 4, 1, tzinfo=UTC),
    to="a@example.com",
    sender="b@example.com",
    subject="",
    text="",
    html="",
    locale="en",
)


class Counter:
    def __init__(self) -> None:
        self.sent = 0

    async def send(self, message: Message) -> None:
        self.sent += 1


async def test_without_a_limit_nothing_waits() -> None:
    pace, counter = Pace(None), Counter()
    began = time.monotonic()
    for _ in range(2000):
        await PacedTransport(counter, pace).send(MESSAGE)
    assert (counter.sent, pace.bulk_wait(), time.monotonic() - began < 1) == (2000, 0, True)


async def test_pace_is_kept_after_the_first_burst() -> None:
    per_minute = 1200  # twenty a second; a full bucket holds two hundred
    pace, counter = Pace(per_minute), Counter()
    began = time.monotonic()
    await asyncio.gather(*(PacedTransport(counter, pace).send(MESSAGE) for _ in range(220)))
    took = time.monotonic() - began
    assert (counter.sent, 0.9 < took < 2.5) == (220, True)


async def test_wave_leaves_room_for_tickets_and_waits_while_they_rush() -> None:
    pace = Pace(600)
    sent = 0
    while pace.bulk_wait() == 0:
        await pace.turn()
        sent += 1
    began = time.monotonic()
    for _ in range(40):
        await pace.turn()
    assert (48 <= sent <= 52, time.monotonic() - began < 0.5) == (True, True)
    assert 3.5 < pace.bulk_wait() < 4.6


async def test_ticket_overtakes_a_wave_that_is_held_back(pool: Pool) -> None:
    await pool.execute("truncate jobs")
    done: list[str] = []
    pace = Pace(60)  # one a second: the burst lets a few of the wave begin

    async def send(_: Pool, job: Job) -> None:
        await pace.turn()
        done.append(job.payload["to"])

    async with pool.acquire() as tx, tx.transaction():
        for number in range(40):
            await insert_job(tx, "mail", {"to": f"wave {number}"}, bulk=True)
    worker = Worker(pool, {"mail": send}, bulk_gate=pace.bulk_wait)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.5)
    before = len(done)
    async with pool.acquire() as tx, tx.transaction():
        await insert_job(tx, "mail", {"to": "ticket"})
    worker.wake()
    await asyncio.sleep(0.7)
    worker.stop()
    await asyncio.wait_for(running, timeout=30)
    assert (0 < before < 20, done.index("ticket") - before <= 1) == (True, True)
    assert await pool.fetchval("select count(*) from jobs") == 40 + 1 - len(done)


async def test_wave_and_tickets_are_both_done_once(pool: Pool) -> None:
    await pool.execute("truncate jobs")
    done: list[int] = []

    async def note(_: Pool, job: Job) -> None:
        done.append(job.payload["n"])

    async with pool.acquire() as tx, tx.transaction():
        for n in range(40):
            await insert_job(tx, "note", {"n": n}, bulk=n % 2 == 0)
    await asyncio.gather(*(Worker(pool, {"note": note}).run_until_idle() for _ in range(3)))
    assert (sorted(done), done[0] % 2) == (list(range(40)), 1)
