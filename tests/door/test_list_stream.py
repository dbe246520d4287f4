"""What open phones hear: counts, movements of others within a second, conflicts, that the list has changed, and the last word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from events.door.access import PHONE_COOKIE, Sender
from events.door.desk import CheckInDesk
from events.door.listing import GuestLists
from events.door.model import Decided, Decider, Phone, Standing, Verdict
from events.door.phone_queries import phone_by_id
from events.door.stream import DoorNews, PhoneStream
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.live import Live
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of, make_phone, redeem, registration_ids, scan
from tests.staff import browser, running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


@pytest.fixture
async def live(dsn: str) -> AsyncIterator[Live]:
    """Another process of the service."""
    started = Live(dsn)
    await started.start()
    yield started
    await started.stop()


class Ear:
    """Reads a phone's stream message by message."""

    def __init__(self, messages: AsyncIterator[dict[str, str]]) -> None:
        self._messages = messages

    async def next(self, kind: str) -> Any:
        """The data of the next message of that kind; others are passed over."""
        async with asyncio.timeout(8):
            while True:
                message = await anext(self._messages)
                if message.get("event") == kind:
                    return msgspec.json.decode(message["data"]) if message["data"] else ""

    async def ends(self) -> bool:
        try:
            await anext(self._messages)
        except StopAsyncIteration:
            return True
        return False


async def phone_of(pool: Pool, event: Event, *, role: str = "steward") -> Phone:
    async with pool.acquire() as connection:
        phone, _ = await make_phone(connection, event)
    await pool.execute("update devices set role = $2 where id = $1", phone.id, role)
    found = await phone_by_id(pool, event.id, phone.id)
    assert found is not None
    return found


@asynccontextmanager
async def listening(dsn: str, pool: Pool, phone: Phone) -> AsyncIterator[Ear]:
    """The phone's stream in a process of its own."""
    live = Live(dsn)
    await live.start()

    async def look() -> Sender:
        found = await phone_by_id(pool, phone.event_id, phone.id)
        assert found is not None
        return Sender(found, found.standing(now()))

    messages = PhoneStream(DoorNews(pool, CheckInDesk(pool), GuestLists(pool), live), phone, look).messages()
    yield Ear(messages)
    await live.stop()
    await messages.aclose()


async def test_others_scans_are_heard_within_a_second_and_own_ones_not(dsn: str, pool: Pool, live: Live) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(), make_guest("Muster"))
    [_, guest] = await registration_ids(pool, outcome)
    mine, other = await phone_of(pool, event), await phone_of(pool, event)
    async with listening(dsn, pool, mine) as ear:
        assert (await ear.next("attendance"))["inside"] == 0
        own = msgspec.structs.replace(scan(code_of(outcome, 0), operator=mine.operator), device_id=mine.id)
        theirs = msgspec.structs.replace(scan(code_of(outcome, 1), gate_id=other.gate_id, operator=other.operator), device_id=other.id)
        await redeem(pool, event, own, theirs)
        begun = asyncio.get_running_loop().time()
        live.mark(event.live_topic)

        [heard] = await ear.next("movements")

        assert asyncio.get_running_loop().time() - begun < 1
    assert (heard["id"], heard["registration_id"], heard["gate"]) == (str(theirs.id), str(guest), "Main entrance")


async def test_each_movement_is_told_once_and_none_is_missed(dsn: str, pool: Pool, live: Live) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, *(make_guest(f"Guest {n}") for n in range(8)))
    phone = await phone_of(pool, event)
    heard: list[str] = []
    async with listening(dsn, pool, phone) as ear:
        await ear.next("attendance")
        for place in range(8):
            await redeem(pool, event, scan(code_of(outcome, place)))
            live.mark(event.live_topic)
            await asyncio.sleep(0.1)
        while len(heard) < 8:
            heard += [movement["registration_id"] for movement in await ear.next("movements")]
    assert sorted(heard) == sorted(str(guest) for guest in await registration_ids(pool, outcome))


async def test_conflict_is_told_until_somebody_decides(dsn: str, pool: Pool, live: Live) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    phone = await phone_of(pool, event)
    shown = Decided(verdict=Verdict.ADMITTED, by=Decider.PHONE)
    async with listening(dsn, pool, phone) as ear:
        assert await ear.next("conflicts") == []
        twice = [msgspec.structs.replace(scan(code_of(outcome)), decided=shown) for _ in range(2)]
        for one in twice:
            await redeem(pool, event, one)
        live.mark(event.live_topic)
        [told] = await ear.next("conflicts")
        assert (told["kind"], told["check_in_id"], told["first_check_in_id"]) == ("twice", str(twice[1].id), str(twice[0].id))
        await pool.execute(
            """
            insert into conflict_resolutions (check_in_id, event_id, kind, decision, actor)
            values ($1, $2, 'twice', 'same_person', 'staff:x')
            """,
            twice[1].id,
            event.id,
        )
        live.mark(event.live_topic)
        assert await ear.next("conflicts") == []


async def test_changed_list_is_told_even_if_it_changes_right_after_it_was_looked_at(dsn: str, pool: Pool, live: Live) -> None:
    event = await make_event(pool)
    await book(pool, event)
    phone = await phone_of(pool, event)
    async with listening(dsn, pool, phone) as ear:
        first = await ear.next("list")
        await book(pool, event, make_guest("Latecomer"))
        live.mark(event.live_topic)
        assert (await ear.next("list"))["digest"] != first["digest"]


async def test_kiosk_hears_of_no_conflicts_and_no_stewards(dsn: str, pool: Pool, live: Live) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    kiosk, other = await phone_of(pool, event, role="kiosk"), await phone_of(pool, event)
    async with listening(dsn, pool, kiosk) as ear:
        await ear.next("attendance")
        await redeem(pool, event, msgspec.structs.replace(scan(code_of(outcome)), device_id=other.id))
        live.mark(event.live_topic)
        [heard] = await ear.next("movements")
    assert (heard["kind"], heard["phone"]) == ("entry", "")


@pytest.mark.parametrize(("change", "word"), [("revoked_at = now()", "wipe"), ("valid_until = now() - interval '1 second'", "unpaired")])
async def test_last_word_to_a_phone_that_may_not_work_any_more(dsn: str, pool: Pool, live: Live, change: str, word: str) -> None:
    event = await make_event(pool)
    phone = await phone_of(pool, event)
    async with listening(dsn, pool, phone) as ear:
        await ear.next("attendance")
        await pool.execute(f"update devices set {change} where id = $1", phone.id)
        live.mark(event.live_topic)
        assert await ear.next(word) == ""
        assert await ear.ends()


async def test_stream_of_a_disconnected_phone_is_its_last_word(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    async with pool.acquire() as connection:
        phone, token = await make_phone(connection, event)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    await pool.execute("update devices set revoked_at = now() where id = $1", phone.id)

    answer = await client.get("/door/stream")

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert "event: wipe" in answer.text
    assert phone.standing(now()) == Standing.LIVE, "it was, when it was paired"
    stranger: httpx.AsyncClient = browser(app)
    assert (await stranger.get("/door/stream", headers={"accept": "application/json"})).status_code == 401
