"""The host's page as a stream: everything first, each arrival within a second, undo, a lost connection, an ended link."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec

from events.arrivals import editing_queries
from events.arrivals.stream import host_stream
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.live import Live
from events.kit.templates import new_environment
from events.programme.model import Event
from tests.arrivals.builders import HANAKO, arrive, make_host, places_of, undo
from tests.builders import book, make_guest

TEMPLATES = new_environment()


class Reader:
    """Reads a stream message by message, as a browser would."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self.stream = stream

    async def next(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while True:
                head, _, rest = (await anext(self.stream)).decode().partition("\n")
                if head == f"event: {kind}":
                    return msgspec.json.decode(rest.removeprefix("data: ").rstrip("\n"), type=dict[str, Any])


@asynccontextmanager
async def watching(dsn: str, pool: Pool, event: Event, token: str) -> AsyncIterator[tuple[Reader, Live]]:
    """The host's stream in a process of its own."""
    live = Live(dsn)
    await live.start()
    stream = host_stream(live, pool, TEMPLATES, token, event)
    yield Reader(stream), live
    await live.stop()
    await stream.aclose()


async def test_arrival_is_told_within_a_second_and_undo_takes_it_back(dsn: str, pool: Pool, event: Event) -> None:
    other_process = Live(dsn)
    await other_process.start()
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _host, token = await make_host(pool, event, hanako)
    async with watching(dsn, pool, event, token) as (reader, _live):
        first = await reader.next("guests")
        assert (list(first["changed"]), first["arrivals"], first["figures"]) == ([str(hanako)], [], {"arrived": 0, "guests": 1})

        entry = await arrive(pool, event, hanako, now(), gate="Gate B")
        begun = asyncio.get_running_loop().time()
        other_process.mark(event.live_topic)
        told = await reader.next("guests")
        took_seconds = asyncio.get_running_loop().time() - begun
        assert [one["words"] for one in told["arrivals"]] == ["見本 花子 (Hanako Mihon) is at Gate B now."]
        assert told["changed"][str(hanako)]["arrived"] is True
        assert took_seconds < 1

        await undo(pool, event, entry, now())
        other_process.mark(event.live_topic)
        taken_back = await reader.next("guests")
        assert (taken_back["arrivals"], taken_back["changed"][str(hanako)]["arrived"]) == ([], False)
    await other_process.stop()


async def test_late_news_say_when_it_was(dsn: str, pool: Pool, event: Event) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _host, token = await make_host(pool, event, hanako)
    await arrive(pool, event, hanako, now() - timedelta(minutes=18), told_at=now(), gate="Gate B")
    async with watching(dsn, pool, event, token) as (reader, _live):
        (told,) = (await reader.next("guests"))["arrivals"]
    assert told["words"].startswith("見本 花子 (Hanako Mihon) arrived at ")
    assert "at Gate B (told at " in told["words"]


async def test_arrival_of_somebody_elses_guest_is_not_heard(dsn: str, pool: Pool, event: Event) -> None:
    own, others = await places_of(pool, await book(pool, event, HANAKO, make_guest("Weiß", "Clara")))
    _host, token = await make_host(pool, event, own)
    async with watching(dsn, pool, event, token) as (reader, live):
        await reader.next("guests")
        await reader.next("alive")
        await arrive(pool, event, others, now())
        live.mark(event.live_topic)
        heard = [(await anext(reader.stream)).decode() for _ in range(1)]
    assert heard == ["event: alive\ndata: {}\n\n"]


async def test_stream_ends_when_the_link_is_ended(dsn: str, pool: Pool, event: Event) -> None:
    host, token = await make_host(pool, event)
    async with watching(dsn, pool, event, token) as (reader, live):
        await reader.next("guests")
        async with pool.acquire() as connection:
            await editing_queries.revoke_host(connection, host.id, now())
        live.mark(event.live_topic)
        assert await reader.next("over") == {}
