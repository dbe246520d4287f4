"""Events at hand: what a hot address needs to know of an event, read from the database at most once a second.

For decisions that the database makes again anyway (a claim, a check-in). An event that was changed is seen so in every process
after a second; whether there are places, or who is inside, is never kept here.
"""

import time

from events.kit.coalesce import Coalescer
from events.kit.database import Pool

from .model import Event
from .queries import event_by_slug

KEPT_SECONDS = 1.0
MOST_KEPT = 500


class EventShelf:
    """One per process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[str, tuple[Event, float]] = {}
        self._reads: Coalescer[str, None, Event | None] = Coalescer(self._read, largest=MOST_KEPT)

    async def by_slug(self, slug: str) -> Event | None:
        """The event as it was within the last second, whatever its status. One that does not exist is asked for each time."""
        return self.remembered(slug) or await self._reads.ask(slug, None)

    def remembered(self, slug: str) -> Event | None:
        """The event if it lies at hand."""
        kept = self._kept.get(slug)
        return kept[0] if kept and kept[1] > time.monotonic() else None

    async def _read(self, slug: str, askers: list[None]) -> list[Event | None]:
        event = await event_by_slug(self._pool, slug)
        if event is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[slug] = (event, time.monotonic() + KEPT_SECONDS)
        return [event] * len(askers)
