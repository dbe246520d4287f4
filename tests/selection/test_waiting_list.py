"""The organiser's waiting list: its order and what departs from it, always openly."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import register
from events.registration.claims import ClaimDesk
from events.registration.model import Outcome, SignUp
from events.registration.queries import booking_by_id
from events.selection import line_queries
from events.selection.errors import NotEnoughFree, NotInLine
from events.selection.line_actions import offer_out_of_turn, set_priority
from tests.builders import TOKENS, fill, make_event, make_guest
from tests.selection.builders import mails_of, registrations_of, states_of, with_settings
from tests.selection.test_offers import free_places, make_offering_event, run_out, wait
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor


@pytest.fixture
async def full_event(pool: Pool, event: Event) -> Event:
    """Full, with offers, of the signed-in organiser."""
    return await make_offering_event(pool, capacity=3, organiser_id=event.organiser_id)


async def party_page(organiser: httpx.AsyncClient, event: Event, outcome: Outcome) -> Page:
    page = await Visitor(organiser).open(f"/organiser/events/{event.slug}/waiting-list/{outcome.booking_id}")
    assert page.status == 200
    return page


async def press(organiser: httpx.AsyncClient, event: Event, outcome: Outcome, what: str, **data: str) -> httpx.Response:
    return await organiser.post(f"/organiser/events/{event.slug}/waiting-list/{outcome.booking_id}/{what}", data=data)


async def order(pool: Pool, event: Event) -> list[Any]:
    return [party.booking_id for party in await line_queries.parties_in_line(pool, event.id, after=0)]


async def audited(pool: Pool, event: Event) -> list[tuple[str, dict[str, Any]]]:
    rows = await pool.fetch("select action, detail from audit_entries where detail ->> 'event' = $1 order by id", event.slug)
    return [tuple(row) for row in rows]


async def test_list_shows_the_order_and_why_a_party_was_passed_over(organiser: httpx.AsyncClient, pool: Pool, full_event: Event) -> None:
    await with_settings(pool, full_event, offer_hours=None)
    await wait(pool, full_event, "Large", "Ben", "Cy")
    small, last = await wait(pool, full_event, "Small"), await wait(pool, full_event, "Last", "Dee")
    await free_places(pool, full_event, 1)

    page = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list")

    assert await states_of(pool, await registrations_of(pool, small)) == ["confirmed"]
    assert "passed over once: needs 3, 1 was free on" in page.text
    assert page.text.index("Large") < page.text.index("Last") < page.text.index("Served lately") < page.text.index("Small")
    assert "5 guests wait · 0 places are free" in page.text
    assert last.booking_id in await order(pool, full_event)


async def test_priority_moves_a_party_and_needs_a_reason(organiser: httpx.AsyncClient, pool: Pool, full_event: Event) -> None:
    first, second = await wait(pool, full_event, "First"), await wait(pool, full_event, "Second")
    refused = await press(organiser, full_event, second, "priority", priority="2")
    accepted = await press(organiser, full_event, second, "priority", priority="2", reason="guest of honour")

    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert await order(pool, full_event) == [second.booking_id, first.booking_id]
    assert await audited(pool, full_event) == [("priority_set", {"event": full_event.slug, "from": 0, "to": 2})]
    assert "guest of honour" in (await party_page(organiser, full_event, second)).text
    await free_places(pool, full_event, 1)
    assert await states_of(pool, [*await registrations_of(pool, first), *await registrations_of(pool, second)]) == ["waitlisted", "offered"]


async def test_party_is_served_out_of_turn_only_when_enough_is_free_and_shown_as_such(
    organiser: httpx.AsyncClient, pool: Pool, full_event: Event
) -> None:
    large, pair = await wait(pool, full_event, "Ada", "Ben", "Cy"), await wait(pool, full_event, "Dee", "Eve")
    await free_places(pool, full_event, 1)
    too_few = await press(organiser, full_event, pair, "offer")
    one = await wait(pool, full_event, "Flo")
    before = await states_of(pool, await registrations_of(pool, one))
    served = await press(organiser, full_event, one, "offer")

    assert (too_few.status_code, "This party needs 2 places; free for it now: 1." in too_few.text) == (409, True)
    assert (before, served.status_code, await states_of(pool, await registrations_of(pool, one))) == (["waitlisted"], 303, ["offered"])
    assert await order(pool, full_event) == [large.booking_id, pair.booking_id]
    page = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list")
    assert "out of turn" in page.text
    assert await audited(pool, full_event) == [("offered_out_of_turn", {"event": full_event.slug, "position": 3, "guests": 1})]
    assert (await press(organiser, full_event, one, "offer")).status_code == 409


async def test_offer_is_taken_back_and_the_next_is_asked(organiser: httpx.AsyncClient, pool: Pool, full_event: Event) -> None:
    first, second = await wait(pool, full_event, "First"), await wait(pool, full_event, "Second")
    await free_places(pool, full_event, 1)
    asked = "Take the offer back" in (await party_page(organiser, full_event, first)).text

    done = await press(organiser, full_event, first, "withdrawal", withdrawal_reason="a mistake")

    assert (asked, done.status_code) == (True, 303)
    assert await states_of(pool, [*await registrations_of(pool, first), *await registrations_of(pool, second)]) == ["cancelled", "offered"]
    assert "offer_withdrawn" in await mails_of(pool, full_event)
    assert "mistake" not in str(await pool.fetch("select payload from jobs"))
    assert (await press(organiser, full_event, first, "withdrawal")).status_code == 409


@pytest.mark.parametrize(("place", "ahead"), [("end", False), ("former", True)])
async def test_party_that_missed_its_offer_is_put_back(
    organiser: httpx.AsyncClient, pool: Pool, full_event: Event, place: str, ahead: bool
) -> None:
    late, second, third = [await wait(pool, full_event, name) for name in ("Late", "Second", "Third")]
    await free_places(pool, full_event, 1)
    await run_out(pool, full_event)
    assert await states_of(pool, await registrations_of(pool, second)) == ["offered"]
    list_page = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list")

    answers = [(await press(organiser, full_event, late, "return", place=place)).status_code for _ in range(2)]

    assert ("Missed their offer" in list_page.text, answers) == (True, [303, 409])
    assert await order(pool, full_event) == ([late.booking_id, third.booking_id] if ahead else [third.booking_id, late.booking_id])
    assert await pool.fetchval("select waiting from pools where id = $1", full_event.id) == 2
    assert (await audited(pool, full_event))[-1] == ("put_back_in_line", {"event": full_event.slug, "former_place": ahead})


async def test_party_that_came_back_with_another_booking_stands_there_only(
    organiser: httpx.AsyncClient, pool: Pool, full_event: Event
) -> None:
    """As an invitee does who missed an offer and accepts again: the guest is the same, the booking is another one."""
    missed = await wait(pool, full_event, "Late")
    await free_places(pool, full_event, 1)
    await run_out(pool, full_event)
    guest_id = await pool.fetchval("select guest_id from registrations where booking_id = $1", missed.booking_id)
    sign_up = SignUp(
        key="again",
        email="late@example.com",
        locale="en",
        source="form",
        guests=[make_guest("Late", guest_id=guest_id)],
        accept_waitlist=True,
        lead_id=missed.booking_id,
    )
    again = await register(ClaimDesk(pool, TOKENS), full_event, sign_up)

    page = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list")
    former = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list/{missed.booking_id}")

    assert (page.status, former.status, again.booking_id == missed.booking_id) == (200, 404, False)


async def test_long_list_goes_on_to_another_page(organiser: httpx.AsyncClient, pool: Pool, full_event: Event) -> None:
    for n in range(line_queries.PAGE_SIZE + 3):
        await wait(pool, full_event, f"Guest {n:02}", mail=False)

    page = await Visitor(organiser).open(f"/organiser/events/{full_event.slug}/waiting-list")
    (more,) = [link for link in page.links if "after=" in link]
    rest = await Visitor(organiser).open(more)

    assert [f"Guest {n:02}" in page.text for n in (0, 49, 50)] == [True, True, False]
    assert [f"Guest {n:02}" in rest.text for n in (49, 50, 52)] == [False, True, True]


@pytest.mark.parametrize("what", ["", "/priority", "/offer", "/withdrawal", "/return"])
async def test_waiting_list_is_for_this_organisers_staff_only(app: Litestar, pool: Pool, full_event: Event, what: str) -> None:
    waiting = await wait(pool, full_event, "Confidential")
    stranger_event = await make_event(pool)
    stranger = await make_staff(pool, stranger_event.organiser_id, role=Role.OWNER)
    others = [await make_staff(pool, full_event.organiser_id, role=role) for role in (Role.DOOR, Role.REVIEWER)]
    codes = []
    for staff in (stranger, *others):
        async with browser(app, await make_session(pool, staff)) as client:
            url = f"/organiser/events/{full_event.slug}/waiting-list/{waiting.booking_id}{what}"
            answer = await (client.post(url, data={"priority": "9", "reason": "x"}) if what else client.get(url))
            codes.append((answer.status_code, "Confidential" in answer.text))
    async with browser(app, await make_session(pool, stranger)) as client:  # through an event of one's own
        url = f"/organiser/events/{stranger_event.slug}/waiting-list/{waiting.booking_id}{what}"
        answer = await (client.post(url, data={"priority": "9", "reason": "x"}) if what else client.get(url))
        codes.append((answer.status_code, "Confidential" in answer.text))

    assert codes == [(404, False), (403, False), (403, False), (404, False)]
    assert await order(pool, full_event) == [waiting.booking_id]


async def test_serving_out_of_turn_and_sweeps_at_once_never_oversell(pool: Pool) -> None:
    event = await make_offering_event(pool, capacity=6, contingents={"closed": 2})
    staff = await make_staff(pool, event.organiser_id)
    parties = [await wait(pool, event, *(f"Guest {n}-{m}" for m in range(1 + n % 3))) for n in range(12)]

    async def serve(outcome: Outcome) -> None:
        with suppress(NotEnoughFree, NotInLine):
            async with pool.acquire() as connection, connection.transaction():
                await offer_out_of_turn(connection, event, staff, outcome.booking_id, now=now())

    async def prefer(outcome: Outcome, priority: int) -> None:
        with suppress(NotInLine):
            async with pool.acquire() as connection, connection.transaction():
                await set_priority(connection, event, staff, outcome.booking_id, priority=priority, reason="x")

    await asyncio.gather(
        *(serve(one) for one in parties),
        *(free_places(pool, event, 1) for _ in range(5)),
        *(prefer(one, n % 4) for n, one in enumerate(parties)),
    )

    root = await pool.fetchrow("select capacity, taken, waiting from pools where id = $1", event.id)
    assert root is not None
    counted = await pool.fetchrow(
        """
        select count(*) filter (where pool_id is not null) as taken, count(*) filter (where state = 'waitlisted') as waiting
        from registrations
        where event_id = $1
        """,
        event.id,
    )
    assert (root["taken"], root["waiting"]) == tuple(counted or ())
    assert root["taken"] <= root["capacity"]


async def test_party_keeps_together_when_it_is_served(pool: Pool) -> None:
    event = await with_settings(pool, await make_event(pool, capacity=4), offer_hours=24)
    await fill(pool, event, 4)
    three = await wait(pool, event, "Ada", "Ben", "Cy")
    await free_places(pool, event, 2)
    before = await states_of(pool, await registrations_of(pool, three))
    await free_places(pool, event, 1)

    booking = await booking_by_id(pool, three.booking_id)
    assert booking is not None
    assert (before, len(booking.offered_places), len({place.expires_at for place in booking.offered_places})) == (["waitlisted"] * 3, 3, 1)
