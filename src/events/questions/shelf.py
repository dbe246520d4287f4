"""Questions at hand: what an event asks, read from the database at most once a second.

Whoever edits a question sees the change at once; on guests' pages it stands a second later.
"""

import time
from uuid import UUID

from events.kit.coalesce import Coalescer
from events.kit.database import Pool

from .asked import Asked, asked
from .model import Question
from .queries import questions_of_event

KEPT_SECONDS = 1.0
MOST_KEPT = 500


class QuestionShelf:
    """One per process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[UUID, tuple[list[Question], float]] = {}
        self._reads: Coalescer[UUID, None, list[Question]] = Coalescer(self._read, largest=MOST_KEPT)

    async def of_event(self, event_id: UUID) -> list[Question]:
        """What the event asked within the last second, in the order of the form."""
        kept = self._kept.get(event_id)
        return kept[0] if kept and kept[1] > time.monotonic() else await self._reads.ask(event_id, None)

    async def asked(self, event_id: UUID) -> list[Asked]:
        """The same in the words of the page's language."""
        return asked(await self.of_event(event_id))

    async def _read(self, event_id: UUID, askers: list[None]) -> list[list[Question]]:
        questions = await questions_of_event(self._pool, event_id)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[event_id] = (questions, time.monotonic() + KEPT_SECONDS)
        return [questions] * len(askers)
