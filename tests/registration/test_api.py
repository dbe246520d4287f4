"""POST /api/v1/events/{slug}/registrations, through the whole application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Scope
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import BASE_URL, TOKENS, book, fill, make_event, make_organiser
from tests.programs import make_token, party, program
from tests.staff import running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, capacity=4, contingents={"japan": 2})


@pytest.fixture
async def client(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with program(app, await make_token(pool, event.organiser_id)) as opened:
        yield opened


async def sign_up(client: httpx.AsyncClient, event: Event, body: Any, *, key: str | None = None) -> httpx.Response:
    return await client.post(f"/api/v1/events/{event.slug}/registrations", json=body, headers={"idempotency-key": key or str(new_id())})


async def test_confirmed_party_gets_a_ticket_each(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    answer = await sign_up(client, event, party("Mihon", "Reiyama"))
    assert answer.status_code == 201
    booking_id = await pool.fetchval("select id from bookings where event_id = $1", event.id)
    token = TOKENS.token("booking", booking_id)
    tickets = await pool.fetch(
        "select t.id from tickets t join guests g on g.id = t.guest_id where g.booking_id = $1 order by g.position", booking_id
    )
    codes = [TOKENS.code("ticket", row[0], 1) for row in tickets]
    assert answer.json() == {
        "booking": {"token": token, "url": f"{BASE_URL}/b/{token}"},
        "status": "confirmed",
        "tickets": [
            {"code": codes[0], "url": f"{BASE_URL}/t/{codes[0]}", "guest": "Hanako Mihon"},
            {"code": codes[1], "url": f"{BASE_URL}/t/{codes[1]}", "guest": "Hanako Reiyama"},
        ],
    }


async def test_every_field_is_stored_as_it_was_sent(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    guest = {
        "family_name": "葛󠄀例",
        "given_name": "三郎",
        "family_name_kana": "カツレイ",
        "given_name_kana": "サブロウ",
        "family_name_latin": "Katsurei",
        "given_name_latin": "Saburō",
        "company": "見本計測研究所",
        "department": "長さ標準研究室",
        "position": "主任研究員",
        "diet": "vegan",
    }
    answer = await sign_up(client, event, party(locale="ja", guests=[guest]))
    assert answer.json()["tickets"][0]["guest"] == "葛󠄀例 三郎"
    row = await pool.fetchrow(
        "select g.*, b.email, b.locale, b.source from guests g join bookings b on b.id = g.booking_id where b.event_id = $1", event.id
    )
    assert row is not None
    assert {name: row["job_title" if name == "position" else name] for name in guest} == guest
    assert (row["email"], row["locale"], row["source"]) == ("hanako.mihon@example.com", "ja", "api")


async def test_waitlisted_party_has_a_position_and_no_ticket(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await fill(pool, event, 4)
    await book(pool, event, accept_waitlist=True, mail=False)
    answer = await sign_up(client, event, party(accept_waitlist=True))
    assert answer.status_code == 201
    assert {key: value for key, value in answer.json().items() if key != "booking"} == {
        "status": "waitlisted",
        "waitlist_position": 2,
        "tickets": [],
    }


async def test_event_with_approval_answers_that_it_awaits_it(app: Litestar, pool: Pool) -> None:
    reception = await make_event(pool, approval_required=True)
    async with program(app, await make_token(pool, reception.organiser_id)) as client:
        answer = await sign_up(client, reception, party())
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["tickets"]) == ("awaiting_approval", [])


async def test_full_event_is_a_problem_that_says_so(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await fill(pool, event, 4)
    answer = await sign_up(client, event, party())
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (409, 409, "event_full")


async def test_party_larger_than_what_is_left_gets_nothing(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await fill(pool, event, 3)
    answer = await sign_up(client, event, party("A", "B"))
    assert answer.json()["code"] == "event_full"
    assert await pool.fetchval("select taken from pools where id = $1", event.id) == 3


async def test_named_contingent_takes_only_its_own_places(client: httpx.AsyncClient, event: Event) -> None:
    assert (await sign_up(client, event, party("A", "B", contingent="japan"))).status_code == 201
    assert (await sign_up(client, event, party(contingent="japan"))).json()["code"] == "event_full"
    assert (await sign_up(client, event, party(contingent="mars"))).json()["code"] == "unknown_contingent"
    assert (await sign_up(client, event, party())).status_code == 201


async def test_same_key_answers_the_same_booking_again(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    first = await sign_up(client, event, party(), key="order-1")
    again = await sign_up(client, event, party(), key="order-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert await pool.fetchval("select count(*) from bookings where event_id = $1", event.id) == 1


async def test_same_key_answers_its_booking_when_the_event_is_full(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    first = await sign_up(client, event, party(), key="order-1")
    await fill(pool, event, 3)
    assert (await sign_up(client, event, party(), key="order-1")).json() == first.json()


async def test_key_with_another_body_is_refused(client: httpx.AsyncClient, event: Event) -> None:
    await sign_up(client, event, party(), key="order-1")
    answer = await sign_up(client, event, party("Somebody else"), key="order-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_of_the_form_are_a_space_of_their_own(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await book(pool, event, key="form:order-1")
    assert (await sign_up(client, event, party(), key="form:order-1")).status_code == 201


async def test_missing_key_is_told(client: httpx.AsyncClient, event: Event) -> None:
    answer = await client.post(f"/api/v1/events/{event.slug}/registrations", json=party())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("key", ["", "with blank", "x" * 201, "schlüssel".encode("latin-1")])
async def test_unusable_key_is_told(client: httpx.AsyncClient, event: Event, key: str | bytes) -> None:
    answer = await client.post(
        f"/api/v1/events/{event.slug}/registrations",
        json=party(),
        headers=httpx.Headers([(b"idempotency-key", key.encode() if isinstance(key, str) else key)]),
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["Idempotency-Key"])


GUEST = {"family_name": "Mihon"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (party(guests=[]), "guests"),
        (party(guests=[GUEST] * 11), "guests"),
        (party(guests=[GUEST, {"family_name": 5}]), "guests[1].family_name"),
        (party(guests=[{"given_name": "Hanako"}]), "guests[0].family_name"),
        (party(guests=[{"family_name": "   "}]), "guests[0].family_name"),
        (party(guests=[{"family_name": "a\0b"}]), "guests[0].family_name"),
        (party(guests=[{"family_name": "two\nlines"}]), "guests[0].family_name"),
        (party(guests=[{"family_name": "x" * 101}]), "guests[0].family_name"),
        (party(guests=[GUEST | {"company": "x" * 201}]), "guests[0].company"),
        (party(guests=[GUEST | {"nickname": "Hana"}]), "guests[0].nickname"),
        (party(registrant={"email": "nobody", "locale": "en"}), "registrant.email"),
        (party(registrant={"email": "a\0@example.com", "locale": "en"}), "registrant.email"),
        (party(registrant={"email": "a@example.com", "locale": "fr"}), "registrant.locale"),
        (party(registrant={"email": "a@example.com"}), "registrant.locale"),
        (party(contingent="Not a slug"), "contingent"),
        (party() | {"accept_waitlist": "true"}, "accept_waitlist"),
        (party(comment="please"), "comment"),
        ({}, "registrant"),
        ([], ""),
    ],
)
async def test_wrong_input_names_the_field(client: httpx.AsyncClient, event: Event, body: Any, field: str) -> None:
    answer = await sign_up(client, event, body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (422, "invalid_input", [field])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"registrant": {"email": "a@example.com", "locale": "en"}, "guests": [{"family_name": "\\ud842"}]}', 422, "invalid_input"),
        (b'{"guests": [', 400, "malformed_json"),
        (b'{"registrant": {"email": "\xff"}}', 400, "malformed_json"),
        (b"", 400, "malformed_json"),
        (b"[" * 100_000, 422, "invalid_input"),
        (b'{"comment": "' + b"x" * 1_000_001 + b'"}', 413, "content_too_large"),
    ],
)
async def test_what_is_no_text_or_no_json_is_told(client: httpx.AsyncClient, event: Event, body: bytes, status: int, code: str) -> None:
    answer = await client.post(f"/api/v1/events/{event.slug}/registrations", content=body, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_half_a_character_names_its_field(client: httpx.AsyncClient, event: Event) -> None:
    body = b'{"registrant": {"email": "a@example.com", "locale": "en"}, "guests": [{"family_name": "A"}, {"family_name": "\\ud842"}]}'
    answer = await client.post(f"/api/v1/events/{event.slug}/registrations", content=body, headers={"idempotency-key": "k"})
    assert list(answer.json()["errors"]) == ["guests[1].family_name"]


async def test_token_is_needed_with_the_scope_and_of_the_right_organiser(app: Litestar, event: Event, pool: Pool) -> None:
    stranger = await make_token(pool, await make_organiser(pool))
    reader = await make_token(pool, event.organiser_id, [Scope.READ_EVENTS])
    refused = []
    for token in (None, "invented", reader, stranger):
        async with program(app, token) as client:
            answer = await sign_up(client, event, party())
            refused.append((answer.status_code, answer.json()["code"]))
    assert refused == [(401, "token_required"), (401, "token_required"), (403, "scope_missing"), (404, "not_found")]
    assert await pool.fetchval("select taken from pools where id = $1", event.id) == 0


async def test_draft_and_closed_events_take_nobody(app: Litestar, pool: Pool) -> None:
    draft = await make_event(pool, status="draft")
    async with program(app, await make_token(pool, draft.organiser_id)) as client:
        answer = await sign_up(client, draft, party())
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_closed")
