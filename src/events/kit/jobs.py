"""Background work: a job is a row written in the transaction it belongs to, and done at least once.

A worker leases a due job by moving its `run_at` into the future, works without an open transaction,
then deletes the row. A worker that dies leaves a lease that runs out, and another one takes over.

There are two lines: what somebody waits for, and bulk, such as a wave of invitations. They are worked off side by side, so
that a wave delays nobody's ticket; bulk may be held back further (`kit.pace`).
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
Gate = Callable[[], float]
"""Seconds until another few jobs of a wave may begin; 0: at once."""


async def insert_job(tx: Connection, name: str, payload: Mapping[str, Any], *, run_at: datetime | None = None, bulk: bool = False) -> None:
    """Writes a job in the caller's transaction: it exists if and only if the caller's work does. `bulk`: one of a wave."""
    await tx.execute(
        "insert into jobs (name, payload, run_at, bulk) values ($1, $2, coalesce($3, now()), $4)", name, dict(payload), run_at, bulk
    )


async def lease_jobs(db: Executor, *, bulk: bool = False) -> list[Job]:
    """Takes the jobs of a line that are due, oldest first, so that no other worker takes them."""
    rows = await db.fetch(
        """
        update jobs
        set run_at = now() + make_interval(secs => $1),
            attempts = attempts + 1
        where id in (select id from jobs where failed_at is null and bulk = $3 and run_at <= now() order by run_at, id limit $2
                     for update skip locked)
        returning id, name, payload, attempts
        """,
        float(LEASE_SECONDS),
        BATCH,
        bulk,
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


def _always_open() -> float:
    return 0


class Worker:
    """Runs due jobs and regular sweeps until it is stopped. Bulk begins a few at a time, when `bulk_gate` lets it."""

    def __init__(
        self, pool: Pool, handlers: Mapping[str, Handler], sweeps: Sequence[tuple[float, Sweep]] = (), *, bulk_gate: Gate = _always_open
    ) -> None:
        self._pool = pool
        self._handlers = handlers
        self._sweeps = sweeps
        self._bulk_gate = bulk_gate
        self._awake = (asyncio.Event(), asyncio.Event())
        self._stopping = False

    def wake(self) -> None:
        """Something was committed in this process: look at once instead of at the next poll."""
        for line in self._awake:
            line.set()

    def stop(self) -> None:
        """Ends `run` after the jobs in hand."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        beside = [asyncio.create_task(self._sweep(every, sweep)) for every, sweep in self._sweeps]
        bulk = asyncio.create_task(self._work(bulk=True))
        try:
            await self._work(bulk=False)
            await bulk
        finally:
            for task in (*beside, bulk):
                task.cancel()
            await asyncio.gather(*beside, bulk, return_exceptions=True)

    async def run_until_idle(self) -> None:
        """Does everything that is due now; for commands and tests."""
        while await self._run_due(bulk=False) or await self._run_bulk():
            pass

    async def _run_bulk(self) -> int:
        await asyncio.sleep(self._bulk_gate())
        return await self._run_due(bulk=True)

    async def _work(self, *, bulk: bool) -> None:
        while not self._stopping:
            if wait := self._bulk_gate() if bulk else 0:
                await self._rest(self._awake[bulk], wait)
            elif not await self._run_due(bulk=bulk):
                await self._rest(self._awake[bulk], POLL_SECONDS)

    async def _rest(self, awake: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(awake.wait(), seconds)
        if not self._stopping:
            awake.clear()

    async def _run_due(self, *, bulk: bool) -> int:
        try:
            jobs = await lease_jobs(self._pool, bulk=bulk)
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
