"""Coalescing: while one call is in flight the next requests queue up and go together as the next call.

There is no timer: a lone request goes at once, and under load the batches grow by themselves.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Coalescer(Generic[K, Request, Answer]):
    """Runs `call(key, requests)` for one batch at a time per key and hands every caller its own answer.

    `call` answers in the order of the requests. When a batch fails, its requests are tried one by one,
    so that a request that cannot be served never takes its neighbours down. `call` therefore has to be
    atomic (a failed call wrote nothing) or idempotent. Errors of the kinds in `outage` are nobody's fault: everybody hears of
    them at once.
    """

    def __init__(
        self,
        call: Callable[[K, list[Request]], Awaitable[list[Answer]]],
        *,
        largest: int = 64,
        outage: tuple[type[Exception], ...] = (),
    ) -> None:
        self._call = call
        self._largest = largest
        self._outage = outage
        self._queues: dict[K, deque[tuple[Request, asyncio.Future[Answer]]]] = defaultdict(deque)
        self._senders: dict[K, asyncio.Task[None]] = {}

    async def ask(self, key: K, request: Request) -> Answer:
        """Queues the request and waits for its answer. A caller who goes away does not stop the batch."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queues[key].append((request, future))
        if key not in self._senders:
            self._senders[key] = asyncio.create_task(self._drain(key))
        return await future

    async def _drain(self, key: K) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await self._send(key, [queue.popleft() for _ in range(min(self._largest, len(queue)))])
        finally:
            del self._senders[key]
            del self._queues[key]

    async def _send(self, key: K, batch: list[tuple[Request, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._call(key, [request for request, _ in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, self._outage):
                for _, future in batch:
                    _settle(future, error)
            else:
                for single in batch:
                    await self._send(key, [single])
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)


def _settle(future: "asyncio.Future[Answer]", outcome: "Answer | Exception") -> None:
    if future.done():  # the caller was cancelled meanwhile
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
