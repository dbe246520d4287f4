"""What the public sees of programmes and events."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Visitor


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


def days(number: float) -> datetime:
    return now() + timedelta(days=number)


async def test_start_page_lists_what_is_ahead(visitor: Visitor, pool: Pool) -> None:
    shown = await make_programme(pool, slug="ahead", title="Ahead")
    await make_event(pool, programme_id=shown)
    over = await make_programme(pool, slug="over", title="Over and done")
    await make_event(pool, programme_id=over, starts_at=days(-3), closes_at=days(-4))
    draft = await make_programme(pool, slug="draft", title="Draft only")
    await make_event(pool, programme_id=draft, status="draft")
    await make_event(pool, slug="single", title="Single dinner")
    await make_event(pool, slug="single-draft", title="Secret dinner", status="draft")
    page = await visitor.open("/")
    assert {link for link in page.links if link.startswith(("/p/", "/e/"))} == {"/p/ahead", "/e/single"}


async def test_programme_page_shows_days_without_drafts(visitor: Visitor, pool: Pool) -> None:
    programme = await make_programme(pool, slug="trip")
    for slug, status, day in (("third", "cancelled", 7), ("secret", "draft", 5.1), ("second", "published", 5), ("first", "published", -4)):
        await make_event(pool, programme_id=programme, slug=slug, status=status, starts_at=days(day), closes_at=days(day - 1))
    page = await visitor.open("/p/trip")
    assert [link for link in page.links if link.startswith("/e/")] == ["/e/first", "/e/second", "/e/third"]


@pytest.mark.parametrize("slug", ["unknown", "hidden"])
async def test_programme_without_published_events_is_not_found(visitor: Visitor, pool: Pool, slug: str) -> None:
    if slug == "hidden":
        await make_event(pool, programme_id=await make_programme(pool, slug=slug), status="draft")
    assert (await visitor.open(f"/p/{slug}")).status == 404


@pytest.mark.parametrize("path", ["", "/places", "/privacy"])
async def test_draft_events_are_not_found(visitor: Visitor, pool: Pool, path: str) -> None:
    event = await make_event(pool, status="draft")
    assert (await visitor.open(f"/e/{event.slug}{path}")).status == 404


@pytest.mark.parametrize(
    ("taken", "changes", "words", "forms"),
    [
        (0, {}, "Reserve your place", 1),
        (20, {}, "All places are taken", 1),
        (20, {"waiting_list": False}, "worth looking again", 0),
        (0, {"opens_at": days(1)}, "You can sign up from", 0),
        (0, {"closes_at": days(-1), "changes_until": days(1)}, "Registration is closed", 0),
        (0, {"starts_at": days(-1)}, "This event is over", 0),
        (0, {"status": "cancelled"}, "This event was cancelled", 0),
    ],
)
async def test_event_page_offers_what_is_possible(
    visitor: Visitor, pool: Pool, *, taken: int, changes: dict[str, Any], words: str, forms: int
) -> None:
    event = await make_event(pool, capacity=20, **changes)
    if taken:
        await fill(pool, event, taken, party_size=4)
    page = await visitor.open(f"/e/{event.slug}")
    assert (page.status, words in page.text, len(page.forms)) == (200, True, forms)


async def test_places_kept_for_a_closed_group_are_not_offered(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=10, contingents={"japan": 6})
    await pool.execute("update pools set open_to_all = false where event_id = $1 and slug = 'japan'", event.id)
    answer = (await visitor.client.get(f"/e/{event.slug}/places")).json()
    assert answer == {"free": 4, "taken": 6, "capacity": 10, "standing": "few", "text": "4 of 10 places left"}


async def test_live_places_are_sent_only_when_they_moved(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=20)
    path = f"/e/{event.slug}/places"
    first = await visitor.client.get(path)
    again = await visitor.client.get(path, headers={"if-none-match": first.headers["etag"]})
    await fill(pool, event, 1)
    moved = await visitor.client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert [(answer.status_code, answer.content and answer.json()["free"]) for answer in (first, again, moved)] == [
        (200, 20),
        (304, b""),
        (200, 19),
    ]


async def test_event_page_is_kept_by_no_cache_and_has_a_key_of_its_own(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    first, second = await visitor.open(f"/e/{event.slug}"), await visitor.open(f"/e/{event.slug}")
    assert first.headers["cache-control"] == "no-store"
    assert dict(first.form.fields)["key"] != dict(second.form.fields)["key"]


async def test_event_page_tells_nothing_about_guests(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, make_guest("Geheim", "Gustav", company="Verschwiegen AG", in_guest_list=True), email="gustav@example.com")
    page = await visitor.open(f"/e/{event.slug}")
    assert [word for word in ("Geheim", "Gustav", "Verschwiegen", "gustav@example.com") if word in page.html] == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [("de", ["Platz reservieren", "Uhr (JST"]), ("en", ["Reserve your place", "(JST"]), ("ja", ["お席のご予約", "日本時間"])],
)
async def test_event_page_speaks_the_guests_language_and_names_the_zone(app: Litestar, pool: Pool, locale: str, words: list[str]) -> None:
    event: Event = await make_event(pool)
    async with browser(app) as client:
        page = await Visitor(client, locale=locale).open(f"/e/{event.slug}")
    assert [word for word in words if word not in page.text] == []


async def test_programme_page_asks_the_database_as_often_for_one_event_as_for_three(dsn: str, pool: Pool) -> None:
    programme = await make_programme(pool, slug="counted")
    asked: list[int] = []
    async with running_app(dsn, pool_size=1) as app, browser(app) as client:
        for more in (1, 2):
            for _ in range(more):
                await make_event(pool, programme_id=programme)
            statements: list[str] = []
            async with app.state.pool.acquire() as connection:
                connection.add_query_logger(lambda record, seen=statements: seen.append(record.query))
            page = await Visitor(client).open("/p/counted")
            asked.append(len([statement for statement in statements if "from events" in statement or "from pools" in statement]))
            assert len([link for link in page.links if link.startswith("/e/")]) == sum(range(more + 1))
    assert asked[0] == asked[1] > 0
