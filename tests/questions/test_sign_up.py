"""Guests answer an event's questions in the real sign-up form."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.questions.model import Condition, Limits, Per, Sensitivity
from events.questions.sealing import unseal
from tests.builders import fill, make_event
from tests.questions.builders import PDF, PNG, TOKENS, make_question, stored_answers
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

ERIKA: dict[str, str | list[str]] = {"given_name": "Erika", "family_name": "Platzhalter", "email": "erika@example.com", "privacy": "yes"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def send_with_files(visitor: Visitor, page: Page, answers: dict[str, str | list[str]], files: dict[str, tuple[str, bytes]]) -> Page:
    """Sends the page's form as a browser sends one with files."""
    typed: dict[str, list[str]] = {}
    for name, value in page.form.filled(answers):
        if name not in files:
            typed.setdefault(name, []).append(value)
    response = await visitor.client.post(page.form.action, data=typed, files=files)
    while response.is_redirect:
        response = await visitor.client.get(response.headers["location"])
    return Page(response)


async def test_every_guest_answers_for_themselves_and_the_registrant_for_the_party(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "bus", "choice", options="yes no", required=True)
    await make_question(pool, event.id, "topics", "multiple", options="optics sensing robots")
    await make_question(pool, event.id, "nights", "number", limits=Limits(least=0, most=14))
    await make_question(pool, event.id, "arrival", "date", per=Per.BOOKING)
    await make_question(pool, event.id, "remark", "long_text", per=Per.BOOKING)
    await make_question(pool, event.id, "rules", "consent", required=True)
    page = await visitor.send(
        await visitor.open(f"/e/{event.slug}"),
        ERIKA
        | {"q-bus": "yes", "q-topics": ["robots", "optics"], "q-nights": "1,5", "q-arrival": "2027-04-22", "q-rules": "yes"}
        | {"q-remark": "髙見本 一郎 と 葛󠄀例 三郎\nŁukasz"}
        | {"companion-1-family_name": "Contoh", "companion-1-q-bus": "no", "companion-1-q-rules": "yes"},
    )
    assert (page.status, page.errors) == (200, {})
    assert await stored_answers(pool, event.id) == [
        ("bus", "Platzhalter", "yes"),
        ("bus", "Contoh", "no"),
        ("topics", "Platzhalter", ["optics", "robots"]),
        ("nights", "Platzhalter", 1.5),
        ("arrival", None, "2027-04-22"),
        ("remark", None, "髙見本 一郎 と 葛󠄀例 三郎\nŁukasz"),
        ("rules", "Platzhalter", True),
        ("rules", "Contoh", True),
    ]


async def test_errors_stand_beside_the_question_and_what_was_typed_stays(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "bus", "choice", options="yes no", required=True)
    await make_question(pool, event.id, "topics", "multiple", options="optics sensing robots", limits=Limits(most=1))
    await make_question(pool, event.id, "nights", "number", required=True, per=Per.BOOKING)
    page = await visitor.send(
        await visitor.open(f"/e/{event.slug}"), ERIKA | {"q-topics": ["robots", "optics"], "q-nights": "many", "q-bus": "never"}
    )
    assert (page.status, page.errors) == (
        422,
        {
            "q-bus": "Please choose one of the options.",
            "q-topics": "Please choose at most 1.",
            "q-nights": "Please enter a number.",
        },
    )
    assert [field for field in page.form.fields if field[0].startswith("q-")] == [
        ("q-topics", "optics"),
        ("q-topics", "robots"),
        ("q-nights", "many"),
    ]
    assert [link for link in page.links if link.startswith("#q-")] == ["#q-bus", "#q-topics", "#q-nights"]
    assert await stored_answers(pool, event.id) == []


async def test_what_is_not_asked_is_neither_required_nor_kept(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "hotel", "choice", options="yes no", required=True)
    await make_question(pool, event.id, "room", "text", required=True, condition=Condition("hotel", ["yes"]))
    await make_question(pool, event.id, "bed", "text", required=True, condition=Condition("room", ["never"]))
    page = await visitor.open(f"/e/{event.slug}")
    assert "Only if your answer to “Hotel” is: Yes." in page.text
    refused = await visitor.send(page, ERIKA | {"q-hotel": "yes"})
    assert refused.errors == {"q-room": "Please fill this in."}
    await visitor.send(refused, {"q-hotel": "no", "q-room": "with a view", "q-bed": "wide"})
    assert await stored_answers(pool, event.id) == [("hotel", "Platzhalter", "no")]


