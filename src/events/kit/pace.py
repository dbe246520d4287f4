"""How many mails a minute this process hands to the mail server: providers block senders who burst.

Mails take marks from a bucket that fills steadily. A wave begins only while the bucket is well filled, so what is left is always
there for the mail somebody waits for; in a rush of those, waves stand still.
"""

import asyncio
import time

from .mail import Message, Transport

_BURST_SECONDS = 10.0  # how long a full bucket lasts when nothing flows in
_KEPT_FOR_URGENT = 0.5  # of the bucket


class Pace:
    """`per_minute` mails, without a limit if None. Asked and waited for by one event loop."""

    def __init__(self, per_minute: int | None) -> None:
        self._per_second = (per_minute or 0) / 60
        self._size = max(2.0, self._per_second * _BURST_SECONDS)
        self._marks = self._size
        self._counted_at = time.monotonic()

    async def turn(self) -> None:
        """Waits until the next mail may go. Marks may be owed: whoever comes later waits behind those before."""
        if not self._per_second:
            return
        self._fill()
        self._marks -= 1
        if self._marks < 0:
            await asyncio.sleep(-self._marks / self._per_second)

    def bulk_wait(self) -> float:
        """Seconds until a wave may go on; 0: now."""
        if not self._per_second:
            return 0
        self._fill()
        return max(0.0, (self._size * _KEPT_FOR_URGENT - self._marks) / self._per_second)

    def _fill(self) -> None:
        now = time.monotonic()
        self._marks = min(self._size, self._marks + (now - self._counted_at) * self._per_second)
        self._counted_at = now


class PacedTransport:
    """A transport that keeps the pace."""

    def __init__(self, inner: Transport, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace

    async def send(self, message: Message) -> None:
        await self._pace.turn()
        await self._inner.send(message)
