"""Offers as guests see them: accepting all or fewer, declining, running out, and getting back in line; whoever comes at once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Executor, Pool
from events.programme.model import Event
from events.registration import actions as registration
from events.registration.model import Outcome
from events.registration.queries import expire_holds
from tests.builders import TOKENS, book, fill, make_event, make_guest
from tests.selection.builders import mails_of, registrations_of, states_of, with_settings
from tests.staff import browser
from tests.visitor import Visitor


async def make_offering_event(db: Executor, *, capacity: int = 1, hours: int | None = 24, **given: Any) -> Event:
    """An event that is full and offers places that come free."""
    event = await with_settings(db, await make_event(db, capacity=capacity, **given), offer_hours=hours)
    await fill(db, event, capacity)
    return event


async def wait(db: Executor, event: Event, *names: str, **given: Any) -> Outcome:
    """A party in line."""
    return await book(db, event, *(make_guest(name) for name in names), accept_waitlist=True, **given)


async def free_places(db: Any, event: Event, places: int) -> None:
    """So many of those who fill the event give their places back."""
    rows = await db.fetch("select id from registrations where event_id = $1 and state = 'confirmed' order by id limit $2", event.id, places)
    async with db.acquire() as connection, connection.transaction():
        await registration.cancel_places(connection, event.id, [row["id"] for row in rows], actor="guest", now=now())


async def run_out(pool: Pool, event: Event) -> None:
    """The time to answer passes, and the sweep comes by."""
    await pool.execute(
        "update registrations set expires_at = now() - interval '1 second' where event_id = $1 and state = 'offered'", event.id
    )
    await expire_holds(pool, event.id, now())


@pytest.fixture
async def guest(app: Litestar) -> Any:
    async with browser(app) as client:
        yield Visitor(client)


async def test_place_that_comes_free_is_offered_and_taken_with_one_press(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    waiting = await wait(pool, event, "Next")
    places = await registrations_of(pool, waiting)
    await free_places(pool, event, 1)
    assert await states_of(pool, places) == ["offered"]

    page = await guest.open(f"/b/{waiting.token}/offers/{event.slug}")
    looked = await states_of(pool, places)
    booking = await guest.send(page, {})

    assert (page.status, "We keep it for you until" in page.text, looked) == (200, True, ["offered"])
    assert (booking.status, "Your place is reserved" in booking.text, await states_of(pool, places)) == (200, True, ["confirmed"])
    assert await mails_of(pool, event) == ["waitlisted", "offered", "cancelled", "confirmed"]
    assert await pool.fetchval("select state from waitlist_entries where booking_id = $1", waiting.booking_id) == "accepted"


async def test_party_takes_fewer_and_gives_the_rest_to_the_next(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool, capacity=3)
    three, next_one = await wait(pool, event, "Ada", "Ben", "Cy"), await wait(pool, event, "Next")
    await free_places(pool, event, 3)
    page = await guest.open(f"/b/{three.token}")
    ids = [value for name, value in page.forms[0].fields if name == "guests"]
    assert len(ids) == 3

    response = await guest.client.post(page.forms[0].action, data={"guests": ids[:2]})

    assert response.status_code == 303
    assert await states_of(pool, await registrations_of(pool, three)) == ["confirmed", "confirmed", "cancelled"]
    assert await states_of(pool, await registrations_of(pool, next_one)) == ["offered"]


async def test_nobody_chosen_is_asked_again(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool, capacity=2)
    two = await wait(pool, event, "Ada", "Ben")
    await free_places(pool, event, 2)

    page = await guest.send(await guest.open(f"/b/{two.token}/offers/{event.slug}"), {"guests": []})

    assert (page.status, page.errors) == (422, {"guests": "Please choose who is coming, or press “No, thank you”."})
    assert await states_of(pool, await registrations_of(pool, two)) == ["offered", "offered"]


async def test_declined_offer_goes_to_the_next(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    first, second = await wait(pool, event, "First"), await wait(pool, event, "Second")
    await free_places(pool, event, 1)
    refusals = [await guest.client.post(f"/b/{first.token}/offers/{event.slug}/refusal") for _ in range(2)]

    assert [answer.status_code for answer in refusals] == [303, 303]
    assert await states_of(pool, [*await registrations_of(pool, first), *await registrations_of(pool, second)]) == ["cancelled", "offered"]
    assert await pool.fetchval("select state from waitlist_entries where booking_id = $1", first.booking_id) == "withdrawn"


async def test_refusal_after_a_yes_in_another_tab_changes_nothing(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    waiting = await wait(pool, event, "Next")
    await free_places(pool, event, 1)
    await guest.send(await guest.open(f"/b/{waiting.token}/offers/{event.slug}"), {})

    answer = await guest.client.post(f"/b/{waiting.token}/offers/{event.slug}/refusal")

    assert (answer.status_code, await states_of(pool, await registrations_of(pool, waiting))) == (303, ["confirmed"])


async def test_offer_that_ran_out_tells_so_and_one_press_leads_back_to_the_end_of_the_line(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    late, second, third = [await wait(pool, event, name) for name in ("Late", "Second", "Third")]
    await free_places(pool, event, 1)
    await run_out(pool, event)
    answers = [await guest.client.post(f"/b/{late.token}/offers/{event.slug}/acceptance") for _ in range(2)]
    page = await guest.open(f"/b/{late.token}/offers/{event.slug}")
    assert ([answer.status_code for answer in answers], "This offer is over" in page.text) == ([410, 410], True)

    booking = await guest.send(page, {})
    again = await guest.client.post(f"/b/{late.token}/lines/{event.slug}")

    assert ("You are on the waiting list" in booking.text, again.status_code) == (True, 303)
    assert [(await states_of(pool, await registrations_of(pool, one)))[0] for one in (late, second, third)] == [
        "waitlisted",
        "offered",
        "waitlisted",
    ]
    line = await pool.fetch(
        "select booking_id from waitlist_entries where event_id = $1 and state = 'waiting' order by priority desc, id", event.id
    )
    assert [row["booking_id"] for row in line] == [third.booking_id, late.booking_id]
    assert (await mails_of(pool, event))[-3:] == ["offer_lapsed", "offered", "waitlisted"]


async def test_acceptance_at_the_deadline_is_too_late_even_before_the_sweep(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    waiting = await wait(pool, event, "Late")
    await free_places(pool, event, 1)
    await pool.execute(
        "update registrations set expires_at = now() - interval '1 second' where event_id = $1 and state = 'offered'", event.id
    )
    page = await guest.open(f"/b/{waiting.token}/offers/{event.slug}")

    places = await pool.fetch("select guest_id from registrations where booking_id = $1", waiting.booking_id)
    answer = await guest.client.post(f"/b/{waiting.token}/offers/{event.slug}/acceptance", data={"guests": str(places[0]["guest_id"])})

    assert ("This offer is over" in page.text, answer.status_code) == (True, 410)
    assert await states_of(pool, await registrations_of(pool, waiting)) == ["offered"]  # the sweep is about to take it


async def test_acceptance_and_expiry_and_two_tabs_at_once_agree(app: Litestar, pool: Pool) -> None:
    event = await make_offering_event(pool, capacity=10)
    waiting = [await wait(pool, event, f"Guest {n}") for n in range(10)]
    behind = [await wait(pool, event, f"Behind {n}") for n in range(10)]
    await free_places(pool, event, 10)
    ends = now() + timedelta(milliseconds=150)
    await pool.execute("update registrations set expires_at = $2 where event_id = $1 and state = 'offered'", event.id, ends)

    async with browser(app) as client:

        async def accept(outcome: Outcome, delay: float) -> int:
            await asyncio.sleep(delay)
            guest_id = await pool.fetchval("select guest_id from registrations where booking_id = $1", outcome.booking_id)
            answer = await client.post(f"/b/{outcome.token}/offers/{event.slug}/acceptance", data={"guests": str(guest_id)})
            return answer.status_code

        async def sweep(delay: float) -> None:
            await asyncio.sleep(delay)
            await expire_holds(pool, event.id, now())

        tabs = [accept(outcome, 0.03 * n) for n, outcome in enumerate(waiting) for _tab in range(2)]
        codes = (await asyncio.gather(*tabs, *(sweep(0.05 * n) for n in range(6)), return_exceptions=False))[: len(tabs)]

    states = [(await states_of(pool, await registrations_of(pool, outcome)))[0] for outcome in waiting]
    told = [set(codes[2 * n : 2 * n + 2]) for n in range(10)]
    assert [codes == {303} if state == "confirmed" else codes == {410} for state, codes in zip(states, told, strict=True)] == [True] * 10
    offered = [(await states_of(pool, await registrations_of(pool, outcome)))[0] for outcome in behind].count("offered")
    assert (states.count("confirmed") + offered, await pool.fetchval("select taken from pools where id = $1", event.id)) == (10, 10)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo", "America/New_York"])
async def test_deadline_lies_in_the_waking_hours_of_the_recipient_and_is_told_there(guest: Visitor, pool: Pool, zone: str) -> None:
    event = await make_offering_event(pool, hours=12)
    waiting = await wait(pool, event, "Next")
    await pool.execute("update bookings set time_zone = $2 where id = $1", waiting.booking_id, zone)
    await free_places(pool, event, 1)

    hour: datetime = await pool.fetchval(
        "select expires_at at time zone $2 from registrations where booking_id = $1", waiting.booking_id, zone
    )
    page = await guest.open(f"/b/{waiting.token}/offers/{event.slug}")

    assert 10 <= hour.hour + hour.minute / 60 <= 21
    assert f"{hour:%H:%M}" in page.text


@pytest.mark.parametrize(("locale", "zone"), [("de", "Europe/Berlin"), ("ja", "Asia/Tokyo"), ("en", None)])
async def test_offers_end_in_the_day_of_the_guests_language(pool: Pool, locale: str, zone: str | None) -> None:
    event = await make_offering_event(pool)
    booked = await book(pool, event, make_guest(), locale=locale, accept_waitlist=True)
    assert await pool.fetchval("select time_zone from bookings where id = $1", booked.booking_id) == zone


async def test_party_passed_over_is_told_so_and_keeps_its_place(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool, capacity=3, hours=None)
    three, one = await wait(pool, event, "Ada", "Ben", "Cy"), await wait(pool, event, "Small")
    await free_places(pool, event, 1)

    page = await guest.open(f"/b/{three.token}")

    assert await states_of(pool, await registrations_of(pool, one)) == ["confirmed"]
    assert "1 place came free, too few for the 3 of you. A smaller party was served; you keep your place in line." in page.text
    assert "You are next in line." in page.text


@pytest.mark.parametrize("path", ["offers/{slug}", "offers/{other}"])
async def test_foreign_or_guessed_addresses_are_not_found(guest: Visitor, pool: Pool, path: str) -> None:
    event, other = await make_offering_event(pool), await make_offering_event(pool)
    waiting = await wait(pool, event, "Next")
    await free_places(pool, event, 1)
    guessed = TOKENS.token("booking", UUID(int=7))
    where = path.format(slug=event.slug, other=other.slug)
    tokens = [guessed] if "{slug}" in path else [guessed, waiting.token]
    codes = set()
    for token in tokens:
        codes |= {(await guest.open(f"/b/{token}/{where}")).status}
        for answer in ("acceptance", "refusal"):
            codes |= {(await guest.client.post(f"/b/{token}/{where}/{answer}")).status_code}

    assert (codes, await states_of(pool, await registrations_of(pool, waiting))) == ({404}, ["offered"])


async def test_nobody_goes_back_to_a_line_that_is_closed(guest: Visitor, pool: Pool) -> None:
    event = await make_offering_event(pool)
    late = await wait(pool, event, "Late")
    await free_places(pool, event, 1)
    await run_out(pool, event)
    await with_settings(pool, event, waiting_list=False)

    page = await guest.open(f"/b/{late.token}/offers/{event.slug}")
    answer: httpx.Response = await guest.client.post(f"/b/{late.token}/lines/{event.slug}")

    assert (page.forms, "please write to the organiser" in page.text, answer.status_code) == ([], True, 409)
