"""Events that ask something: the second page of a sign-up for several."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from events.questions.model import Condition
from tests.builders import book, make_programme
from tests.questions.builders import make_question, stored_answers
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

from .builders import make_event_at

Answers = dict[str, str | list[str]]
ERIKA: Answers = {"given_name": "Erika", "family_name": "Platzhalter", "email": "erika@example.com", "privacy": "yes"}
MAX: Answers = {"companion-1-given_name": "Max", "companion-1-family_name": "Muster"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


@pytest.fixture
async def events(pool: Pool) -> list[Event]:
    """A visit that asks each guest for the hotel, a dinner that asks the party for a toast, and a walk that asks nothing."""
    programme_id = await make_programme(pool)
    made = [
        await make_event_at(pool, hours, title=title, programme_id=programme_id)
        for hours, title in ((0, "Visit"), (5, "Dinner"), (9, "Walk"))
    ]
    await make_question(pool, made[0].id, "hotel", required=True)
    await make_question(pool, made[1].id, "toast", "choice", options="yes no", per="booking")
    await make_question(pool, made[1].id, "words", per="booking", condition=Condition("toast", ["yes"]), required=True)
    return made


async def first_page(visitor: Visitor, pool: Pool, events: list[Event], answers: Answers) -> Page:
    slug = await pool.fetchval("select p.slug from programmes p join events e on e.programme_id = p.id where e.id = $1", events[0].id)
    chosen: Answers = {"events": [event.slug for event in events]}
    return await visitor.send(await visitor.open(f"/p/{slug}/registrations"), answers | chosen)


async def places(pool: Pool, event: Event) -> int:
    return int(await pool.fetchval("select count(*) from registrations where event_id = $1", event.id))


async def test_chosen_events_ask_on_a_second_page_and_all_is_booked_together(visitor: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, dinner, _walk = events
    asking = await first_page(visitor, pool, events, ERIKA | MAX)
    assert (asking.status, "A few more questions" in asking.text, await places(pool, visit)) == (200, True, 0)
    typed: Answers = {
        f"{visit.slug}--guest-0-q-hotel": "Grand",
        f"{visit.slug}--guest-1-q-hotel": "Station",
        f"{dinner.slug}--q-toast": "yes",
        f"{dinner.slug}--q-words": "To light!",
    }
    done = await visitor.send(asking, typed)
    assert (done.status, "Your 3 events" in done.text) == (200, True)
    assert await stored_answers(pool, visit.id) == [("hotel", "Platzhalter", "Grand"), ("hotel", "Muster", "Station")]
    assert await stored_answers(pool, dinner.id) == [("toast", None, "yes"), ("words", None, "To light!")]


async def test_missing_answers_keep_everything_that_was_typed(visitor: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, dinner, _walk = events
    asking = await first_page(visitor, pool, events, ERIKA)
    refused = await visitor.send(asking, {f"{dinner.slug}--q-toast": "yes"})
    assert (refused.status, sorted(refused.errors)) == (422, sorted([f"{visit.slug}--guest-0-q-hotel", f"{dinner.slug}--q-words"]))
    kept = set(ERIKA.items()) | {(f"{dinner.slug}--q-toast", "yes"), ("events", dinner.slug)}
    assert kept <= set(refused.form.fields)
    assert await places(pool, visit) == 0
    done = await visitor.send(refused, {f"{visit.slug}--guest-0-q-hotel": "Grand", f"{dinner.slug}--q-words": "Kanpai"})
    assert (done.status, await places(pool, visit)) == (200, 1)


async def test_events_without_questions_ask_nothing_more(visitor: Visitor, pool: Pool, events: list[Event]) -> None:
    done = await first_page(visitor, pool, events[2:], ERIKA)
    assert (done.status, await places(pool, events[2])) == (200, 1)


async def test_added_event_asks_those_who_join_it(visitor: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, _dinner, walk = events
    lead = await book(pool, walk)
    guest_id: UUID = await pool.fetchval("select id from guests where booking_id = $1", lead.booking_id)
    asking = await visitor.send(await visitor.open(f"/b/{lead.token}/events"), {f"guests-{visit.slug}": str(guest_id)})
    assert (asking.status, await places(pool, visit)) == (200, 0)
    await visitor.send(asking, {f"{visit.slug}--guest-0-q-hotel": "Grand"})
    answers: list[Any] = await stored_answers(pool, visit.id)
    assert answers == [("hotel", "Platzhalter", "Grand")]
