"""The desk at the door says no as the handler would, and in no other case says anything."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Scope
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration import api
from events.registration.actions import cancel_places, register
from tests.builders import book, fill, make_event, make_organiser
from tests.door.builders import registration_ids
from tests.programs import make_token, party, program
from tests.staff import running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    full = await make_event(pool, capacity=2)
    await fill(pool, full, 2)
    return full


@pytest.fixture
async def client(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has heard a no already, so that token, event and the fact are at hand."""
    async with program(app, await make_token(pool, event.organiser_id)) as opened:
        assert (await sign_up(opened, event)).status_code == 409
        yield opened


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the sign-ups that went on to the handler."""
    keys: list[str] = []

    async def recording(claims: object, event: object, sign_up: object) -> object:
        keys.append(sign_up.key.rpartition(":")[2])  # type: ignore[attr-defined]
        return await register(claims, event, sign_up)  # type: ignore[arg-type]

    monkeypatch.setattr(api, "register", recording)
    return keys


async def sign_up(
    client: httpx.AsyncClient, event: Event, *, key: str | None = None, language: str = "en", **body: object
) -> httpx.Response:
    headers = {"idempotency-key": key or str(new_id()), "accept-language": language}
    return await client.post(f"/api/v1/events/{event.slug}/registrations", json=party(**body), headers=headers)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "de", "ja"])
async def test_answer_is_the_handlers_to_the_byte(app: Litestar, event: Event, pool: Pool, handled: list[str], language: str) -> None:
    async with program(app, await make_token(pool, event.organiser_id)) as client:
        slow = await sign_up(client, event, key="slow", language=language)
        quick = await sign_up(client, event, key="quick", language=language)
    assert handled == ["slow"]
    assert (quick.status_code, quick.content, sorted(quick.headers.items())) == (409, slow.content, sorted(slow.headers.items()))


async def test_place_that_became_free_is_given(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    leaving = await pool.fetchval("select id from registrations where event_id = $1 limit 1", event.id)
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, event.id, [leaving], actor="test", now=now())
    assert [(await sign_up(client, event)).status_code for _ in range(3)] == [201, 409, 409]


async def test_key_of_an_earlier_booking_gets_its_booking(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    async with program(app, await make_token(pool, event.organiser_id)) as client:
        first = await sign_up(client, event, key="mine")
        refused = await sign_up(client, event, key="other")
        again = await sign_up(client, event, key="mine")
    assert (first.status_code, refused.status_code, again.json()) == (201, 409, first.json())


async def test_who_would_wait_is_put_in_line(client: httpx.AsyncClient, event: Event, handled: list[str]) -> None:
    answer = await sign_up(client, event, accept_waitlist=True)
    assert (answer.json()["status"], len(handled)) == ("waitlisted", 1)


async def test_faults_are_told_before_the_no(client: httpx.AsyncClient, event: Event) -> None:
    wrong = await sign_up(client, event, guests=[])
    broken = await client.post(f"/api/v1/events/{event.slug}/registrations", content=b"{", headers={"idempotency-key": "k"})
    keyless = await client.post(f"/api/v1/events/{event.slug}/registrations", json=party())
    assert [wrong.status_code, broken.status_code, keyless.status_code] == [422, 400, 400]


async def test_strangers_do_not_hear_it(client: httpx.AsyncClient, app: Litestar, event: Event, pool: Pool) -> None:
    stranger = await make_token(pool, await make_organiser(pool))
    reader = await make_token(pool, event.organiser_id, [Scope.READ_EVENTS])
    statuses = []
    for token in (stranger, reader, "invented"):
        async with program(app, token) as other:
            statuses += [(await sign_up(other, event)).status_code for _ in range(2)]
    assert statuses == [404, 404, 403, 403, 401, 401]


async def test_hold_that_ran_out_makes_room(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    held = await book(pool, event, hold_seconds=600)
    async with program(app, await make_token(pool, event.organiser_id)) as client:
        before = [(await sign_up(client, event)).status_code for _ in range(2)]
        [registration_id] = await registration_ids(pool, held)
        await pool.execute("update registrations set expires_at = now() where id = $1", registration_id)
        after = await sign_up(client, event)
    assert (before, after.status_code) == ([409, 409], 201)


async def test_trouble_is_left_to_the_handler(
    client: httpx.AsyncClient, event: Event, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_asked: object) -> bool:
        raise ConnectionRefusedError

    monkeypatch.setattr(app.state.claims, "is_surely_full", away)
    answer = await sign_up(client, event)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
