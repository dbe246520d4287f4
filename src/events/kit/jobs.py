"""Background work: a job is a row written in the transaction it belongs to, and done at least once.

A worker leases a due job by moving its `run_at` into the future, works without an open transaction,
then deletes the row. A worker that dies leaves a lease that runs out, and another one takes over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from .database import Connection, Executor, Pool

log: structlog.stdlib.BoundLogger = structlog.get_logger("events.jobs")

LEASE_SECONDS = 300  # longer than any mail server takes to refuse
BATCH = 8
POLL_SECONDS = 1.0
FIRST_RETRY_SECONDS = 10
LONGEST_RETRY_SECONDS = 3600
MOST_ATTEMPTS = 12  # with the doubling above: given up after about five hours


@dataclass(frozen=True, slots=True)
class Job:
    """A leased job. `attempts` counts this one."""

    id: int
    name: str
    payload: dict[str, Any]
    attempts: int


Handler = Callable[[Pool, Job], Awaitable[None]]
Sweep = Callable[[Pool], Awaitable[object]]


async def insert_job(tx: Connection, name: str, payload: Mapping[str, Any], *, run_at: datetime | None = None) -> None:
    """Writes a job in the caller's transaction: it exists if and only if the caller's work does."""
    await tx.execute("insert into jobs (name, payload, run_at) values ($1, $2, coalesce($3, now()))", name, dict(payload), run_at)


async def lease_jobs(db: Executor) -> list[Job]:
    """Takes the jobs that are due, oldest first, so that no other worker takes them."""
    rows = await db.fetch(
        """
        update jobs
        set run_at = now() + make_interval(secs => $1),
            attempts = attempts + 1
        where id in (select id from jobs where failed_at is null and run_at <= now() order by run_at, id limit $2
                     for update skip locked)
        returning id, name, payload, attempts
        """,
        float(LEASE_SECONDS),
        BATCH,
    )
    return [Job(*row) for row in rows]


async def finish_job(db: Executor, job: Job) -> None:
    await db.execute("delete from jobs where id = $1", job.id)


async def postpone_job(db: Executor, job: Job, error: str) -> None:
    """Plans the next attempt, each wait twice the last, or gives up and keeps the row for people to look at."""
    wait = min(FIRST_RETRY_SECONDS * 2 ** (job.attempts - 1), LONGEST_RETRY_SECONDS)
    await db.execute(
        """
        update jobs
        set run_at = now() + make_interval(secs => $2),
            last_error = $3,
            failed_at = case when attempts >= $4 then now() end
        where id = $1
        """,
        job.id,
        float(wait),
        error,
        MOST_ATTEMPTS,
    )


class Worker:
    """Runs due jobs and regular sweeps until it is stopped."""

    def __init__(self, pool: Pool, handlers: Mapping[str, Handler], sweeps: Sequence[tuple[float, Sweep]] = ()) -> None:
        self._pool = pool
        self._handlers = handlers
        self._sweeps = sweeps
        self._awake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something was committed in this process: look at once instead of at the next poll."""
        self._awake.set()

    def stop(self) -> None:
        """Ends `run` after the job in hand."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        sweeps = [asyncio.create_task(self._sweep(every, sweep)) for every, sweep in self._sweeps]
        try:
            while not self._stopping:
                if not await self._run_due():
                    await self._rest()
        finally:
            for task in sweeps:
                task.cancel()
            await asyncio.gather(*sweeps, return_exceptions=True)

    async def run_until_idle(self) -> None:
        """Does everything that is due now; for commands and tests."""
        while await self._run_due():
            pass

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), POLL_SECONDS)
        if not self._stopping:
            self._awake.clear()

    async def _run_due(self) -> int:
        try:
            jobs = await lease_jobs(self._pool)
            await asyncio.gather(*(self._run_one(job) for job in jobs))
        except Exception as error:  # the database is away: keep polling until it is back
            log.warning("jobs cannot be read", kind=type(error).__name__)
            return 0
        return len(jobs)

    async def _run_one(self, job: Job) -> None:
        try:
            await self._handlers[job.name](self._pool, job)
        except Exception as error:
            log.warning("job failed", job=job.name, id=job.id, attempt=job.attempts, kind=type(error).__name__)
            await postpone_job(self._pool, job, f"{type(error).__name__}: {error}"[:500])
        else:
            await finish_job(self._pool, job)

    async def _sweep(self, every: float, sweep: Sweep) -> None:
        while True:
            try:
                await sweep(self._pool)
            except Exception as error:
                log.warning("sweep failed", sweep=getattr(sweep, "__name__", "?"), kind=type(error).__name__)
            await asyncio.sleep(every)
