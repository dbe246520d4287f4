"""Live updates: whoever changes something marks its topic, and every process hears of it within a moment.

Each process holds one connection of its own on which it both listens and notifies. Marks are collected for a tenth of a
second and then sent together, so a burst costs ten notifications a second, and no sign-up or check-in ever carries one in
its own transaction (NOTIFY takes a lock that makes commits wait for each other).

LISTEN belongs to a session: behind PgBouncer this connection needs session pooling or the server's own address.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

import asyncpg
import msgspec
import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("events.live")

CHANNEL = "live"
COLLECT_SECONDS = 0.1  # also lets the transaction commit in which a handler has just marked
CHECK_SECONDS = 15.0  # a connection that died without a word is noticed by then
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0
TOPICS_IN_ONE_NOTIFICATION = 100  # NOTIFY carries at most 8,000 bytes; a topic is a UUID with a word before it
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Signal(Enum):
    """What a subscriber hears: `RESYNC` (read the present state) or `LOST` at first, `RESYNC` again whenever changes may
    have been missed. After `LOST` nothing is heard until then."""

    CHANGED = auto()
    LOST = auto()
    RESYNC = auto()
    ENDED = auto()


class Subscription:
    """The latest unread signal of one subscriber; a slow one misses repetitions, never the fact."""

    def __init__(self) -> None:
        self._latest: Signal | None = None
        self._unread = asyncio.Event()

    def put(self, signal: Signal) -> None:
        if self._latest is Signal.ENDED or (self._latest is Signal.RESYNC and signal is Signal.CHANGED):
            return
        self._latest = signal
        self._unread.set()

    async def wait(self, timeout_seconds: float) -> Signal | None:
        """The next signal, or nothing when none came in time. `ENDED` is the last one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._unread.wait(), timeout_seconds)
        signal, self._latest = self._latest, None
        self._unread.clear()
        return signal


class Live:
    """One a process: `start` before use; `end_streams` as soon as the process shall stop, `stop` at its end."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._marked: set[str] = set()
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._state = Signal.LOST

    async def start(self) -> None:
        """Begins to listen; a database that is away is waited for."""
        self._task = asyncio.create_task(self._run())

    def end_streams(self) -> None:
        """Tells every subscriber, present and future, that it is over: open streams would hold up a deploy."""
        self._tell_all(Signal.ENDED)

    async def stop(self) -> None:
        self.end_streams()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def mark(self, topic: str) -> None:
        """Notes that a topic changed. Call it after the commit, or in a handler whose transaction is about to commit."""
        self._marked.add(topic)
        self._wake.set()

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscription]:
        """Hears of a topic while the block lasts, from whichever process the change came."""
        subscription = Subscription()
        subscription.put(self._state)
        self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[topic].discard(subscription)
            if not self._subscriptions[topic]:
                del self._subscriptions[topic]

    async def _run(self) -> None:
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=5)
                wait_seconds = FIRST_WAIT_SECONDS
                await self._serve(connection)
            except _AWAY as error:
                log.warning("live updates lost their connection", kind=type(error).__name__)
            self._tell_all(Signal.LOST)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)

    async def _serve(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        try:
            await connection.add_listener(CHANNEL, self._hear)
            connection.add_termination_listener(lambda _connection: self._wake.set())
            self._tell_all(Signal.RESYNC)
            while not connection.is_closed():
                await self._publish(connection)
        finally:
            connection.terminate()

    async def _publish(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Sends what was marked, or after a quiet while asks whether the server is still there."""
        try:
            await asyncio.wait_for(self._wake.wait(), CHECK_SECONDS)
        except TimeoutError:
            await connection.execute("select 1")
            return
        await asyncio.sleep(COLLECT_SECONDS)
        self._wake.clear()
        marked, self._marked = self._marked, set()
        try:
            for topics in _portions(sorted(marked)):
                await connection.execute("select pg_notify($1, $2)", CHANNEL, msgspec.json.encode(topics).decode())
        except BaseException:
            self._marked |= marked  # said again once the connection is back
            self._wake.set()
            raise

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for topic in msgspec.json.decode(str(payload), type=list[str]):
            for subscription in self._subscriptions.get(topic, ()):
                subscription.put(Signal.CHANGED)

    def _tell_all(self, signal: Signal) -> None:
        """Every subscriber, and as the first word those to come; nothing follows the end."""
        if self._state is Signal.ENDED:
            return
        self._state = signal
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.put(signal)


def _portions(topics: list[str]) -> list[list[str]]:
    return [topics[start : start + TOPICS_IN_ONE_NOTIFICATION] for start in range(0, len(topics), TOPICS_IN_ONE_NOTIFICATION)]
