"""Adding events to what a party has booked, and the page of the whole party."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from events.registration.queries import bookings_of_party
from tests.builders import book, fill, make_event, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

from .builders import book_together, make_event_at

ERIKA, MAX = make_guest(), make_guest("Muster", "Max")


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def three_events(pool: Pool, **changes: Any) -> list[Event]:
    programme_id = await make_programme(pool)
    hours = ((0, "Visit"), (4, "Workshop"), (9, "Dinner"))
    return [await make_event_at(pool, begins, title=title, programme_id=programme_id, **changes) for begins, title in hours]


async def ids(pool: Pool, lead_id: UUID) -> dict[str, str]:
    """The party's guests by given name."""
    return {place.guest.given_name: str(place.guest_id) for booking in await bookings_of_party(pool, lead_id) for place in booking.places}


async def places(pool: Pool, lead_id: UUID) -> list[tuple[str, str]]:
    rows = await pool.fetch(
        """
        select e.title ->> 'en', g.given_name || ' ' || r.state
        from guests g
        join registrations r on r.guest_id = g.id
        join events e on e.id = r.event_id
        where g.booking_id = $1
        order by e.starts_at, g.position
        """,
        lead_id,
    )
    return [(row[0], row[1]) for row in rows]


async def add(visitor: Visitor, token: str, answers: dict[str, str | list[str]]) -> Page:
    return await visitor.send(await visitor.open(f"/b/{token}/events"), answers)


async def test_guests_with_a_ticket_join_further_events_with_it(visitor: Visitor, pool: Pool) -> None:
    await pool.execute("truncate jobs")
    visit, workshop, dinner = await three_events(pool)
    lead = await book(pool, visit, ERIKA, MAX, mail=False)
    people = await ids(pool, lead.booking_id)
    page = await add(visitor, lead.token, {f"guests-{workshop.slug}": people["Erika"], f"guests-{dinner.slug}": [*people.values()]})
    assert (page.status, "Your 3 events" in page.text) == (200, True)
    assert await places(pool, lead.booking_id) == [
        ("Visit", "Erika confirmed"),
        ("Visit", "Max confirmed"),
        ("Workshop", "Erika confirmed"),
        ("Dinner", "Erika confirmed"),
        ("Dinner", "Max confirmed"),
    ]
    assert (
        await pool.fetchval("select count(*) from tickets t join guests g on g.id = t.guest_id where g.booking_id = $1", lead.booking_id)
        == 2
    )
    assert [row[0] for row in await pool.fetch("select name from jobs")] == ["programme_mail"]


async def test_same_form_sent_twice_adds_once(visitor: Visitor, pool: Pool) -> None:
    visit, _workshop, dinner = await three_events(pool)
    lead = await book(pool, visit)
    page = await visitor.open(f"/b/{lead.token}/events")
    answers: dict[str, str | list[str]] = {f"guests-{dinner.slug}": [*(await ids(pool, lead.booking_id)).values()]}
    assert [(await visitor.send(page, answers)).status for _ in range(2)] == [200, 200]
    assert [event for event, _guest in await places(pool, lead.booking_id)] == ["Visit", "Dinner"]


async def test_guest_who_gave_the_place_back_comes_again_with_the_same_ticket(visitor: Visitor, pool: Pool) -> None:
    visit, _workshop, dinner = await three_events(pool)
    lead, other = await book_together(pool, [visit, dinner], ERIKA)
    await visitor.send(await visitor.open(f"/b/{other.token}/cancellation"), {})
    gone = await places(pool, lead.booking_id)
    await add(visitor, lead.token, {f"guests-{dinner.slug}": [*(await ids(pool, lead.booking_id)).values()]})
    assert (gone[1], await places(pool, lead.booking_id)) == (
        ("Dinner", "Erika cancelled"),
        [("Visit", "Erika confirmed"), ("Dinner", "Erika confirmed")],
    )


