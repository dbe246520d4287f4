"""Signing up for several events at once, as somebody with a browser does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from litestar import Litestar

from events.itinerary import actions
from events.itinerary.model import Plan
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.tokens import random_token
from events.programme.model import Event, Programme
from events.programme.queries import programme_by_slug
from events.registration import actions as registration
from events.registration.claims import ClaimDesk
from events.registration.model import SignUp
from tests.builders import TOKENS, fill, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

from .builders import HANEDA, YOKOHAMA, make_event_at

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
async def programme_id(pool: Pool) -> UUID:
    return await make_programme(pool)


async def address(pool: Pool, programme_id: UUID) -> str:
    return f"/p/{await pool.fetchval('select slug from programmes where id = $1', programme_id)}/registrations"


async def three_events(pool: Pool, programme_id: UUID, **changes: Any) -> list[Event]:
    """A morning, an afternoon and an evening, far enough apart."""
    return [
        await make_event_at(pool, hours, title=title, programme_id=programme_id, **changes)
        for hours, title in ((0, "Visit"), (4, "Workshop"), (9, "Dinner"))
    ]


async def booked(pool: Pool, programme_id: UUID) -> list[tuple[Any, ...]]:
    """Every place of the programme: event, guest, state, whether the booking leads."""
    rows = await pool.fetch(
        """
        select e.title ->> 'en' as event, g.given_name, r.state, b.lead_id is null as leads
        from registrations r
        join events e on e.id = r.event_id
        join guests g on g.id = r.guest_id
        join bookings b on b.id = r.booking_id
        where e.programme_id = $1
        order by e.starts_at, g.position, r.id
        """,
        programme_id,
    )
    return [tuple(row) for row in rows]


async def tickets(pool: Pool, programme_id: UUID) -> int:
    count = await pool.fetchval(
        """
        select count(distinct t.id)
        from tickets t
        join registrations r on r.guest_id = t.guest_id
        join events e on e.id = r.event_id
        where e.programme_id = $1
        """,
        programme_id,
    )
    return int(count)


async def programme_by_id(pool: Pool, programme_id: UUID) -> Programme:
    programme = await programme_by_slug(pool, await pool.fetchval("select slug from programmes where id = $1", programme_id))
    assert programme is not None
    return programme


async def send(visitor: Visitor, pool: Pool, programme_id: UUID, answers: Answers) -> Page:
    return await visitor.send(await visitor.open(await address(pool, programme_id)), answers)


async def test_one_form_books_every_chosen_event_under_one_lead_and_ticket(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    visit, _workshop, dinner = await three_events(pool, programme_id)
    page = await send(visitor, pool, programme_id, ERIKA | {"events": [visit.slug, dinner.slug]})
    assert (page.status, urlsplit(page.url).path.split("/")[1]) == (200, "b")
    assert await booked(pool, programme_id) == [("Visit", "Erika", "confirmed", True), ("Dinner", "Erika", "confirmed", False)]
    assert await tickets(pool, programme_id) == 1


async def test_companions_come_to_some_or_to_all_that_admit_them(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    visit, workshop, dinner = await three_events(pool, programme_id, max_companions=2)
    await pool.execute("update events set max_companions = 0 where id = $1", workshop.id)
    anna: Answers = {"companion-2-family_name": "Beispiel", "companion-2-given_name": "Anna", "companion-2-events": [dinner.slug]}
    await send(visitor, pool, programme_id, ERIKA | MAX | anna | {"events": [visit.slug, workshop.slug, dinner.slug]})
    assert await booked(pool, programme_id) == [
        ("Visit", "Erika", "confirmed", True),
        ("Visit", "Max", "confirmed", True),
        ("Workshop", "Erika", "confirmed", False),
        ("Dinner", "Erika", "confirmed", False),
        ("Dinner", "Max", "confirmed", False),
        ("Dinner", "Anna", "confirmed", False),
    ]
    assert await tickets(pool, programme_id) == 3


async def test_each_event_answers_for_itself(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    visit, workshop, dinner = await three_events(pool, programme_id, capacity=1)
    await pool.execute("update events set approval_required = true where id = $1", visit.id)
    await pool.execute("update events set waiting_list = false where id = $1", dinner.id)
    page = await visitor.open(await address(pool, programme_id))
    await fill(pool, workshop, 1)
    await fill(pool, dinner, 1)
    shown = await visitor.send(page, ERIKA | {"events": [visit.slug, workshop.slug, dinner.slug], "waitlist": "yes"})
    erika = [row[:3] for row in await booked(pool, programme_id) if row[2] != "confirmed"]
    assert erika == [("Visit", "Erika", "awaiting_approval"), ("Workshop", "Erika", "waitlisted")]
    assert shown.url.endswith(f"?full={dinner.slug}")


async def test_everything_full_keeps_what_was_typed(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    [visit, *_others] = await three_events(pool, programme_id, capacity=1)
    page = await visitor.open(await address(pool, programme_id))
    await fill(pool, visit, 1)
    refused = await visitor.send(page, ERIKA | {"events": visit.slug})
    assert (refused.status, list(refused.errors)) == (409, ["events"])
    assert {name: value for name, value in refused.form.fields if name in ERIKA} == ERIKA
    assert ("events", visit.slug) in refused.form.fields


async def test_form_sent_twice_books_once_and_orders_one_mail(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    await pool.execute("truncate jobs")
    events = await three_events(pool, programme_id)
    page = await visitor.open(await address(pool, programme_id))
    answers = ERIKA | {"events": [event.slug for event in events]}
    first, second = await visitor.send(page, answers), await visitor.send(page, answers)
    assert (first.url, len(await booked(pool, programme_id))) == (second.url, 3)
    assert [tuple(row) for row in await pool.fetch("select name, run_at <= now() from jobs")] == [("programme_mail", True)]


async def test_form_sent_by_an_impatient_guest_at_the_same_time_books_once(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    await pool.execute("truncate jobs")
    events = await three_events(pool, programme_id)
    page = await visitor.open(await address(pool, programme_id))
    answers = ERIKA | MAX | {"events": [event.slug for event in events]}
    urls = {shown.url for shown in await asyncio.gather(*(visitor.send(page, answers) for _ in range(3)))}
    assert (len(urls), len(await booked(pool, programme_id)), await tickets(pool, programme_id)) == (1, 6, 2)
    assert [row[0] for row in await pool.fetch("select name from jobs")] == ["programme_mail"]


async def test_same_form_waits_for_itself_even_when_the_first_event_has_just_become_free(pool: Pool, programme_id: UUID) -> None:
    """Otherwise each of the two would lead a party of its own: one from the second event, the other from the first."""
    visit, _workshop, dinner = await three_events(pool, programme_id, capacity=1, waiting_list=False)
    [taken] = await fill(pool, visit, 1)
    programme = await programme_by_id(pool, programme_id)
    sign_up = SignUp(
        key=f"programme:{random_token()}", email="e@example.com", locale="en", source="form", guests=[make_guest()], mail=False
    )
    plan = Plan(programme=programme, sign_up=sign_up, attending=[(visit, [0]), (dinner, [0])])
    desk = ClaimDesk(pool, TOKENS)

    async def freed_and_sent_again() -> Any:
        async with pool.acquire() as tx, tx.transaction():
            rows = await tx.fetch("select id from registrations where booking_id = $1", taken.booking_id)
            await registration.cancel_places(tx, visit.id, [row[0] for row in rows], actor="guest", now=now(), mail=False)
        return await actions.sign_up(desk, plan, lead_id=None)

    answers = await asyncio.gather(actions.sign_up(desk, plan, lead_id=None), freed_and_sent_again())
    assert len({answer.lead_id for answer in answers}) == 1
    assert await tickets(pool, programme_id) == 2  # the one that was given back, and one for both events
    assert sum(leads for *_place, leads in await booked(pool, programme_id)) == 2


async def test_what_was_broken_off_between_two_events_is_completed(
    visitor: Visitor, pool: Pool, programme_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.execute("truncate jobs")
    events = await three_events(pool, programme_id)
    page = await visitor.open(await address(pool, programme_id))
    answers = ERIKA | MAX | {"events": [event.slug for event in events], "companion-1-events": [events[2].slug]}
    whole = registration.register

    async def dies_at_second(claims: Any, event: Event, sign_up: Any) -> Any:
        if event.id == events[1].id:
            raise ConnectionResetError
        return await whole(claims, event, sign_up)

    monkeypatch.setattr(actions, "register", dies_at_second)
    broken = await visitor.send(page, answers)
    waiting = [tuple(row) for row in await pool.fetch("select name, run_at <= now() from jobs")]
    assert (broken.status, waiting, len(await booked(pool, programme_id))) == (503, [("programme_mail", False)], 1)
    monkeypatch.setattr(actions, "register", whole)
    monkeypatch.setattr(actions, "ROUNDS", 1)
    await visitor.send(page, answers)
    assert await booked(pool, programme_id) == [
        ("Visit", "Erika", "confirmed", True),
        ("Workshop", "Erika", "confirmed", False),
        ("Dinner", "Erika", "confirmed", False),
        ("Dinner", "Max", "confirmed", False),
    ]
    assert await tickets(pool, programme_id) == 2
    assert [tuple(row) for row in await pool.fetch("select name, run_at <= now() from jobs")] == [("programme_mail", True)]


async def test_fresh_page_of_the_same_person_adds_to_what_is_booked(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    visit, _workshop, dinner = await three_events(pool, programme_id)
    first = await send(visitor, pool, programme_id, ERIKA | {"events": visit.slug})
    second = await send(visitor, pool, programme_id, ERIKA | {"events": [visit.slug, dinner.slug]})
    assert first.url == second.url
    assert await booked(pool, programme_id) == [("Visit", "Erika", "confirmed", True), ("Dinner", "Erika", "confirmed", False)]


async def test_somebody_else_in_the_same_browser_is_a_party_of_their_own(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    [visit, *_others] = await three_events(pool, programme_id)
    await send(visitor, pool, programme_id, ERIKA | {"events": visit.slug})
    await send(visitor, pool, programme_id, ERIKA | {"given_name": "Max", "events": visit.slug})
    assert await booked(pool, programme_id) == [("Visit", "Erika", "confirmed", True), ("Visit", "Max", "confirmed", True)]


async def test_clash_is_explained_and_booked_once_the_guest_knows(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    talk = await make_event_at(pool, 0, title="Talk", programme_id=programme_id, at=HANEDA)
    lunch = await make_event_at(pool, 1.25, title="Lunch", programme_id=programme_id, at=YOKOHAMA)
    refused = await send(visitor, pool, programme_id, ERIKA | {"events": [talk.slug, lunch.slug]})
    assert (refused.status, list(refused.errors)) == (422, ["clashes_known"])
    assert "The way to Harbour Terrace takes about 55 minutes" in refused.text
    assert await booked(pool, programme_id) == []
    [answer] = [part.split('"')[0] for part in refused.html.split('name="clashes_known" value="')[1:]]
    done = await visitor.send(refused, {"clashes_known": answer})
    assert (done.status, len(await booked(pool, programme_id))) == (200, 2)


async def test_companions_at_different_events_do_not_clash(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    early = await make_event_at(pool, 0, 2, title="Early", programme_id=programme_id)
    late = await make_event_at(pool, 3, title="Late", programme_id=programme_id)
    page = await send(visitor, pool, programme_id, ERIKA | MAX | {"events": [early.slug, late.slug], "companion-1-events": [late.slug]})
    assert (page.status, len(await booked(pool, programme_id))) == (200, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("access = 'invited'", "By invitation"),
        ("registration_closes_at = now()", "Registration closed"),
        ("status = 'cancelled'", "Called off"),
    ],
)
async def test_what_nobody_can_sign_up_for_is_shown_but_not_offered(
    visitor: Visitor, pool: Pool, programme_id: UUID, change: str, words: str
) -> None:
    visit, _workshop, dinner = await three_events(pool, programme_id)
    page = await visitor.open(await address(pool, programme_id))
    await pool.execute(f"update events set {change} where id = $1", dinner.id)
    shown = await visitor.open(await address(pool, programme_id))
    assert (words in shown.text, f'value="{dinner.slug}"' in shown.html) == (True, False)
    refused = await visitor.send(page, ERIKA | {"events": [visit.slug, dinner.slug]})
    assert (refused.status, refused.errors["events"]) == (422, "Dinner: nobody can sign up there any more. Please take it out.")
    assert await booked(pool, programme_id) == []


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"events": []}, ["events"]),
        ({"email": "erika@"}, ["email"]),
        ({"privacy": []}, ["privacy"]),
        (MAX | {"companion-1-events": ["dinner"]}, ["companion-1-events"]),
        (MAX | {"companion-1-given_name": "Erika", "companion-1-family_name": "Platzhalter"}, ["companion-1-family_name"]),
    ],
)
async def test_errors_stand_beside_their_fields_and_nothing_is_lost(
    visitor: Visitor, pool: Pool, programme_id: UUID, typed: Answers, errors: list[str]
) -> None:
    visit, _workshop, dinner = await three_events(pool, programme_id)
    known = {"companion-1-events": [dinner.slug]} if typed.get("companion-1-events") else {}
    answers = ERIKA | {"events": [visit.slug]} | typed | known
    page = await send(visitor, pool, programme_id, answers)
    kept = {(name, one) for name, value in answers.items() for one in ([value] if isinstance(value, str) else value)}
    assert (page.status, list(page.errors)) == (422, errors)
    assert kept <= set(page.form.fields)
    assert await booked(pool, programme_id) == []


async def test_too_many_companions_at_one_event_are_asked_to_choose(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    visit, _workshop, dinner = await three_events(pool, programme_id, max_companions=2)
    await pool.execute("update events set max_companions = 1 where id = $1", visit.id)
    two: Answers = MAX | {"companion-2-family_name": "Beispiel"}
    page = await send(visitor, pool, programme_id, ERIKA | two | {"events": [visit.slug, dinner.slug]})
    assert page.errors == {"companion-2-events": "Visit admits one companion. Please tick where this one comes along."}


async def test_programme_without_open_events_says_so(visitor: Visitor, pool: Pool, programme_id: UUID) -> None:
    await make_event_at(pool, 0, programme_id=programme_id, closes_at=now() - timedelta(hours=1))
    page = await visitor.open(await address(pool, programme_id))
    assert (page.status, page.forms, "Nobody can sign up here just now" in page.text) == (200, [], True)


async def test_unknown_programme_is_not_found(visitor: Visitor) -> None:
    assert (await visitor.open("/p/unknown/registrations")).status == 404
