"""The subscribed calendar as calendar programs read it: again and again, and only what has changed."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import pytest
from icalendar import Calendar
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import cancel_places
from events.registration.feed_links import as_webcal, guest_feed_url, party_feed_url
from events.registration.model import Outcome
from events.registration.queries import booking_by_id, bookings_of_party
from tests.builders import BASE_URL, TOKENS, book, make_guest, make_programme
from tests.staff import browser, running_app

from .builders import book_together, make_event_at

HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ")


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as opened:
        yield opened


async def two_events(pool: Pool, **changes: Any) -> list[Event]:
    programme_id = await make_programme(pool)
    given = {"programme_id": programme_id} | changes
    return [await make_event_at(pool, 0, title="Visit", **given), await make_event_at(pool, 9, title="Dinner", **given)]


def address(lead_id: UUID) -> str:
    return party_feed_url(BASE_URL, TOKENS, lead_id).removeprefix(BASE_URL)


async def read(client: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    """The entries in order of time, as a calendar program takes them in."""
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    found = Calendar.from_ical(answer.text).events
    return [{name: str(one[name]) for name in ("summary", "status", "sequence", "transp")} for one in sorted(found, key=lambda e: e.start)]


async def give_back(pool: Pool, outcome: Outcome, event: Event) -> None:
    async with pool.acquire() as tx, tx.transaction():
        rows = await tx.fetch(
            "select r.id from registrations r join bookings b on b.id = r.booking_id where r.event_id = $1 and b.id = $2",
            event.id,
            outcome.booking_id,
        )
        await cancel_places(tx, event.id, [row[0] for row in rows], actor="guest", now=now())


async def test_feed_tells_each_event_of_the_party_in_its_zone(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool)
    lead, _other = await book_together(pool, [visit, dinner], HANAKO, locale="ja")
    answer = await client.get(address(lead.booking_id))
    calendar = Calendar.from_ical(answer.text)
    [zone] = calendar.walk("VTIMEZONE")
    starts = [(one.start, one["dtstart"].params["TZID"]) for one in calendar.events]
    assert (str(zone["tzid"]), starts) == ("Asia/Tokyo", [(visit.starts_at, "Asia/Tokyo"), (dinner.starts_at, "Asia/Tokyo")])
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in answer.text
    assert str(calendar["x-wr-calname"]) == "Japan delegation"
    assert "受付開始" in answer.text


async def test_feed_names_no_person_and_leads_to_nothing_of_the_booking(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool)
    lead, other = await book_together(pool, [visit, dinner], HANAKO, email="registrant@example.com")
    text = (await client.get(address(lead.booking_id))).text.replace("\r\n ", "")
    secrets = [lead.token, other.token, lead.tickets[0].code, "registrant@example.com", "見本", "花子", "/b/", "/t/"]
    assert [secret for secret in secrets if secret in text] == []


async def test_feed_follows_what_becomes_of_the_places(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool, capacity=1)
    lead, other = await book_together(pool, [visit, dinner])
    path = address(lead.booking_id)
    before = await read(client, path)
    await give_back(pool, other, dinner)
    given_back = await read(client, path)
    await pool.execute("update events set ends_at = ends_at + interval '1 hour', version = version + 1 where id = $1", visit.id)
    moved = await read(client, path)
    sure = {"status": "CONFIRMED", "transp": "OPAQUE"}
    gone = {"summary": "Dinner – Given back", "status": "CANCELLED", "transp": "TRANSPARENT", "sequence": "2"}
    assert before == [{"summary": "Visit", "sequence": "1"} | sure, {"summary": "Dinner", "sequence": "1"} | sure]
    assert given_back == [{"summary": "Visit", "sequence": "1"} | sure, gone]
    assert moved == [{"summary": "Visit", "sequence": "2"} | sure, gone]


async def test_versions_only_grow_when_a_place_is_taken_again(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool)
    lead, other = await book_together(pool, [visit, dinner])
    path, versions, names = address(lead.booking_id), [], set()
    for _round in range(2):
        versions += [entry["sequence"] for entry in (await read(client, path))[1:]]
        await give_back(pool, other, dinner)
        versions += [entry["sequence"] for entry in (await read(client, path))[1:]]
        [other] = await book_together(pool, [dinner], lead=lead)
        names.add(tuple(str(one["uid"]) for one in Calendar.from_ical((await client.get(path)).text).events))
    assert (versions, len(names)) == (["1", "2", "3", "4"], 1)


async def test_what_is_not_sure_is_tentative_and_says_why(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool, capacity=0)
    await pool.execute("update pools set capacity = 1 where id = $1", visit.id)
    await pool.execute("update events set approval_required = true where id = $1", visit.id)
    lead, _other = await book_together(pool, [visit, dinner])
    tentative = {"status": "TENTATIVE", "sequence": "1", "transp": "TRANSPARENT"}
    assert await read(client, address(lead.booking_id)) == [
        {"summary": "Visit – Being reviewed"} | tentative,
        {"summary": "Dinner – Waiting list"} | tentative,
    ]


async def test_called_off_event_is_cancelled(client: httpx.AsyncClient, pool: Pool) -> None:
    [visit, _dinner] = await two_events(pool)
    lead = await book(pool, visit)
    await pool.execute("update events set status = 'cancelled' where id = $1", visit.id)
    [entry] = await read(client, address(lead.booking_id))
    assert (entry["summary"], entry["status"]) == ("Visit – Called off", "CANCELLED")


async def test_unchanged_feed_is_not_sent_again(client: httpx.AsyncClient, pool: Pool) -> None:
    [visit, _dinner] = await two_events(pool)
    lead = await book(pool, visit)
    path = address(lead.booking_id)
    first = await client.get(path)
    tags = [first.headers["etag"], f'"other", {first.headers["etag"].removeprefix("W/")}', "*", '"other"']
    answers = [await client.get(path, headers={"if-none-match": tag}) for tag in tags]
    assert [(answer.status_code, answer.text) for answer in answers] == [(304, "")] * 3 + [(200, first.text)]
    await pool.execute("update events set ends_at = ends_at + interval '1 hour' where id = $1", visit.id)
    assert (await client.get(path, headers={"if-none-match": tags[0]})).status_code == 200
    head = await client.head(path)
    assert (head.status_code, head.text, "etag" in head.headers) == (200, "", True)


async def test_event_says_when_its_calendar_entry_changed(pool: Pool) -> None:
    [visit, _dinner] = await two_events(pool)
    seen = [await pool.fetchval("select calendar_changed_at from events where id = $1", visit.id)]
    for change in ("hue = 20", "lead = '{}'", "ends_at = ends_at + interval '1 hour'", "status = 'cancelled'"):
        await pool.execute(f"update events set {change} where id = $1", visit.id)
        seen.append(await pool.fetchval("select calendar_changed_at from events where id = $1", visit.id))
    assert [before < after for before, after in pairwise(seen)] == [False, False, True, True]


async def test_guests_feed_tells_only_their_own_events_until_the_ticket_is_issued_again(client: httpx.AsyncClient, pool: Pool) -> None:
    visit, dinner = await two_events(pool)
    lead, _other = await book_together(pool, [visit, dinner], HANAKO)
    await book_together(pool, [dinner], make_guest("Muster", "Max"), lead=lead)
    party = await bookings_of_party(pool, lead.booking_id)
    max_ = next(place for booking in party for place in booking.places if place.guest.given_name == "Max")
    path = guest_feed_url(BASE_URL, TOKENS, max_.ticket_id, max_.issue).removeprefix(BASE_URL)
    assert [entry["summary"] for entry in await read(client, path)] == ["Dinner"]
    await pool.execute("update tickets set issue = issue + 1 where id = $1", max_.ticket_id)
    assert (await client.get(path)).status_code == 404


async def test_feed_gives_no_right_to_the_booking_and_the_other_way_round(client: httpx.AsyncClient, pool: Pool) -> None:
    [visit, dinner] = await two_events(pool)
    lead, other = await book_together(pool, [visit, dinner])
    path = address(lead.booking_id)
    token, others = (one.removeprefix("/c/").removesuffix(".ics") for one in (path, address(other.booking_id)))
    booking = await booking_by_id(pool, lead.booking_id)
    assert booking is not None
    wrong = [
        f"/b/{token}", f"/b/{token[22:]}", f"/t/{token[22:]}", f"/c/{lead.token}.ics", f"/c/{token[:22]}{lead.token}.ics", f"/c/{token}",
        f"/c/{token[:-1]}.ics", f"/c/{others[:22]}{token[22:]}.ics", "/c/.ics", "/c/%F0%9F%8E%AB.ics",
        guest_feed_url(BASE_URL, TOKENS, booking.places[0].ticket_id, 2).removeprefix(BASE_URL),
    ]  # fmt: skip
    assert [(await client.get(one)).status_code for one in wrong] == [404] * len(wrong)


def test_subscription_is_the_same_address_by_another_name() -> None:
    assert as_webcal("https://events.example.com/c/x.ics") == "webcal://events.example.com/c/x.ics"
