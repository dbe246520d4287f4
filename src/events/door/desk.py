"""The check-in desk of a process: whatever is asked about one event while a call is in flight goes together as the next call."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from events.kit.coalesce import Coalescer
from events.kit.database import LOST_CONNECTION, Pool

from . import queries
from .model import Answer, Attendance, Scan

LARGEST_CALL = 64  # more gain little, and a lone scan never waits for more than one call before its own


class CheckInDesk:
    """One per process. An answer is durable when it is given."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._calls: Coalescer[UUID, Scan, Answer] = Coalescer(self._redeem, largest=LARGEST_CALL, outage=LOST_CONNECTION)
        self._counts: Coalescer[UUID, None, Attendance] = Coalescer(self._count, largest=LARGEST_CALL)

    async def redeem(self, event_id: UUID, scan: Scan) -> Answer:
        """Decides on one scan."""
        return await self._calls.ask(event_id, scan)

    async def redeem_all(self, event_id: UUID, scans: Sequence[Scan]) -> list[Answer]:
        """Decides on the scans as if they had been made one after the other."""
        answers: list[Answer] = []
        for start in range(0, len(scans), LARGEST_CALL):
            answers += await self._redeem(event_id, list(scans[start : start + LARGEST_CALL]))
        return answers

    async def attendance(self, event_id: UUID) -> Attendance:
        """How full the house is. Every scan makes every phone of the event ask at once, so they share the counting."""
        return await self._counts.ask(event_id, None)

    async def _count(self, event_id: UUID, askers: list[None]) -> list[Attendance]:
        return [await queries.attendance_of_event(self._pool, event_id)] * len(askers)

    async def _redeem(self, event_id: UUID, scans: list[Scan]) -> list[Answer]:
        try:
            return await queries.redeem_tickets(self._pool, event_id, scans)
        except asyncpg.UniqueViolationError:
            # The same scan came through another process in this instant. It is written down now and answers itself.
            return await queries.redeem_tickets(self._pool, event_id, scans)
