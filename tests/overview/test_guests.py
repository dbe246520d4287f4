"""The organiser's guest list: found in every script, filtered, paged by key, decided upon; and nobody else's."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Pool
from events.overview.guest_queries import PAGE_SIZE
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, fill, make_event, make_guest, make_programme
from tests.overview.doors import arrive, registrations_of
from tests.staff import browser, make_session, make_staff

Statements = Callable[[], AbstractContextManager[list[str]]]


def names(answer: httpx.Response) -> list[str]:
    """The names of the list in order, as they are shown first."""
    assert answer.status_code == 200, answer.text
    return [unescape(name) for name in re.findall(r'<th scope="row"><div class="names">\s*<span[^>]*>([^<]*)<', answer.text)]


async def guests(client: httpx.AsyncClient, event: Event, **asked: str) -> list[str]:
    return names(await client.get(f"/organiser/events/{event.slug}/guests", params=asked))


async def japanese(pool: Pool, event: Event) -> Outcome:
    return await book(
        pool,
        event,
        make_guest(
            "見本",
            "花子",
            family_name_kana="ミホン",
            given_name_kana="ハナコ",
            family_name_latin="Mihon",
            given_name_latin="Hanako",
            company="株式会社みほん光学",
        ),
        email="hanako@example.com",
        contingent="japan",
    )


@pytest.mark.parametrize(
    "query", ["見本", "花子", "みほん", "ミホン", "mihon", "HANAKO", "mihon hana", "光学", "hanako@exam", "Hanako@example.com"]
)
async def test_guest_is_found_in_every_script(organiser: httpx.AsyncClient, pool: Pool, event: Event, query: str) -> None:
    await japanese(pool, event)
    await book(pool, event, make_guest("Müller", "Jörg"), email="joerg@example.com")
    other = await make_event(pool, organiser_id=event.organiser_id, contingents={"japan": 10})
    await japanese(pool, other)

    assert await guests(organiser, event, q=query) == ["Hanako Mihon"]


async def test_list_is_in_the_order_of_the_names_and_counts_every_group(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await japanese(pool, event)
    (arrived,) = await registrations_of(pool, await book(pool, event, make_guest("Öhrchen", "Ida")))
    await book(pool, event, make_guest("Zander", "Bo"), make_guest("Abel", "Cy"), contingent="thuringia")
    await arrive(pool, event, arrived, now())
    page = await organiser.get(f"/organiser/events/{event.slug}/guests")

    assert names(page) == ["Cy Abel", "Ida Öhrchen", "Bo Zander", "Hanako Mihon"]
    assert re.findall(r"<option[^>]*>([^<]*\(\d+\))</option>", page.text) == [
        "All guests (4)",
        "With a place (4)",
        "Still expected (3)",
        "Arrived (1)",
        "Inside now (1)",
    ]
    assert await guests(organiser, event, group="arrived") == ["Ida Öhrchen"]
    assert await guests(organiser, event, group="expected") == ["Cy Abel", "Bo Zander", "Hanako Mihon"]
    assert await guests(organiser, event, contingent="thuringia") == ["Cy Abel", "Bo Zander"]
    assert await guests(organiser, event, contingent="-") == ["Ida Öhrchen"]
    assert await guests(organiser, event, group="nonsense", contingent="nonsense") == [
        "Cy Abel",
        "Ida Öhrchen",
        "Bo Zander",
        "Hanako Mihon",
    ]


async def test_search_finds_no_pattern_characters(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await book(pool, event, email="a_b@example.com")
    await book(pool, event, make_guest("Other"), email="acb@example.com")

    assert await guests(organiser, event, q="a_b@") == ["Erika Platzhalter"]
    assert await guests(organiser, event, q="%@") == []


async def test_pages_lead_forwards_and_back_without_gaps(organiser: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(
        pool, capacity=200, organiser_id=await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    )
    await fill(pool, event, 2 * PAGE_SIZE + 7, party_size=1)
    url, seen, pages = f"/organiser/events/{event.slug}/guests", list[str](), list[list[str]]()
    while url:
        page = await organiser.get(url)
        pages.append(names(page))
        seen += pages[-1]
        (url,) = [unescape(link) for link in re.findall(r'rel="next" href="([^"]*)"', page.text)] or [""]
    backwards = []
    for _ in range(2):
        (url,) = [unescape(link) for link in re.findall(r'rel="prev" href="([^"]*)"', page.text)]
        page = await organiser.get(url)
        backwards.append(names(page))

    assert [len(page_names) for page_names in pages] == [PAGE_SIZE, PAGE_SIZE, 7]
    assert (len(set(seen)), seen) == (2 * PAGE_SIZE + 7, sorted(seen))
    assert backwards == [pages[1], pages[0]]
    assert 'rel="prev"' not in page.text


async def test_list_asks_as_often_for_three_guests_as_for_one(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, statements: Statements
) -> None:
    counts = []
    for party in (1, 2):
        await book(pool, event, *(make_guest(f"Guest {n}") for n in range(party)))
        with statements() as seen:
            await guests(organiser, event)
        counts.append(len(seen))

    assert counts[0] == counts[1]


async def test_cancelling_gives_the_place_to_who_waits(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, capacity=1, organiser_id=organiser_id)
    (guest,) = await registrations_of(pool, await book(pool, event, make_guest("Gone")))
    await book(pool, event, make_guest("Next"), accept_waitlist=True)
    path = f"/organiser/events/{event.slug}/guests/{guest}/cancellation"
    asked = await organiser.get(path)
    answer = await organiser.post(path, data={"reason": "asked by phone"})

    assert (asked.status_code, "Gone" in asked.text, answer.status_code) == (200, True, 303)
    states = await pool.fetch("select state from registrations where event_id = $1 order by id", event.id)
    assert [row[0] for row in states] == ["cancelled", "confirmed"]
    entry = await pool.fetchrow("select action, subject, detail from audit_entries where organiser_id = $1", organiser_id)
    assert tuple(entry or ()) == ("place_cancelled", f"registration:{guest}", {"event": event.slug})
    assert (await organiser.post(path, data={})).status_code == 404  # it is already free


async def test_applications_are_approved_and_declined(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, organiser_id=organiser_id, approval_required=True)
    (welcome,), (unwelcome,) = [await registrations_of(pool, await book(pool, event, make_guest(name))) for name in ("Yes", "No")]
    base = f"/organiser/events/{event.slug}/guests"
    answers = [
        await organiser.post(f"{base}/{welcome}/approval"),
        await organiser.post(f"{base}/{unwelcome}/cancellation", data={}),
        await organiser.post(f"{base}/{welcome}/approval"),
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 409]
    states = await pool.fetch("select state from registrations where id = any ($1) order by id", [welcome, unwelcome])
    kinds = await pool.fetch(
        "select payload ->> 'kind' from jobs where payload ->> 'event_id' = $1 order by id desc limit 2", str(event.id)
    )
    assert [row[0] for row in states] == ["confirmed", "cancelled"]
    assert [row[0] for row in kinds] == ["rejected", "approved"]


@pytest.mark.parametrize(
    "path", ["guests", "guests/{guest}/cancellation", "mails", "edit", "pools", "contingents/new", "cancellation", "phones"]
)
async def test_page_is_for_this_organisers_staff_only(app: Litestar, pool: Pool, event: Event, path: str) -> None:
    (guest,) = await registrations_of(pool, await book(pool, event, make_guest("Confidential")))
    url = f"/organiser/events/{event.slug}/{path.format(guest=guest)}"
    foreign = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER)
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    codes = []
    for staff in (foreign, door):
        async with browser(app, await make_session(pool, staff)) as client:
            answer = await client.get(url)
            codes.append((answer.status_code, "Confidential" in answer.text))
    async with browser(app) as nobody:
        codes.append(((await nobody.get(url)).status_code, False))

    assert codes == [(404, False), (403, False), (303, False)]


async def test_guest_of_another_event_is_not_found_through_ones_own(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool)
    (guest,) = await registrations_of(pool, await book(pool, foreign, make_guest("Confidential")))
    base = f"/organiser/events/{event.slug}/guests/{guest}"
    codes = [
        (await organiser.get(f"{base}/cancellation")).status_code,
        (await organiser.post(f"{base}/cancellation", data={})).status_code,
        (await organiser.post(f"{base}/approval")).status_code,
    ]

    assert (codes, await pool.fetchval("select state from registrations where id = $1", guest)) == ([404, 404, 404], "confirmed")


async def test_door_staff_see_the_board_without_the_ways_to_change_things(app: Litestar, pool: Pool, event: Event) -> None:
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    async with browser(app, await make_session(pool, door)) as client:
        board = await client.get(f"/organiser/events/{event.slug}")
        events = await client.get("/organiser")

    assert (board.status_code, f"/organiser/events/{event.slug}/edit" in board.text, "/guests" in board.text) == (200, False, False)
    assert (f"/organiser/events/{event.slug}" in events.text, "/organiser/events/new" in events.text) == (True, False)


async def test_list_of_events_holds_ones_own_only(app: Litestar, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool, title="Somebody else's dinner")
    other = await make_event(pool, organiser_id=event.organiser_id, title="Second dinner")
    await fill(pool, foreign, 2)
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        listed = re.findall(r'<a href="/organiser/events/([^"/]+)">', (await client.get("/organiser")).text)

    assert sorted(listed) == sorted([event.slug, other.slug])


async def test_events_page_leads_to_the_invitations_of_ones_own_programmes(app: Litestar, pool: Pool) -> None:
    own, foreign = [await make_programme(pool, slug=f"{name}-delegation") for name in ("own", "foreign")]
    event = await make_event(pool, programme_id=own)
    await make_event(pool, programme_id=foreign)
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        listed = re.findall(r'href="(/organiser/programmes/[^"]+)"', (await client.get("/organiser")).text)
        codes = [(await client.get(path)).status_code for path in listed]
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id, role=Role.DOOR))) as client:
        at_the_door = (await client.get("/organiser")).text

    assert (listed, codes, "/organiser/programmes/" in at_the_door) == (["/organiser/programmes/own-delegation/invitations"], [200], False)
