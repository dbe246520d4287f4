"""Organisers write, order, copy and withdraw questions; answers that are there keep their meaning."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from events.questions.actions import forget_unanswered
from events.questions.forms import sealed_answer
from events.questions.model import Condition, Limits, Per, Question, Sensitivity
from events.questions.queries import all_questions_of_event, questions_of_event
from tests.builders import book, make_event, make_guest, make_organiser
from tests.questions.builders import PNG, TOKENS, make_question
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, PageForm, Visitor


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def organiser_id(pool: Pool) -> UUID:
    return await make_organiser(pool)


@pytest.fixture
async def event(pool: Pool, organiser_id: UUID) -> Event:
    return await make_event(pool, organiser_id=organiser_id)


@pytest.fixture
async def visitor(app: Litestar, pool: Pool, organiser_id: UUID) -> AsyncIterator[Visitor]:
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
        yield Visitor(client)


def at(event: Event, rest: str = "") -> str:
    return f"/organiser/events/{event.slug}/questions{rest}"


def form(page: Page) -> PageForm:
    """The form about the question; the account's is another one."""
    (only,) = [one for one in page.forms if "/questions" in one.action]
    return only


async def send(visitor: Visitor, page: Page, answers: dict[str, str | list[str]]) -> Page:
    page.forms = [form(page)]
    return await visitor.send(page, answers)


async def press(visitor: Visitor, path: str, **fields: str) -> Page:
    response = await visitor.client.post(path, data=fields)
    while response.is_redirect:
        response = await visitor.client.get(response.headers["location"])
    return Page(response)


async def answer(pool: Pool, event: Event, question: Question, value: Any) -> None:
    """Somebody signs up and answers."""
    given = sealed_answer(question, value, tokens=TOKENS, context="test")
    await book(pool, event, make_guest(answers=[given]))


async def asked_now(pool: Pool, event: Event) -> list[str]:
    return [question.slug for question in await questions_of_event(pool, event.id)]


async def test_a_question_is_written_with_everything(visitor: Visitor, pool: Pool, event: Event) -> None:
    await make_question(pool, event.id, "hotel", "choice", options="yes no")
    page = await send(
        visitor,
        await visitor.open(at(event, "/new")),
        {
            "label_en": "Which evenings?",
            "label_de": "Welche Abende?",
            "label_ja": "どの晩ですか。",
            "help_en": "We book for you.",
            "kind": "multiple",
            "per": "booking",
            "sensitivity": "sensitive",
            "required": "yes",
            "option-1_en": "First night",
            "option-1_ja": "一日目",
            "option-3_en": "First night",
            "option-4_ja": "二日目",
            "most_chosen": "2",
        },
    )
    assert (page.status, "The question is in the form." in page.text) == (200, True)
    (_hotel, made) = await questions_of_event(pool, event.id)
    assert (made.slug, made.kind, made.per, made.sensitivity, made.required) == ("which-evenings", "multiple", "booking", "sensitive", True)
    assert made.label == {"en": "Which evenings?", "de": "Welche Abende?", "ja": "どの晩ですか。"}
    assert [(option.value, option.label) for option in made.options] == [
        ("first-night", {"en": "First night", "ja": "一日目"}),
        ("first-night-2", {"en": "First night"}),
        ("option", {"ja": "二日目"}),
    ]
    assert (made.limits, made.help) == (Limits(most=2), {"en": "We book for you."})


async def test_a_condition_looks_at_an_earlier_question(visitor: Visitor, pool: Pool, event: Event) -> None:
    await make_question(pool, event.id, "hotel", "choice", options="yes no")
    await make_question(pool, event.id, "rules", "consent")
    await make_question(pool, event.id, "secret", "choice", options="a b", sensitivity=Sensitivity.SECURITY)
    page = await visitor.open(at(event, "/new"))
    assert "if-secret" not in form(page).offered
    refused = await send(visitor, page, {"label_en": "Room", "condition": "hotel"})
    assert refused.errors == {"condition": "Please tick the answers for which this is asked."}
    await send(visitor, refused, {"if-hotel": ["yes"]})
    await send(visitor, await visitor.open(at(event, "/new")), {"label_en": "Sign", "condition": "rules"})
    assert [question.condition for question in (await questions_of_event(pool, event.id))[3:]] == [
        Condition("hotel", ["yes"]),
        Condition("rules", ["yes"]),
    ]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"label_en": ""}, {"label_en": "Please write the question in at least one language."}),
        ({"kind": "choice"}, {"option-1_en": "Please give at least two options."}),
        ({"kind": "poem"}, {"kind": "Please choose one of the options."}),
        ({"kind": "number", "least_number": "5", "most_number": "4"}, {"most_number": "This must not be less than the other limit."}),
        ({"kind": "number", "least_number": "few"}, {"least_number": "Please enter a number."}),
        ({"kind": "date", "least_date": "tomorrow"}, {"least_date": "Please enter a date, as in 2026-04-22."}),
        ({"kind": "text", "longest": "9000"}, {"longest": "Please enter a number from 1 to 500."}),
        ({"kind": "file", "megabytes": "50"}, {"megabytes": "Please enter a number from 1 to 5."}),
        ({"kind": "file", "types": []}, {"types": "Please choose at least one kind of file."}),
        (
            {"per": "booking", "condition": "hotel", "if-hotel": ["yes"]},
            {"condition": "A question for the whole booking cannot depend on what a single guest answers."},
        ),
    ],
)
async def test_what_cannot_be_asked_is_said_at_its_field(
    visitor: Visitor, pool: Pool, event: Event, typed: dict[str, str | list[str]], errors: dict[str, str]
) -> None:
    await make_question(pool, event.id, "hotel", "choice", options="yes no")
    page = await send(visitor, await visitor.open(at(event, "/new")), {"label_en": "Room", **typed})
    assert (page.status, page.errors) == (422, errors)
    assert await asked_now(pool, event) == ["hotel"]


