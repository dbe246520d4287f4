"""Checking in by program: one scan, and a queue of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from events.accounts.actions import issue_token
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import BASE_URL, book, make_event, make_guest, make_organiser
from tests.staff import browser, running_app

from .builders import code_of, make_gate
from .phones import ask, set_rules

HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7", flags=["vip"]
)


@pytest.fixture(scope="module")
async def client(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running_app(dsn) as app, browser(app) as opened:
        yield opened


async def token_for(pool: Pool, event: Event, *scopes: str) -> dict[str, str]:
    slug = await pool.fetchval("select slug from organisers where id = $1", event.organiser_id)
    async with pool.acquire() as connection:
        token = await issue_token(connection, slug, scopes=list(scopes or ["check-ins:write"]), name="Test")
    return {"authorization": f"Bearer {token}"}


def check_in(code: str, **more: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "code": code} | more


async def test_check_in_answers_admitted_then_already_in(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    async with pool.acquire() as connection:
        await make_gate(connection, event, "Garden gate")
    headers, code = await token_for(pool, event), code_of(await book(pool, event, HANAKO))
    came_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    first = check_in(f"{BASE_URL}/T/{code}", gate="Garden gate", at=came_at.isoformat())
    path = f"/api/v1/events/{event.slug}/check-ins"

    admitted = await client.post(path, json=first, headers=headers)
    again = await client.post(path, json=check_in(code), headers=headers)
    replayed = await client.post(path, json=first, headers=headers)

    guest = {
        "family_name": "見本",
        "given_name": "花子",
        "family_name_kana": "ミホン",
        "given_name_kana": "ハナコ",
        "company": "株式会社みほん光学",
        "table": "7",
        "flags": ["vip"],
    }
    assert (admitted.status_code, admitted.json()) == (200, {"id": first["id"], "verdict": "admitted", "guest": guest})
    assert replayed.json() == admitted.json()
    assert {name: value for name, value in again.json().items() if name != "id"} == {
        "verdict": "already_in",
        "guest": guest,
        "first": {"at": came_at.isoformat().replace("+00:00", "Z"), "gate": "Garden gate"},
    }


async def test_refusals_are_answers(client: httpx.AsyncClient, pool: Pool) -> None:
    owner = await make_organiser(pool)
    event, reception = await make_event(pool, organiser_id=owner, capacity=1), await make_event(pool, organiser_id=owner)
    headers = await token_for(pool, event)
    await book(pool, event)
    waiting = await book(pool, event, make_guest("Wartend", "Clara"), accept_waitlist=True)
    elsewhere = await book(pool, reception, make_guest("Weiß", "Clara"))
    answers = []
    for code in ("AAAAAAAAAAAAAAAA", "nonsense", code_of(waiting), code_of(elsewhere)):
        answer = await client.post(f"/api/v1/events/{event.slug}/check-ins", json=check_in(code), headers=headers)
        answers.append((answer.status_code, {name: value for name, value in answer.json().items() if name != "id"}))
    assert answers == [
        (200, {"verdict": "refused", "reason": "unknown"}),
        (200, {"verdict": "refused", "reason": "unknown"}),
        (200, {"verdict": "refused", "reason": "waitlisted", "guest": {"family_name": "Wartend", "given_name": "Clara"}}),
        (200, {"verdict": "refused", "reason": "other_event", "guest": {"family_name": "Weiß", "given_name": "Clara"}}),
    ]


async def test_batch_answers_in_order_and_twice_the_same(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool, capacity=200)
    headers = await token_for(pool, event)
    booked = [await book(pool, event, *(make_guest(f"Guest {n}") for n in range(4))) for _ in range(20)]
    codes = [code_of(booking, place) for booking in booked for place in range(4)]
    queue = [check_in(code) for code in codes for _ in range(2)]
    path = f"/api/v1/events/{event.slug}/check-ins/batch"

    once = await client.post(path, json={"check_ins": queue}, headers=headers)
    again = await client.post(path, json={"check_ins": queue}, headers=headers)

    answers = once.json()["check_ins"]
    assert [answer["id"] for answer in answers] == [scan["id"] for scan in queue]
    assert [answer["verdict"] for answer in answers] == ["admitted", "already_in"] * len(codes)
    assert again.json() == once.json()
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == len(queue)


async def test_batch_sets_a_wrong_clock_right(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    headers, code = await token_for(pool, event), code_of(await book(pool, event))
    phone_now = datetime.now(UTC) + timedelta(minutes=10)
    queue = {"sent_at": phone_now.isoformat(), "check_ins": [check_in(code, at=(phone_now - timedelta(minutes=3)).isoformat())]}

    await client.post(f"/api/v1/events/{event.slug}/check-ins/batch", json=queue, headers=headers)

    device_at = await pool.fetchval("select device_at from check_ins where event_id = $1", event.id)
    assert abs(now() - device_at - timedelta(minutes=3)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("body", "faulty"),
    [
        ({}, "id"),
        ({"id": "1", "code": "x"}, "id"),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x\0"}, "code"),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x" * 501}, "code"),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x", "at": "2027-04-22T18:31:07"}, "at"),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x", "colour": "red"}, "colour"),
    ],
)
async def test_malformed_check_in_is_refused_by_field(client: httpx.AsyncClient, pool: Pool, body: dict[str, str], faulty: str) -> None:
    event = await make_event(pool)
    headers = await token_for(pool, event)
    one = await client.post(f"/api/v1/events/{event.slug}/check-ins", json=body, headers=headers)
    many = await client.post(f"/api/v1/events/{event.slug}/check-ins/batch", json={"check_ins": [body]}, headers=headers)
    assert (one.status_code, one.headers["content-type"], list(one.json()["errors"])) == (422, "application/problem+json", [faulty])
    assert (many.status_code, list(many.json()["errors"])) == (422, [f"check_ins[0].{faulty}"])


async def test_turnstile_counts_out_and_tells_what_it_did_alone(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await set_rules(pool, event, exits="reentry")
    headers, code = await token_for(pool, event), code_of(await book(pool, event))
    waiting = code_of(await book(pool, event, accept_waitlist=True))
    queue = [
        check_in(code, kind="exit"),
        check_in(code, decided="sent_away"),
        check_in(code),
        check_in(code, kind="exit"),
        check_in(waiting, decided="let_through"),
    ]
    path = f"/api/v1/events/{event.slug}/check-ins/batch"

    once, again = [(await client.post(path, json={"check_ins": queue}, headers=headers)).json()["check_ins"] for _ in range(2)]

    assert [tuple(each.get(name) for name in ("verdict", "reason", "would_be")) for each in once] == [
        ("refused", "not_inside", None),
        ("refused", None, "admitted"),
        ("admitted", None, None),
        ("left", None, None),
        ("admitted", "waitlisted", None),
    ]
    assert [each["verdict"] for each in again] == [each["verdict"] for each in once]
    assert await pool.fetchval("select array_agg(kind) from door_conflicts where event_id = $1", event.id) == ["not_valid"]


async def test_turnstile_answers_the_questions_of_the_door(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    question = await ask(pool, event, "Passport seen")
    headers, code = await token_for(pool, event), code_of(await book(pool, event))
    path, told = f"/api/v1/events/{event.slug}/check-ins", []
    for answers in ({}, {question: False}, {question: True}):
        answer = (await client.post(path, json=check_in(code, answers=answers), headers=headers)).json()
        told.append((answer["verdict"], answer.get("reason")))
    assert told == [("refused", "question_open"), ("refused", "question_refused"), ("admitted", None)]


async def test_batch_is_bounded(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    headers, path = await token_for(pool, event), f"/api/v1/events/{event.slug}/check-ins/batch"
    statuses = [
        (await client.post(path, json={"check_ins": [check_in("x")] * size}, headers=headers)).status_code for size in (0, 1, 500, 501)
    ]
    assert statuses == [422, 200, 200, 422]


async def test_unknown_gate_is_refused_and_nothing_written(client: httpx.AsyncClient, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    async with pool.acquire() as connection:
        await make_gate(connection, other, "Garden gate")
    scan = check_in(code_of(await book(pool, event)), gate="Garden gate")
    answer = await client.post(f"/api/v1/events/{event.slug}/check-ins", json=scan, headers=await token_for(pool, event))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_gate")
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 0


async def test_tokens_reach_their_own_organisers_events_with_the_right_scope_only(client: httpx.AsyncClient, pool: Pool) -> None:
    event, foreign = await make_event(pool), await make_event(pool)
    scan = check_in(code_of(await book(pool, event)))
    path = f"/api/v1/events/{event.slug}/check-ins"
    answers = [
        await client.post(path, json=scan),
        await client.post(path, json=scan, headers=await token_for(pool, event, "guests:read")),
        await client.post(path, json=scan, headers=await token_for(pool, foreign)),
        await client.post(f"{path}/batch", json={"check_ins": [scan]}, headers=await token_for(pool, foreign)),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "token_required"),
        (403, "scope_missing"),
        (404, "not_found"),
        (404, "not_found"),
    ]
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 0
