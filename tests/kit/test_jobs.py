import asyncio
from datetime import timedelta

import pytest

from events.kit import jobs
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Job, Worker, insert_job, lease_jobs


@pytest.fixture(autouse=True)
async def no_jobs(pool: Pool) -> None:
    await pool.execute("truncate jobs")


async def add(pool: Pool, name: str, **payload: object) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await insert_job(connection, name, payload)


async def test_job_lives_and_dies_with_its_transaction(pool: Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await insert_job(connection, "greet", {"who": "Erika"})
        assert await lease_jobs(pool) == []
        await transaction.rollback()
    assert await lease_jobs(pool) == []


async def test_job_is_done_once_by_many_workers(pool: Pool) -> None:
    done: list[object] = []

    async def greet(_: Pool, job: Job) -> None:
        await asyncio.sleep(0.005)
        done.append(job.payload["n"])

    for n in range(40):
        await add(pool, "greet", n=n)
    await asyncio.gather(*(Worker(pool, {"greet": greet}).run_until_idle() for _ in range(4)))
    assert sorted(done, key=str) == sorted(range(40), key=str)
    assert await pool.fetchval("select count(*) from jobs") == 0


async def test_failed_job_waits_longer_each_time_and_is_kept_in_the_end(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_ATTEMPTS", 3)

    async def fail(_: Pool, job: Job) -> None:
        raise OSError(f"attempt {job.attempts}")

    await add(pool, "greet")
    waits = []
    for _ in range(3):
        await pool.execute("update jobs set run_at = now()")
        await Worker(pool, {"greet": fail}).run_until_idle()
        waits.append(await pool.fetchval("select round(extract(epoch from run_at - now()))::int from jobs"))
    assert [round(wait / 10) for wait in waits] == [1, 2, 4]
    row = await pool.fetchrow("select attempts, last_error, failed_at is not null as given_up from jobs")
    assert tuple(row or ()) == (3, "OSError: attempt 3", True)
    await pool.execute("update jobs set run_at = now()")
    assert await lease_jobs(pool) == []


async def test_job_of_a_dead_worker_is_taken_over_when_its_lease_ends(pool: Pool) -> None:
    await add(pool, "greet")
    (leased,) = await lease_jobs(pool)
    assert await lease_jobs(pool) == []
    await pool.execute("update jobs set run_at = now() - interval '1 second'")
    (again,) = await lease_jobs(pool)
    assert (again.id, again.attempts) == (leased.id, 2)


async def test_job_for_later_waits(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await insert_job(connection, "greet", {}, run_at=now() + timedelta(hours=1))
    assert await lease_jobs(pool) == []


async def test_worker_wakes_at_once_and_stops_when_told(pool: Pool) -> None:
    done = asyncio.Event()

    async def greet(_: Pool, job: Job) -> None:
        done.set()

    worker = Worker(pool, {"greet": greet})
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    await add(pool, "greet")
    worker.wake()
    await asyncio.wait_for(done.wait(), timeout=0.8)
    worker.stop()
    await asyncio.wait_for(running, timeout=2)
