"""A load generator for HTTP/1.1: many connections that each send a prepared request, wait for the answer, and send the next.

It does as little as it can, so that the processor is left to the server: bytes are prepared beforehand or by simple
concatenation, answers are only cut by their content-length.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

import msgspec

NextRequest = Callable[[], bytes]
TakeAnswer = Callable[[bytes, bytes], None]
"""Called with the request and the body of its answer."""

_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class Measured(msgspec.Struct):
    """What came back: how many answers by status, in how many seconds, and how long each took (seconds, sorted)."""

    seconds: float
    statuses: Counter[int]
    latencies: list[float]

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    def latency(self, quantile: float) -> float:
        """In milliseconds."""
        return 1000 * self.latencies[min(int(len(self.latencies) * quantile), len(self.latencies) - 1)]


class _Client(asyncio.Protocol):
    """One connection with one request under way. It ends when the time is over, or when there is nothing left to send."""

    def __init__(self, next_request: NextRequest, take: TakeAnswer | None, until: float) -> None:
        self.next_request, self.take, self.until = next_request, take, until
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.wanted = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class has another parent
        self._send()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if self.wanted < 0:
            self._read_head()
        if 0 <= self.wanted <= len(self.buffer):
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("the server closed a connection in the middle"))

    def _send(self) -> None:
        try:
            self.request = self.next_request()
        except StopIteration:
            self._end()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(self.request)

    def _read_head(self) -> None:
        end = self.buffer.find(_END)
        if end < 0:
            return
        start = self.buffer.lower().find(_LENGTH, 0, end) + len(_LENGTH)
        stop = self.buffer.find(b"\r\n", start)
        self.head = end + len(_END)
        self.wanted = self.head + int(self.buffer[start:stop])

    def _finish(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self.sent_at)
        self.statuses[int(self.buffer[9:12])] += 1
        if self.take:
            self.take(self.request, self.buffer[self.head : self.wanted])
        self.buffer, self.wanted = b"", -1
        if now < self.until:
            self._send()
        else:
            self._end()

    def _end(self) -> None:
        self.over.set_result(None)
        self.transport.close()


async def drive_all(port: int, requests: Sequence[bytes], *, clients: int) -> Measured:
    """Sends each request once, shared among `clients` connections."""
    return await drive(port, iter(requests).__next__, clients=clients, seconds=math.inf)


async def drive(port: int, next_request: NextRequest, *, clients: int, seconds: float, take: TakeAnswer | None = None) -> Measured:
    """Keeps `clients` connections busy for `seconds`; every request that was begun is waited for."""
    loop = asyncio.get_running_loop()
    started_at = time.perf_counter()
    made = [
        (await loop.create_connection(lambda: _Client(next_request, take, started_at + seconds), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    await asyncio.gather(*(client.over for client in made))
    took = time.perf_counter() - started_at
    statuses = sum((client.statuses for client in made), Counter())
    return Measured(seconds=took, statuses=statuses, latencies=sorted(latency for client in made for latency in client.latencies))
