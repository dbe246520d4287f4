"""A kiosk is handed the guests' page and nothing that names anybody; a steward's plain pages ask, count out and overrule."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.ids import new_id
from tests.builders import book, make_event, make_guest
from tests.staff import running_app

from .builders import code_of
from .phones import open_phone, set_rules

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def test_kiosk_gets_the_guests_page_in_three_languages(app: Litestar, pool: Pool) -> None:
    phone = await open_phone(app, pool, await make_event(pool), role="kiosk")
    page = await phone.get("/door?lang=ja")
    assert page.status_code == 200
    for words in (
        "チケットをカメラにかざしてください",
        "Please hold your ticket up to the camera",
        "Bitte halten Sie Ihr Ticket vor die Kamera",
    ):
        assert words in page.text
    assert ("/door/guests" in page.text, "data-undo" in page.text, "history" in page.text) == (False, False, False)


async def test_kiosk_can_neither_search_nor_check_in_by_hand_nor_undo(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, make_guest("Secret", "Sam")))
    phone = await open_phone(app, pool, event, role="kiosk")
    answers = [
        await phone.get("/door/guests?q=secret", headers=JSON),
        await phone.post("/door/check-ins", data={"id": str(new_id()), "code": code}, headers=JSON),
        await phone.post("/door/undos", data={"id": str(new_id()), "check_in_id": str(new_id())}, headers=JSON),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_for_kiosks")] * 3
    assert "Secret" not in "".join(answer.text for answer in answers)


async def test_plain_page_says_when_the_doors_open_and_a_steward_cannot_overrule(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, doors_open_at=event.starts_at)
    code = code_of(await book(pool, event, make_guest("Hoffmann", "Jonas")))
    phone = await open_phone(app, pool, event)
    told = await phone.post("/door/check-ins?lang=en", data={"id": str(new_id()), "code": code, "note": "let me in"})
    assert "<h2>Too early</h2>" in told.text
    assert "(JST)</b>" in told.text
    assert 'name="note"' not in told.text
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1 and verdict = 'admitted'", event.id) == 0


async def test_reason_of_a_supervisor_has_to_be_more_than_a_dot(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event, role="supervisor")
    answer = await phone.post("/door/check-ins", data={"id": str(new_id()), "code": "A" * 16, "note": "."}, headers=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["note"])
