"""The board as a stream: the whole of it first, then what changed, from whichever process, through lost connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from litestar import Litestar

from events.accounts.model import Role, Staff
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.live import Live
from events.overview.board import FOR_DOOR_STAFF, FRAGMENTS, Boards
from events.overview.stream import board_stream
from events.programme.model import Event
from tests.builders import book, make_event
from tests.overview.doors import arrive, registrations_of
from tests.staff import browser, make_session, make_staff


def owner_of(event: Event, role: Role = Role.OWNER) -> Staff:
    return Staff(id=new_id(), email="", name="", locale="en", roles={event.organiser_id: role})


class Reader:
    """Reads a stream message by message, as a browser would."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self.stream = stream

    async def next(self, kind: str) -> str:
        """The data of the next message of that kind; other kinds are passed over."""
        async with asyncio.timeout(5):
            while True:
                head, _, rest = (await anext(self.stream)).decode().partition("\n")
                if head == f"event: {kind}":
                    return rest.removeprefix("data: ").rstrip("\n")

    async def fragments(self) -> dict[str, str]:
        return msgspec.json.decode(await self.next("board"), type=dict[str, str])


@asynccontextmanager
async def watching(dsn: str, pool: Pool, event: Event) -> AsyncIterator[tuple[Reader, Live]]:
    """A stream in a process of its own."""
    live = Live(dsn)
    await live.start()
    stream = board_stream(live, Boards(pool), event, owner_of(event))
    yield Reader(stream), live
    await live.stop()
    await stream.aclose()


async def test_stream_begins_with_the_whole_board_and_goes_on_with_what_changed(dsn: str, pool: Pool, event: Event) -> None:
    other_process = Live(dsn)
    await other_process.start()
    (guest,) = await registrations_of(pool, await book(pool, event))
    async with watching(dsn, pool, event) as (reader, _live):
        first = await reader.fragments()
        assert set(first) == set(FRAGMENTS)

        await arrive(pool, event, guest, now())
        begun = asyncio.get_running_loop().time()
        other_process.mark(event.live_topic)
        changed = await reader.fragments()
        took_seconds = asyncio.get_running_loop().time() - begun

    await other_process.stop()
    assert set(changed) == {"figures", "room", "expected", "arrivals", "shares", "scans"}
    assert 'data-figure="arrived">1<' in changed["figures"]
    assert took_seconds < 1


async def test_change_of_another_event_is_not_heard(dsn: str, pool: Pool, event: Event) -> None:
    other = await make_event(pool)
    async with watching(dsn, pool, event) as (reader, live):
        await reader.next("alive")
        live.mark(other.live_topic)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await anext(reader.stream)


async def test_what_happened_while_the_connection_was_lost_comes_after_it(dsn: str, pool: Pool, event: Event) -> None:
    async with watching(dsn, pool, event) as (reader, _live):
        await reader.fragments()
        await book(pool, event)  # nobody marks it: the process that would have is the one that lost touch
        await pool.execute(
            """
            select pg_terminate_backend(pid)
            from pg_stat_activity
            where datname = current_database()
              and pid <> pg_backend_pid()
              and query ilike '%listen%'
            """
        )
        changed = await reader.fragments()

    assert 'data-figure="expected">1<' in changed["figures"]


async def test_stream_tells_that_it_is_deaf_until_its_process_listens(dsn: str, pool: Pool, event: Event) -> None:
    live = Live(dsn)
    stream = board_stream(live, Boards(pool), event, owner_of(event))
    reader = Reader(stream)
    assert await reader.next("lost") == ""

    await live.start()

    assert set(await reader.fragments()) == set(FRAGMENTS)
    await live.stop()
    await stream.aclose()


async def test_stream_ends_with_the_service_and_after_its_lifetime(dsn: str, pool: Pool, event: Event) -> None:
    live = Live(dsn)
    await live.start()
    short = [message async for message in board_stream(live, Boards(pool), event, owner_of(event), lifetime_seconds=0.5)]
    stream = board_stream(live, Boards(pool), event, owner_of(event))
    begun = [await anext(stream), await anext(stream)]
    live.end_streams()
    rest = [message async for message in stream]
    await live.stop()

    assert short[0] == begun[0] == b"retry: 1000\n\n"
    assert len(rest) <= 1  # the time after the board that had just been sent


async def test_stream_is_served_without_compression_and_ends_at_shutdown(app: Litestar, organiser: httpx.AsyncClient, event: Event) -> None:
    asyncio.get_running_loop().call_later(0.5, app.state.live.end_streams)
    answer = await organiser.get(f"/organiser/events/{event.slug}/stream", headers={"accept-encoding": "gzip"})

    assert (answer.status_code, answer.headers["content-type"], answer.headers.get("content-encoding")) == (
        200,
        "text/event-stream; charset=utf-8",
        None,
    )
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    # The connection to the other processes may still be on its way up; then the stream says so before the board.
    messages = answer.text.replace("event: lost\ndata: \n\n", "")
    assert messages.startswith("retry: 1000\n\nevent: board\ndata: {")


async def test_boards_of_one_event_share_their_readings(pool: Pool, event: Event) -> None:
    readings = 0
    boards = Boards(pool, now=now)
    original = boards._readers._call

    async def counted(key: object, askers: list[None]) -> object:
        nonlocal readings
        readings += 1
        return await original(key, askers)  # type: ignore[arg-type]

    boards._readers._call = counted  # type: ignore[assignment]
    answers = await asyncio.gather(*(boards.fragments(event, owner_of(event)) for _ in range(50)))

    assert (readings, all(answer == answers[0] for answer in answers)) == (1, True)


async def test_door_staff_get_the_parts_that_are_for_them(pool: Pool, event: Event) -> None:
    assert set(await Boards(pool).fragments(event, owner_of(event, Role.DOOR))) == FOR_DOOR_STAFF


async def test_strangers_and_signed_out_people_get_no_board(app: Litestar, pool: Pool, event: Event) -> None:
    stranger = await make_session(pool, await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER))
    for path in ("", "/stream"):
        async with browser(app, stranger) as client, browser(app) as nobody:
            answers = [await client.get(f"/organiser/events/{event.slug}{path}"), await nobody.get(f"/organiser/events/{event.slug}{path}")]
        assert [answer.status_code for answer in answers] == [404, 303]
