"""The door's pages as a phone asks for them, by script and without one."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from events.door.access import PHONE_COOKIE
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import BASE_URL, book, make_event, make_guest, make_organiser
from tests.staff import browser, running_app

from .builders import code_of, make_phone, records

JSON = {"accept": "application/json"}
HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7",
    diet="vegetarian; そば不可", flags=["no_photo"],
)  # fmt: skip


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def phone_of(app: Litestar, pool: Pool, event: Event, **phone: str) -> httpx.AsyncClient:
    async with pool.acquire() as connection:
        _, token = await make_phone(connection, event, **phone)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return client


async def test_scan_is_answered_with_all_the_phone_shows(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    code, check_in_id = code_of(await book(pool, event, HANAKO)), str(new_id())

    answer = await phone.post("/door/check-ins?lang=de", data={"id": check_in_id, "code": f"{BASE_URL}/t/{code}".upper()}, headers=JSON)

    announcement = answer.json()
    assert announcement.pop("card").pop("registration_id")
    assert (answer.status_code, announcement) == (
        200,
        {
            "check_in_id": check_in_id,
            "verdict": "admitted",
            "kind": "admitted",
            "first": "",
            "first_at": None,
            "event_title": "",
            "event_when": "",
        },
    )


async def test_card_names_the_guest_as_this_steward_says_it(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    code, cards = code_of(await book(pool, event, HANAKO)), {}
    for language in ("de", "ja"):
        answer = await phone.post(f"/door/check-ins?lang={language}", data={"id": str(new_id()), "code": code}, headers=JSON)
        cards[language] = {name: value for name, value in answer.json()["card"].items() if name != "registration_id"}

    same = {
        "name": "見本 花子",
        "name_lang": "ja",
        "company": "株式会社みほん光学",
        "job_title": "",
        "host": "",
        "table": "7",
        "access_needs": "",
        "flags": ["no_photo"],
    }
    assert cards["de"] == same | {
        "spoken": "Hanako Mihon",
        "spoken_lang": "",
        "also": "ミホン ハナコ",
        "also_lang": "ja",
        "diet": "Vegetarisch; そば不可",
    }
    assert cards["ja"] == same | {
        "spoken": "ミホン ハナコ",
        "spoken_lang": "ja",
        "also": "",
        "also_lang": "",
        "diet": "ベジタリアン; そば不可",
    }


async def test_same_scan_sent_again_is_answered_again_and_counted_once(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    scan = {"id": str(new_id()), "code": code_of(await book(pool, event))}

    answers = [(await phone.post("/door/check-ins", data=scan, headers=JSON)).json() for _ in range(2)]

    assert answers[0] == answers[1]
    async with pool.acquire() as connection:
        assert await records(connection, event) == [("entry", "admitted", None)]


async def test_clock_of_the_phone_is_set_right(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    scan = {"id": str(new_id()), "code": code_of(await book(pool, event)), "at": "2031-01-01T00:00:00Z", "sent_at": "2031-01-01T00:01:00Z"}

    await phone.post("/door/check-ins", data=scan, headers=JSON)

    row = await pool.fetchrow("select device_at, server_at from check_ins where id = $1::uuid", scan["id"])
    assert row is not None
    assert round((row["server_at"] - row["device_at"]).total_seconds()) == 60


async def test_plain_form_checks_in_shows_the_verdict_and_takes_it_back(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    code = code_of(await book(pool, event, HANAKO))
    scanner = await phone.get("/door?lang=en")
    fields = form_fields(scanner.text, "/door/check-ins")

    verdict = await phone.post("/door/check-ins", data=fields | {"code": code.lower()})
    undone = await phone.post("/door/undos", data=form_fields(verdict.text, "/door/undos"))

    assert verdict.status_code == 200
    for shown in ("<h2>Welcome</h2>", "Willkommen", "ようこそ", "Hanako Mihon", "見本 花子", "株式会社みほん光学", "No photos"):
        assert shown in verdict.text
    assert (undone.status_code, undone.headers["location"]) == (303, "/door")
    async with pool.acquire() as connection:
        assert await records(connection, event) == [("entry", "admitted", None), ("undo", "undone", None)]


async def test_plain_search_finds_in_every_script_and_checks_in(app: Litestar, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    phone = await phone_of(app, pool, event)
    await book(pool, event, HANAKO, make_guest("Müßig", "Jörg", company="Beispiel Sensorik AG"))
    await book(pool, other, make_guest("Mihon", "Tarō"))

    for query in ("見本", "みほん", "ミホ", "mihon", "Hana", "みほん光学", "花子 見本"):
        found = await phone.get("/door/guests", params={"q": query})
        assert names_in(found.text) == ["見本 花子"], query
    assert names_in((await phone.get("/door/guests", params={"q": "muessig sensorik"})).text) == ["Jörg Müßig"]
    assert names_in((await phone.get("/door/guests", params={"q": "'%_"})).text) == []

    found = await phone.get("/door/guests", params={"q": "見本"})
    verdict = await phone.post("/door/check-ins", data=form_fields(found.text, "/door/check-ins"))
    assert "<h2>Welcome</h2>" in verdict.text
    again = await phone.get("/door/guests", params={"q": "見本"})
    assert "/door/check-ins" not in again.text
    assert "(JST)" in again.text


async def test_ticket_of_another_event_is_named_and_of_another_organiser_unknown(app: Litestar, pool: Pool) -> None:
    owner = await make_organiser(pool)
    event = await make_event(pool, organiser_id=owner)
    reception = await make_event(pool, organiser_id=owner, title="Embassy reception")
    foreign = await make_event(pool, title="Secret dinner")
    phone = await phone_of(app, pool, event)
    codes = [code_of(await book(pool, elsewhere, make_guest("Weiß", "Clara"))) for elsewhere in (reception, foreign)]

    named, unknown = [(await phone.post("/door/check-ins", data={"id": str(new_id()), "code": code})).text for code in codes]

    assert "<h2>Not valid here</h2>" in named
    assert "Embassy reception" in named
    assert "Clara Weiß" in named
    assert "<h2>Not a valid ticket</h2>" in unknown
    assert "Secret dinner" not in unknown
    assert "Weiß" not in unknown


async def test_phone_cannot_take_back_what_another_let_in(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    aiko, jonas = await phone_of(app, pool, event), await phone_of(app, pool, event, name="Jonas")
    check_in_id = str(new_id())
    await aiko.post("/door/check-ins", data={"id": check_in_id, "code": code_of(await book(pool, event))}, headers=JSON)

    answer = await jonas.post("/door/undos", data={"id": str(new_id()), "check_in_id": check_in_id}, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_undone")


@pytest.mark.parametrize(
    ("scan", "faulty"),
    [
        ({}, ["id", "code"]),
        ({"id": "1", "code": "x"}, ["id"]),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "a\0b"}, ["code"]),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x", "at": "yesterday"}, ["at"]),
        ({"id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f", "code": "x" * 501}, ["code"]),
    ],
)
async def test_malformed_scan_is_refused_by_field(app: Litestar, pool: Pool, scan: dict[str, str], faulty: list[str]) -> None:
    phone = await phone_of(app, pool, await make_event(pool))
    answer = await phone.post("/door/check-ins", data=scan, headers=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, faulty)


async def test_pages_of_the_door_need_a_paired_phone(app: Litestar, pool: Pool) -> None:
    stranger = browser(app)
    stranger.cookies.set(PHONE_COOKIE, "guessed", path="/door")
    page = await stranger.get("/door")
    assert page.status_code == 401
    assert "This phone is not connected to a door." in page.text
    for answer in (
        await stranger.get("/door/guests?q=a", headers=JSON),
        await stranger.get("/door/stream", headers=JSON),
        await stranger.post("/door/check-ins", data={"id": str(new_id()), "code": "A" * 16}, headers=JSON),
        await stranger.post("/door/undos", data={"id": str(new_id()), "check_in_id": str(new_id())}, headers=JSON),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "phone_not_paired")


async def test_phone_opens_nothing_once_revoked_or_long_after_the_event(app: Litestar, pool: Pool) -> None:
    revoked, late = await make_event(pool), await make_event(pool)
    phones = [await phone_of(app, pool, event) for event in (revoked, late)]
    assert [(await phone.get("/door")).status_code for phone in phones] == [200, 200]

    await pool.execute("update devices set revoked_at = now() where event_id = $1", revoked.id)
    await move(pool, late, ends_at=now() - timedelta(hours=11))
    assert [(await phone.get("/door")).status_code for phone in phones] == [410, 200]

    await move(pool, late, ends_at=now() - timedelta(hours=13))
    assert [(await phone.get("/door")).status_code for phone in phones] == [410, 403]


async def test_only_scanner_and_decoder_may_compile_wasm(app: Litestar, pool: Pool) -> None:
    phone = await phone_of(app, pool, await make_event(pool))
    policies = {path: (await phone.get(path)).headers["content-security-policy"] for path in ("/door", "/door/worker.js", "/door/guests")}
    assert {path: "'wasm-unsafe-eval'" in policy for path, policy in policies.items()} == {
        "/door": True,
        "/door/worker.js": True,
        "/door/guests": False,
    }
    assert all("unsafe-inline" not in policy for policy in policies.values())


async def move(pool: Pool, event: Event, *, ends_at: datetime) -> None:
    starts_at = ends_at - timedelta(hours=3)
    await pool.execute("update events set doors_at = $2, starts_at = $2, ends_at = $3 where id = $1", event.id, starts_at, ends_at)


def form_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that posts there, outside of templates for scripts."""
    shown = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', shown, flags=re.DOTALL)
    assert form is not None
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def names_in(page: str) -> list[str]:
    return re.findall(r'<b data-slot="name"[^>]*>(.*?)</b>', page)