async def test_answers_keep_kind_options_and_words_agreed_to(visitor: Visitor, pool: Pool, event: Event) -> None:
    bus = await make_question(pool, event.id, "bus", "choice", options="yes no maybe")
    rules = await make_question(pool, event.id, "rules", "consent", label={"en": "I come sober."})
    await book(
        pool,
        event,
        make_guest(answers=[sealed_answer(question, value, tokens=TOKENS, context="") for question, value in ((bus, "no"), (rules, True))]),
    )
    page = await visitor.open(at(event, f"/{bus.id}"))
    assert {"per", "sensitivity"} & form(page).offered == set()
    forged = dict(form(page).filled({})) | {"kind": "text", "per": "booking", "sensitivity": "security", "option-3_en": ""}
    await visitor.client.post(form(page).action, data=forged)
    refused = await send(visitor, await visitor.open(at(event, f"/{bus.id}")), {"option-2_en": "", "option-2_de": ""})
    assert refused.errors == {"option-1_en": "“No” was chosen by somebody, so it stays. You can only correct its words."}
    sober = await send(visitor, await visitor.open(at(event, f"/{rules.id}")), {"label_en": "I agree to everything.", "label_de": "Ja."})
    assert sober.errors == {"label_en": "Guests have agreed to these words, so they stay. Withdraw the question and ask a new one."}
    await send(visitor, await visitor.open(at(event, f"/{rules.id}")), {"label_de": "Ich komme nüchtern."})
    found = await questions_of_event(pool, event.id)
    assert [(one.kind, one.per, one.sensitivity, [option.value for option in one.options], one.label.get("en")) for one in found] == [
        ("choice", "guest", "ordinary", ["yes", "no", "maybe"], "Bus"),
        ("consent", "guest", "ordinary", [], "I come sober."),
    ]


async def test_an_option_nobody_chose_may_go_unless_answers_are_sealed(visitor: Visitor, pool: Pool, event: Event) -> None:
    topics = await make_question(pool, event.id, "topics", "multiple", options="optics robots sensing")
    secret = await make_question(pool, event.id, "secret", "choice", options="a b c", sensitivity=Sensitivity.SECURITY)
    await answer(pool, event, topics, ["optics", "robots"])
    await answer(pool, event, secret, "a")
    await send(visitor, await visitor.open(at(event, f"/{topics.id}")), {"option-3_en": "", "option-3_de": "", "option-1_en": "Light"})
    refused = await send(visitor, await visitor.open(at(event, f"/{secret.id}")), {"option-3_en": "", "option-3_de": ""})
    assert list(refused.errors) == ["option-1_en"]
    found = await questions_of_event(pool, event.id)
    assert [[(option.value, option.label["en"]) for option in one.options] for one in found] == [
        [("optics", "Light"), ("robots", "Robots")],
        [("a", "A"), ("b", "B"), ("c", "C")],
    ]


async def test_questions_change_places_but_never_overtake_what_they_depend_on(visitor: Visitor, pool: Pool, event: Event) -> None:
    ids = {slug: (await make_question(pool, event.id, slug, "choice", options="yes no")).id for slug in ("bus", "hotel")}
    ids["room"] = (await make_question(pool, event.id, "room", condition=Condition("hotel", ["yes"]))).id
    orders = []
    for slug, direction in (("hotel", "up"), ("bus", "down"), ("hotel", "up"), ("room", "up"), ("bus", "down"), ("hotel", "down")):
        await press(visitor, at(event, f"/{ids[slug]}/place"), direction=direction)
        orders.append(await asked_now(pool, event))
    assert orders == [
        ["hotel", "bus", "room"],
        ["hotel", "room", "bus"],
        ["hotel", "room", "bus"],
        ["hotel", "room", "bus"],
        ["hotel", "room", "bus"],
        ["hotel", "room", "bus"],
    ]


