"""What phones of an event hear while they are open (server-sent events, HTML Living Standard, 9.2).

`attendance` counts; `movements` tells what others let in, out or took back, within a second; `conflicts` the entries that contradict
each other, as long as nobody has resolved them; `list` that the list has changed, at most every five seconds. The last word to a phone
that may not work any more is `unpaired` (out of its hours) or `wipe` (taken back by the organiser: hand over, then forget).

A movement may be told twice, never not at all: each reading begins a little before the end of the one before.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.coalesce import Coalescer
from events.kit.database import Pool
from events.kit.live import Live, Signal

from . import conflict_queries, list_queries
from .access import Sender
from .desk import CheckInDesk
from .list_queries import Movement
from .listing import GuestLists, shown
from .model import Conflict, Phone, Standing

LASTS_SECONDS = 600.0  # then the browser opens the next one by itself
SILENCE_SECONDS = 15.0  # proxies close what is silent for longer; a revoked phone hears of it by then
LIST_EVERY_SECONDS = 5.0
PAUSE_SECONDS = 0.25  # at most four readings a second, however many phones are scanning
OVERLAP = timedelta(seconds=10)  # longer than a record takes to its commit, and than two clocks of one house differ

Message = dict[str, str]
Look = Callable[[], Awaitable[Sender]]


class DoorNews:
    """One per process: what the open phones of an event have in common is read once for all of them."""

    def __init__(self, pool: Pool, desk: CheckInDesk, lists: GuestLists, live: Live) -> None:
        self.desk, self.lists, self.live = desk, lists, live
        self._pool = pool
        self._movements: Coalescer[UUID, datetime, list[Movement]] = Coalescer(self._read_movements, largest=10_000)
        self._conflicts: Coalescer[UUID, None, list[Conflict]] = Coalescer(self._read_conflicts, largest=10_000)

    async def movements(self, event_id: UUID, since: datetime) -> list[Movement]:
        return await self._movements.ask(event_id, since)

    async def conflicts(self, event_id: UUID) -> list[Conflict]:
        return await self._conflicts.ask(event_id, None)

    async def _read_movements(self, event_id: UUID, since: list[datetime]) -> list[list[Movement]]:
        found = await list_queries.movements_since(self._pool, event_id, min(since))
        return [[movement for movement in found if movement.server_at > moment] for moment in since]

    async def _read_conflicts(self, event_id: UUID, askers: list[None]) -> list[list[Conflict]]:
        found = await conflict_queries.conflicts_of_event(self._pool, event_id)
        return [[conflict for conflict in found if conflict.resolved_at is None]] * len(askers)


class PhoneStream:
    """The messages to one phone; `look` tells where it stands now."""

    def __init__(self, news: DoorNews, phone: Phone, look: Look, *, lasts_seconds: float = LASTS_SECONDS) -> None:
        self._news, self._phone, self._look = news, phone, look
        self._lasts_seconds = lasts_seconds
        self._said: dict[str, bytes] = {}
        self._heard_until = clock.now()
        self._told: set[UUID] = set()
        self._list_looked_at, self._is_owed_list = -LIST_EVERY_SECONDS, False

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Everything at first, then what changes."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._lasts_seconds * random.uniform(0.8, 1)  # noqa: S311 (so that not all come back together)
        with self._news.live.subscribe(f"event:{self._phone.event_id}") as changes:
            while loop.time() < ends_at:
                for message in await self._read(loop.time()):
                    yield message
                await asyncio.sleep(PAUSE_SECONDS)
                signal = await changes.wait(self._patience(loop.time()))
                if signal is Signal.ENDED:
                    return
                standing = (await self._look()).standing
                if standing != Standing.LIVE:
                    yield last_word(standing)
                    return
                if signal in (None, Signal.LOST):
                    yield {"comment": ""}

    def _patience(self, now: float) -> float:
        """Until when to wait for a word: a list that changed just after it was looked at is told five seconds later."""
        return max(self._list_looked_at + LIST_EVERY_SECONDS - now, 0.1) if self._is_owed_list else SILENCE_SECONDS

    async def _read(self, now: float) -> list[Message]:
        event_id = self._phone.event_id
        news = self._changed("attendance", await self._news.desk.attendance(event_id))
        news += await self._new_movements()
        if not self._phone.is_kiosk:
            news += self._changed("conflicts", await self._news.conflicts(event_id))
        self._is_owed_list = now - self._list_looked_at < LIST_EVERY_SECONDS
        if not self._is_owed_list:
            self._list_looked_at = now
            news += self._changed("list", {"digest": await self._news.lists.digest(event_id, for_kiosk=self._phone.is_kiosk)})
        return news

    async def _new_movements(self) -> list[Message]:
        """Those of others; its own a phone knows from the answers to what it sent."""
        read_at = clock.now()
        found = await self._news.movements(self._phone.event_id, self._heard_until - OVERLAP)
        fresh = [m for m in found if m.device_id != self._phone.id and m.id not in self._told]
        self._told, self._heard_until = {movement.id for movement in found}, read_at
        return [_message("movements", [shown(m, for_kiosk=self._phone.is_kiosk) for m in fresh])] if fresh else []

    def _changed(self, kind: str, value: Any) -> list[Message]:
        data = msgspec.json.encode(value)
        if self._said.get(kind) == data:
            return []
        self._said[kind] = data
        return [{"event": kind, "data": data.decode()}]


def last_word(standing: Standing) -> Message:
    """To a phone that is not to work now."""
    return {"event": "wipe" if standing == Standing.REVOKED else "unpaired", "data": ""}


def _message(kind: str, value: Any) -> Message:
    return {"event": kind, "data": msgspec.json.encode(value).decode()}
