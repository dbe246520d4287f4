"""A booking's answers are given later, changed and removed by whoever has its link."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.questions.actions import missing
from events.questions.forms import sealed_answer
from events.questions.model import Condition, GivenAnswer, Per, Sensitivity
from tests.builders import book, make_event, make_guest
from tests.questions.builders import PDF, TOKENS, make_question, stored_answers
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def test_missing_answers_are_asked_for_and_given(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "hotel", "choice", options="yes no", required=True)
    await make_question(pool, event.id, "room", required=True, condition=Condition("hotel", ["yes"]))
    await make_question(pool, event.id, "arrival", "date", required=True, per=Per.BOOKING)
    await make_question(pool, event.id, "topics", "multiple", options="optics robots")
    outcome = await book(pool, event, make_guest("Platzhalter"), make_guest("Contoh", ""))
    booking = await visitor.open(f"/b/{outcome.token}")
    assert "3 answers are still missing" in booking.text
    page = await visitor.open(f"/b/{outcome.token}/answers")
    page = await visitor.send(page, {"guest-0-q-hotel": "yes", "guest-1-q-hotel": "no", "q-arrival": "2027-04-22"})
    assert page.errors == {"guest-0-q-room": "Please fill this in."}
    page = await visitor.send(page, {"guest-0-q-room": "with 畳", "guest-0-q-topics": ["robots", "optics"]})
    assert ("Your changes are saved." in page.text, "still missing" in page.text) == (True, False)
    assert await stored_answers(pool, event.id) == [
        ("hotel", "Platzhalter", "yes"),
        ("hotel", "Contoh", "no"),
        ("room", "Platzhalter", "with 畳"),
        ("arrival", None, "2027-04-22"),
        ("topics", "Platzhalter", ["optics", "robots"]),
    ]


async def test_stored_answers_stand_in_the_form_and_unchanged_ones_stay(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    nights = await make_question(pool, event.id, "nights", "number")
    born = await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY, required=True)
    rules = await make_question(pool, event.id, "rules", "consent")
    given = [GivenAnswer(nights.id, 2.5), GivenAnswer(rules.id, True), sealed_answer(born, "1970-01-31", tokens=TOKENS, context="")]
    outcome = await book(pool, event, make_guest(answers=given))
    before = await pool.fetch("select question_id, value, sealed, answered_at from question_answers order by question_id")
    page = await visitor.open(f"/b/{outcome.token}/answers")
    assert [field for field in page.form.fields if field[0].startswith("guest-0-")] == [
        ("guest-0-q-nights", "2.5"),
        ("guest-0-q-born", ""),
        ("guest-0-q-born-sealed", "yes"),
        ("guest-0-q-rules", "yes"),
    ]
    assert "1970" not in page.html
    await visitor.send(page, {})
    assert await pool.fetch("select question_id, value, sealed, answered_at from question_answers order by question_id") == before
    await visitor.send(page, {"guest-0-q-nights": "", "guest-0-q-rules": []})
    assert await stored_answers(pool, event.id) == [("born", "Platzhalter", None)]


async def test_files_and_sealed_answers_can_be_replaced_and_removed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "badge", "file")
    await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY)
    outcome = await book(pool, event)
    path = f"/b/{outcome.token}/answers"
    await visitor.client.post(path, data={"guest-0-q-born": "1970-01-31"}, files={"guest-0-q-badge": ("名札.pdf", PDF)})
    page = await visitor.open(path)
    assert "名札.pdf" in page.text
    ((_slug, _who, first), (_born, _whose, sealed)) = await stored_answers(pool, event.id)
    assert (len(first), sealed) == (36, None)
    await visitor.client.post(path, data=dict(page.form.filled({})), files={"guest-0-q-badge": ("neu.pdf", PDF + b"%")})
    ((_slug, _who, second), _sealed) = await stored_answers(pool, event.id)
    assert second != first
    page = await visitor.open(path)
    await visitor.send(page, {"guest-0-q-badge-remove": "yes", "guest-0-q-born-remove": "yes"})
    assert await stored_answers(pool, event.id) == []


async def test_answers_close_at_their_own_deadline(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "hotel")
    outcome = await book(pool, event)
    await pool.execute("update events set deadlines = $2 where id = $1", event.id, {"answers": (now() - timedelta(minutes=1)).isoformat()})
    booking = await visitor.open(f"/b/{outcome.token}")
    found = [await visitor.client.get(f"/b/{outcome.token}/answers"), await visitor.client.post(f"/b/{outcome.token}/answers", data={})]
    assert [answer.status_code for answer in found] == [409, 409]
    assert f"/b/{outcome.token}/answers" not in booking.links
    assert await stored_answers(pool, event.id) == []


async def test_a_stranger_and_an_event_without_questions_have_no_page(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    found = [await visitor.client.get(f"/b/{token}/answers") for token in (outcome.token, "A" * 22)]
    assert [Page(answer).status for answer in found] == [404, 404]


async def test_what_a_registration_lacks_is_known(pool: Pool) -> None:
    event = await make_event(pool)
    hotel = await make_question(pool, event.id, "hotel", "choice", options="yes no", required=True)
    room = await make_question(pool, event.id, "room", required=True, condition=Condition("hotel", ["yes"]))
    await make_question(pool, event.id, "remark")
    complete = await book(pool, event, make_guest(answers=[GivenAnswer(hotel.id, "no")]))
    partly = await book(pool, event, make_guest(answers=[GivenAnswer(hotel.id, "yes")]), make_guest("Contoh"))
    ids = [row[0] for row in await pool.fetch("select id from registrations where event_id = $1 order by id", event.id)]
    lacking = await missing(pool, event.id, ids)
    slugs = {
        await pool.fetchval("select booking_id from registrations where id = $1", one): [question.slug for question in lacking[one]]
        for one in sorted(lacking, key=ids.index)
    }
    assert complete.booking_id not in slugs
    assert sorted([question.slug for question in questions] for questions in lacking.values()) == [["hotel"], ["room"]]
    assert set(slugs) == {partly.booking_id}
    assert room.slug == "room"