async def test_a_withdrawn_question_keeps_its_answers_and_may_come_back(visitor: Visitor, pool: Pool, event: Event) -> None:
    hotel = await make_question(pool, event.id, "hotel", "choice", options="yes no")
    room = await make_question(pool, event.id, "room", condition=Condition("hotel", ["yes"]))
    never = await make_question(pool, event.id, "never")
    await answer(pool, event, hotel, "yes")
    await answer(pool, event, room, "a quiet one")
    kept = await press(visitor, at(event, f"/{hotel.id}/withdrawal"))
    assert (kept.status, "“Room” is only asked because of this question, so it stays." in kept.text) == (409, True)
    for question in (room, hotel, never):
        await press(visitor, at(event, f"/{question.id}/withdrawal"))
    assert await asked_now(pool, event) == []
    assert [question.slug for question in await all_questions_of_event(pool, event.id)] == ["hotel", "room"]
    await press(visitor, at(event, f"/{room.id}/return"))
    (back,) = await questions_of_event(pool, event.id)
    assert (back.slug, back.condition, back.answered) == ("room", None, True)


async def test_a_question_nobody_answered_goes_when_no_form_with_it_is_under_way(visitor: Visitor, pool: Pool, event: Event) -> None:
    late, never = [await make_question(pool, event.id, slug) for slug in ("late", "never")]
    for question in (late, never):
        await press(visitor, at(event, f"/{question.id}/withdrawal"))
    await answer(pool, event, late, "sent from a page opened before")
    at_once = await forget_unanswered(pool)
    await pool.execute("update questions set withdrawn_at = withdrawn_at - interval '2 days' where event_id = $1", event.id)
    assert [at_once, await forget_unanswered(pool)] == [0, 1]
    assert [question.slug for question in await all_questions_of_event(pool, event.id)] == ["late"]


async def test_questions_are_taken_over_from_another_event_once(visitor: Visitor, pool: Pool, event: Event, organiser_id: UUID) -> None:
    other, foreign = await make_event(pool, organiser_id=organiser_id, title="Workshop"), await make_event(pool)
    for one in (other, foreign):
        await make_question(pool, one.id, "hotel", "choice", options="yes no", required=True)
        await make_question(pool, one.id, "room", condition=Condition("hotel", ["yes"]), per=Per.GUEST)
    await make_question(pool, event.id, "hotel", "choice", options="never")
    page = await visitor.open(at(event))
    assert str(foreign.id) not in page.html
    first = await press(visitor, at(event, "/copies"), event=str(other.id))
    again = await press(visitor, at(event, "/copies"), event=str(other.id))
    assert ["The questions are in the form" in first.text, "is asked here already" in again.text] == [True, True]
    assert (await press(visitor, at(event, "/copies"), event=str(foreign.id))).status == 404
    assert [(one.slug, one.condition) for one in await questions_of_event(pool, event.id)] == [("hotel", None), ("room", None)]


async def test_the_preview_says_what_a_guest_would_hear_and_keeps_nothing(visitor: Visitor, pool: Pool, event: Event) -> None:
    await make_question(pool, event.id, "badge", "file", required=True)
    await make_question(pool, event.id, "nights", "number", per=Per.BOOKING)
    page = await visitor.open(at(event, "/preview"))
    response = await visitor.client.post(form(page).action, data={"q-nights": "many"}, files={"q-badge": ("a.txt", b"hello")})
    assert (response.status_code, set(Page(response).errors)) == (422, {"q-badge", "q-nights"})
    response = await visitor.client.post(form(page).action, data={"q-nights": "3"}, files={"q-badge": ("a.png", PNG)})
    assert (response.status_code, "A guest could send this off." in response.text) == (200, True)
    assert await pool.fetchval("select count(*) from uploads where event_id = $1", event.id) == 0


@pytest.mark.parametrize("method", ["get", "post"])
async def test_another_organiser_finds_nothing(app: Litestar, pool: Pool, event: Event, method: str) -> None:
    question = await make_question(pool, event.id, "hotel")
    paths = {
        "get": ["", "/new", f"/{question.id}", "/preview"],
        "post": [
            "",
            f"/{question.id}",
            f"/{question.id}/place",
            f"/{question.id}/withdrawal",
            f"/{question.id}/return",
            "/copies",
            "/preview",
        ],
    }
    stranger = await make_session(pool, await make_staff(pool, await make_organiser(pool)))
    own = await make_event(pool)
    async with browser(app, stranger) as client:
        answers = [await client.request(method, at(event, path)) for path in paths[method]]
    assert {found.status_code for found in answers} == {404}
    assert await asked_now(pool, event) == ["hotel"]
    assert await asked_now(pool, own) == []