async def test_a_file_survives_an_error_elsewhere_and_is_stored_once(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    question = await make_question(pool, event.id, "badge", "file", required=True)
    page = await visitor.open(f"/e/{event.slug}")
    files = {"q-badge": ("髙見本 \u202e名簿.pdf", PDF)}
    refused = await send_with_files(visitor, page, ERIKA | {"family_name": ""}, files)
    assert refused.errors == {"family_name": "Please fill this in."}
    assert "髙見本 _名簿.pdf" in refused.text
    refused = await send_with_files(visitor, refused, {"family_name": ""}, files)
    done = await visitor.send(refused, {"family_name": "Platzhalter"})
    assert (done.status, done.errors) == (200, {})
    uploads = await pool.fetch("select id, file_name, media_type, size, content, verdict from uploads where event_id = $1", event.id)
    assert [tuple(upload)[1:] for upload in uploads] == [("髙見本 _名簿.pdf", "application/pdf", len(PDF), PDF, "unseen")]
    assert await stored_answers(pool, event.id) == [("badge", "Platzhalter", str(uploads[0]["id"]))]
    assert uploads[0]["id"] != question.id


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("photo.pdf", PNG, "Please send a file of one of these kinds: PDF."),
        ("virus.pdf", b"MZ" + PDF, "Please send a file of one of these kinds: PDF."),
        ("long.pdf", PDF + b" " * 2000, "This file is too large: at most 0.002 MB."),
        ("empty.pdf", b"", "This file is empty."),
    ],
)
async def test_a_file_is_known_by_its_content(visitor: Visitor, pool: Pool, name: str, content: bytes, error: str) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "badge", "file", limits=Limits(bytes=2000, types=["application/pdf"]))
    page = await send_with_files(visitor, await visitor.open(f"/e/{event.slug}"), ERIKA, {"q-badge": (name, content)})
    assert (page.status, page.errors) == (422, {"q-badge": error})
    assert await pool.fetchval("select count(*) from uploads where event_id = $1", event.id) == 0


async def test_the_reference_of_a_file_cannot_be_made_up_or_used_elsewhere(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "badge", "file")
    await make_question(pool, event.id, "passport", "file")
    page = await visitor.open(f"/e/{event.slug}")
    page = await send_with_files(visitor, page, ERIKA | {"email": ""}, {"q-badge": ("a.pdf", PDF)})
    (kept,) = [value for name, value in page.form.fields if name == "q-badge-kept"]
    guessed = await visitor.client.post(
        page.form.action,
        data=dict(page.form.filled({"email": "erika@example.com"}))
        | {"q-badge-kept": kept[:-1] + ("A" if kept[-1] != "A" else "B"), "q-passport-kept": kept},
    )
    assert guessed.status_code == 303
    assert await stored_answers(pool, event.id) == []


async def test_answers_for_security_are_sealed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    born = await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY)
    paper = await make_question(pool, event.id, "passport", "file", sensitivity=Sensitivity.SECURITY)
    page = await visitor.open(f"/e/{event.slug}")
    await send_with_files(visitor, page, ERIKA | {"q-born": "1970-01-31"}, {"q-passport": ("Platzhalter.pdf", PDF)})
    (answer,) = await pool.fetch("select sealed, value from question_answers where question_id = $1", born.id)
    assert (unseal(TOKENS, born.id, answer["sealed"]), answer["value"]) == (b'"1970-01-31"', None)
    (upload,) = await pool.fetch("select file_name, content, sealed from uploads where question_id = $1", paper.id)
    assert (upload["file_name"], PDF in upload["content"], upload["sealed"]) == ("", False, True)
    assert unseal(TOKENS, paper.id, upload["content"]).endswith(PDF)


async def test_the_same_form_sent_twice_is_one_booking(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY)
    await make_question(pool, event.id, "badge", "file", sensitivity=Sensitivity.SECURITY)
    page = await visitor.open(f"/e/{event.slug}")
    again = [await send_with_files(visitor, page, ERIKA | {"q-born": "1970-01-31"}, {"q-badge": ("a.pdf", PDF)}) for _time in range(2)]
    assert [found.url for found in again] == [again[0].url] * 2
    assert [await pool.fetchval(f"select count(*) from {table} where event_id = $1", event.id) for table in ("bookings", "uploads")] == [
        1,
        1,
    ]


async def test_answers_and_files_come_along_to_the_waiting_list(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await make_question(pool, event.id, "topics", "multiple", options="optics robots sensing")
    await make_question(pool, event.id, "badge", "file", required=True)
    page = await visitor.open(f"/e/{event.slug}")
    await fill(pool, event, 1)
    full = await send_with_files(visitor, page, ERIKA | {"q-topics": ["optics", "sensing"]}, {"q-badge": ("a.pdf", PDF)})
    assert (full.status, "There are not enough free places any more" in full.text) == (409, True)
    waiting = await visitor.send(full, {})
    assert "You are on the waiting list" in waiting.text
    ((_topics, _who, chosen), (_badge, _whose, upload)) = await stored_answers(pool, event.id)
    assert (chosen, len(upload)) == (["optics", "sensing"], 36)


async def test_unknown_questions_change_nothing(visitor: Visitor, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    await make_question(pool, event.id, "hotel")
    await make_question(pool, other.id, "dinner")
    page = await visitor.open(f"/e/{event.slug}")
    typed = dict(page.form.filled(ERIKA | {"q-hotel": "yes"})) | {"q-dinner": "fish", "q-": "x", "companion-9-q-hotel": "x"}
    answer = await visitor.client.post(page.form.action, data=typed)
    assert answer.status_code == 303
    assert [await stored_answers(pool, one.id) for one in (event, other)] == [[("hotel", "Platzhalter", "yes")], []]


async def test_a_form_without_files_stays_small(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "hotel")
    page = await visitor.open(f"/e/{event.slug}")
    assert "multipart/form-data" not in page.html
    large = await visitor.client.post(f"/e/{event.slug}/registrations", content=b"x" * 17_000_000)
    assert large.status_code == 413
