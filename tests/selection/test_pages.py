"""The applications page: who sees whom, words said about several at once, and an honest answer about each."""

from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import ReviewRole, Role
from events.kit.database import Pool
from events.programme.model import Event
from events.selection.review_queries import PAGE_SIZE
from tests.builders import book, make_event, make_guest
from tests.selection.builders import apply_for, make_selective_event, registrations_of, states_of, with_settings
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor


def url(event: Event, path: str = "") -> str:
    return f"/organiser/events/{event.slug}/applications{path}"


async def say(client: httpx.AsyncClient, event: Event, *guests: UUID, **word: str) -> Page:
    """The page after a word was said about the guests."""
    data = {"guests": [str(guest) for guest in guests], "verdict": "approved"} | word
    answer = await client.post(url(event), data=data)
    while answer.is_redirect:
        answer = await client.get(answer.headers["location"])
    return Page(answer)


async def test_list_shows_what_is_missing_and_who_has_spoken(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    event = await with_settings(pool, event, reviewer_roles=["host", "security"])
    bare = make_guest("見本", "花子")
    await book(pool, event, bare)

    page = await Visitor(organiser).open(url(event))

    assert page.status == 200
    assert "Company Reading of the name Host: still open Security: still open" in page.text


async def test_several_are_judged_at_once_and_each_is_answered_for(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_selective_event(pool, capacity=1, holds_place=False, organiser_id=organiser_id)
    (first,), (second,) = await apply_for(pool, event, "First"), await apply_for(pool, event, "Second")

    page = await say(organiser, event, first, second)

    assert await states_of(pool, [first, second]) == ["confirmed", "waitlisted"]
    assert "First Approved. The ticket comes by mail." in page.text.replace("Erika ", "")
    assert "Approved, but no place is free: they are on the waiting list now" in page.text


async def test_guest_is_asked_for_what_is_missing_only_with_words(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    guests = await apply_for(pool, event, "Guest")
    refused = await say(organiser, event, *guests, verdict="incomplete")
    asked = await say(organiser, event, *guests, verdict="incomplete", missing="Your passport name, please")
    one = await Visitor(organiser).open(url(event, f"/{guests[0]}"))

    assert (refused.status, refused.errors) == (422, {"missing": "Please say what is missing: the guest is asked for it."})
    assert "Asked by mail for what is missing." in asked.text
    assert "Missing: Your passport name, please" in one.text
    payload = await pool.fetchval("select payload from jobs where payload ->> 'kind' = 'incomplete' order by id desc limit 1")
    assert (payload["registration_ids"], "passport" in str(payload)) == ([str(guests[0])], False)


async def test_nobody_ticked_and_no_word_are_asked_for(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await apply_for(pool, event, "Guest")

    page = await say(organiser, event, verdict="")

    assert (page.status, set(page.errors)) == (422, {"verdict", "guests"})


async def test_everybody_on_the_page_is_meant_with_one_tick(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    parties = [await apply_for(pool, event, f"Guest {n}") for n in range(3)]
    shown = [str(party[0]) for party in parties]

    await organiser.post(url(event), data={"everybody": "yes", "shown": shown, "verdict": "approved"})

    assert await states_of(pool, [party[0] for party in parties]) == ["confirmed"] * 3


async def test_list_is_searched_narrowed_and_goes_on(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    parties = [await apply_for(pool, event, f"Guest {n:02}", mail=False) for n in range(PAGE_SIZE + 2)]
    await say(organiser, event, parties[0][0], verdict="incomplete", missing="x")
    visitor = Visitor(organiser)
    page = await visitor.open(url(event))
    (more,) = [link for link in page.links if "after=" in link]
    rest, found, incomplete = (
        await visitor.open(more),
        await visitor.open(url(event, "?q=guest+07")),
        await visitor.open(url(event, "?group=incomplete")),
    )

    assert [f"Guest {n:02}" in page.text for n in (0, 49, 50)] == [True, True, False]
    assert [f"Guest {n:02}" in rest.text for n in (49, 50, 51)] == [False, True, True]
    assert [f"Guest {n:02}" in found.text for n in (6, 7)] == [False, True]
    assert [f"Guest {n:02}" in incomplete.text for n in (0, 1)] == [True, False]


async def test_withdrawn_application_disappears_and_comes_too_late(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, make_guest("Gone"))
    guests = await registrations_of(pool, outcome)
    guest_id = await pool.fetchval("select guest_id from registrations where id = $1", guests[0])
    await organiser.post(f"/b/{outcome.token}/cancellation", data={"guests": str(guest_id)})

    page = await say(organiser, event, *guests)

    assert (page.status, "Gone" in page.text, "the application was withdrawn" in page.text) == (200, False, True)
    assert await states_of(pool, guests) == ["cancelled"]


async def test_reviewer_sees_applications_and_nothing_else(app: Litestar, pool: Pool, event: Event) -> None:
    event = await with_settings(pool, event, reviewer_roles=["security"])
    guests = await apply_for(pool, event, "Guest", email="private@example.com")
    reviewer = await make_staff(pool, event.organiser_id, role=Role.REVIEWER, reviews=[ReviewRole.SECURITY])
    async with browser(app, await make_session(pool, reviewer)) as client:
        visitor = Visitor(client)
        start, page, one = await visitor.open("/organiser"), await visitor.open(url(event)), await visitor.open(url(event, f"/{guests[0]}"))
        rooms = ["", "/guests", "/waiting-list", "/phones", "/mails", "/pools", "/edit", "/cancellation", "/stream"]
        codes = {room: (await client.get(f"/organiser/events/{event.slug}{room}")).status_code for room in rooms}
        await say(client, event, *guests)

    assert (page.status, one.status, "private@example.com" in one.text + page.text) == (200, 200, False)
    assert set(codes.values()) == {403}
    assert [link for link in start.links if link.startswith("/organiser/events")] == [url(event)]
    assert [link for link in page.links if link.startswith("/organiser/events") and "applications" not in link] == []
    assert await states_of(pool, guests) == ["confirmed"]


@pytest.mark.parametrize("path", ["", "/{guest}"])
async def test_applications_are_for_this_organisers_staff_only(app: Litestar, pool: Pool, event: Event, path: str) -> None:
    guests = await apply_for(pool, event, "Confidential")
    stranger = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER, reviews=[ReviewRole.SECURITY])
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    mute = await make_staff(pool, event.organiser_id, role=Role.REVIEWER)
    target, codes = url(event, path.format(guest=guests[0])), []
    for staff in (stranger, door, mute):
        async with browser(app, await make_session(pool, staff)) as client:
            seen = await client.get(target)
            posted = await client.post(target, data={"guests": str(guests[0]), "verdict": "rejected", "role": "host"})
            codes.append((seen.status_code, "Confidential" in seen.text, posted.status_code))
    async with browser(app) as nobody:
        codes.append(((await nobody.get(target)).status_code, False, (await nobody.post(target)).status_code))

    assert codes == [(404, False, 404), (403, False, 403), (200, True, 403), (303, False, 303)]
    assert await states_of(pool, guests) == ["awaiting_approval"]


async def test_guest_of_another_event_is_not_found_through_ones_own(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    other = await make_selective_event(pool)
    guests = await apply_for(pool, other, "Confidential")
    page = await Visitor(organiser).open(url(event, f"/{guests[0]}"))
    await organiser.post(url(event, f"/{guests[0]}"), data={"verdict": "approved"})
    foreign_words = await Visitor(organiser).open(url(event, "?said=1-99999999"))

    assert (page.status, "Confidential" in page.text + foreign_words.text) == (404, False)
    assert await states_of(pool, guests) == ["awaiting_approval"]


async def test_approving_in_the_guest_list_is_a_word_of_the_host_like_any_other(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    event = await with_settings(pool, event, reviewer_roles=["host", "security"])
    (asked,), (declined,) = await apply_for(pool, event, "Asked"), await apply_for(pool, event, "Declined")
    base = f"/organiser/events/{event.slug}/guests"

    answer = await organiser.post(f"{base}/{asked}/approval")
    page = await Visitor(organiser).open(answer.headers["location"])
    await organiser.post(f"{base}/{declined}/cancellation", data={"reason": "no room"})

    assert await states_of(pool, [asked, declined]) == ["awaiting_approval", "cancelled"]
    assert "Your word is written down. Still to agree: Security." in page.text
    words = await pool.fetch("select role, verdict, reason from reviews where event_id = $1 order by id", event.id)
    assert [tuple(word) for word in words] == [("host", "approved", ""), ("host", "rejected", "no room")]
