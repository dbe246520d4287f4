"""Answers in the exported guest list: typed, in words, and without what only security may read."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from litestar import Litestar
from python_calamine import CalamineWorkbook

from events.kit.database import Pool
from events.programme.model import Event
from events.questions.forms import sealed_answer
from events.questions.model import GivenAnswer, Question, Sensitivity
from tests.builders import book, make_event, make_guest
from tests.questions.builders import TOKENS, make_question
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    """One guest answered everything, another nothing, a third typed what looks like a formula."""
    event = await make_event(pool)
    await make_event(pool)

    async def ask(slug: str, kind: str, **given: Any) -> Question:
        return await make_question(pool, event.id, slug, kind, **given)

    given = [
        (await ask("hotel", "choice", options="yes no"), "no"),
        (await ask("nights", "number"), -1.5),
        (await ask("arrival", "date"), "2027-04-22"),
        (await ask("topics", "multiple", options="optics robots"), ["optics", "robots"]),
        (await ask("rules", "consent"), True),
        (await ask("born", "date", sensitivity=Sensitivity.SECURITY), "1970-01-31"),
    ]
    remark = await ask("remark", "long_text")
    answers = [sealed_answer(question, value, tokens=TOKENS, context="") for question, value in given]
    await book(pool, event, make_guest("A", answers=[*answers, GivenAnswer(remark.id, "髙見本\nŁukasz")]))
    await book(pool, event, make_guest("B"))
    await book(pool, event, make_guest("C", answers=[GivenAnswer(remark.id, "=1+1")]))
    return event


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        yield client


HEADERS = {
    "en": ["Hotel", "Nights", "Arrival", "Topics", "Rules", "Remark"],
    "de": ["Hotel?", "Nights?", "Arrival?", "Topics?", "Rules?", "Remark?"],
}
FULL = {
    "en": ["No", "-1.5", "2027-04-22", "Optics; Robots", "Yes", "髙見本\nŁukasz"],
    "de": ["No (de)", "-1,5", "2027-04-22", "Optics (de); Robots (de)", "Ja", "髙見本\nŁukasz"],
}


@pytest.mark.parametrize(("language", "separator", "no"), [("en", ",", "No"), ("de", ";", "Nein")])
async def test_answers_stand_typed_in_the_list(organiser: httpx.AsyncClient, event: Event, language: str, separator: str, no: str) -> None:
    answer = await organiser.post(f"/organiser/events/{event.slug}/guests.csv", params={"lang": language})
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=separator))
    assert [line[-6:] for line in lines] == [
        HEADERS[language],
        FULL[language],
        ["", "", "", "", no, ""],
        ["", "", "", "", no, "'=1+1"],
    ]
    assert "1970" not in answer.text


async def test_cells_of_the_workbook_keep_their_type(organiser: httpx.AsyncClient, event: Event) -> None:
    answer = await organiser.post(f"/organiser/events/{event.slug}/guests.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert (answer.status_code, answer.headers["content-disposition"].endswith('.xlsx"')) == (200, True)
    assert [row[-6:] for row in rows[1:]] == [
        ["No", -1.5, date(2027, 4, 22), "Optics; Robots", True, "髙見本\nŁukasz"],
        ["", "", "", "", False, ""],
        ["", "", "", "", False, "=1+1"],
    ]