async def test_lead_event_given_back_and_taken_again_keeps_the_page(visitor: Visitor, pool: Pool) -> None:
    visit, _workshop, dinner = await three_events(pool)
    lead, _other = await book_together(pool, [visit, dinner], ERIKA)
    await visitor.send(await visitor.open(f"/b/{lead.token}/cancellation"), {})
    page = await add(visitor, lead.token, {f"guests-{visit.slug}": [*(await ids(pool, lead.booking_id)).values()]})
    assert (page.status, "Your 2 events" in page.text) == (200, True)


async def test_clash_with_what_is_booked_is_explained(visitor: Visitor, pool: Pool) -> None:
    visit, _workshop, _dinner = await three_events(pool)
    programme_id = await pool.fetchval("select programme_id from events where id = $1", visit.id)
    talk = await make_event_at(pool, 0.5, title="Talk", programme_id=programme_id)
    lead = await book(pool, visit)
    answers: dict[str, str | list[str]] = {f"guests-{talk.slug}": [*(await ids(pool, lead.booking_id)).values()]}
    refused = await add(visitor, lead.token, answers)
    assert (refused.status, "“Visit” ends at 10:00 (JST), but “Talk” begins at 09:30 (JST) already." in refused.text) == (422, True)
    [answer] = [part.split('"')[0] for part in refused.html.split('name="clashes_known" value="')[1:]]
    assert (await visitor.send(refused, {"clashes_known": answer})).status == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("", "Please choose at least one event."),
        ("max_companions = 0", "Dinner admits 1 of you."),
        ("access = 'invited'", "Dinner: nobody can sign up there any more. Please take it out."),
    ],
)
async def test_what_cannot_be_added_is_said(visitor: Visitor, pool: Pool, change: str, words: str) -> None:
    visit, _workshop, dinner = await three_events(pool)
    lead = await book(pool, visit, ERIKA, MAX)
    page = await visitor.open(f"/b/{lead.token}/events")
    if change:
        await pool.execute(f"update events set {change} where id = $1", dinner.id)
    answers: dict[str, str | list[str]] = {f"guests-{dinner.slug}": [*(await ids(pool, lead.booking_id)).values()]} if change else {}
    refused = await visitor.send(page, answers)
    assert (refused.status, words in refused.text, len(await places(pool, lead.booking_id))) == (422, True, 2)


async def test_full_event_is_named_and_the_rest_is_booked(visitor: Visitor, pool: Pool) -> None:
    visit, workshop, dinner = await three_events(pool, capacity=1)
    await pool.execute("update events set waiting_list = false where id = $1", dinner.id)
    lead = await book(pool, visit)
    page = await visitor.open(f"/b/{lead.token}/events")
    await fill(pool, dinner, 1)
    [erika] = (await ids(pool, lead.booking_id)).values()
    shown = await visitor.send(page, {f"guests-{workshop.slug}": erika, f"guests-{dinner.slug}": erika})
    assert ("Dinner: there are not enough free places any more." in shown.text, await places(pool, lead.booking_id)) == (
        True,
        [("Visit", "Erika confirmed"), ("Workshop", "Erika confirmed")],
    )


async def test_every_token_of_the_party_leads_to_one_page(visitor: Visitor, pool: Pool) -> None:
    visit, _workshop, dinner = await three_events(pool)
    lead, other = await book_together(pool, [visit, dinner], ERIKA, MAX)
    answer = await visitor.client.get(f"/b/{other.token}?notice=cancelled")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/b/{lead.token}?notice=cancelled")
    page = await visitor.open(answer.headers["location"])
    assert page.text.index("Visit") < page.text.index("Dinner")
    for own in (lead.token, other.token):
        assert f"/b/{own}/cancellation" in page.links
    assert [link.partition("://")[0] for link in page.links if "/c/" in link] == ["webcal", "http"]


async def test_event_outside_a_programme_has_nothing_to_add(visitor: Visitor, pool: Pool) -> None:
    lead = await book(pool, await make_event(pool))
    page = await visitor.open(f"/b/{lead.token}")
    assert (page.status, f"/b/{lead.token}/events" in page.links) == (200, False)
    assert [(await visitor.open(path)).status for path in (f"/b/{lead.token}/events", "/b/unknown/events", "/b/unknown")] == [404] * 3
