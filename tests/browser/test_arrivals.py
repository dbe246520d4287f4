"""The host's page in a real browser: the word within a second of the admission, sound, title, undo, coming back, an ended link."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.accounts.access import SESSION_COOKIE
from events.arrivals import editing_queries
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.arrivals.builders import HANAKO, arrive, make_host, places_of
from tests.builders import book, make_event, make_guest
from tests.staff import make_session, make_staff

from .conftest import OpenPage, Server, pair

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TOLD_WITHIN_SECONDS = 1.0
Admit = Callable[[str], Awaitable[str]]


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, starts_at=now() - timedelta(hours=1), closes_at=now() + timedelta(hours=1))


@pytest.fixture
async def door(open_page: OpenPage, server: Server, pool: Pool, event: Event) -> Page:
    """A paired phone at gate B."""
    page = await open_page("/healthz")
    await pair(page, server, pool, event, gate="Gate B")
    return page


async def scan(door: Page, **what: Any) -> str:
    """Sends one scan as the door's phones do; answers its id when the server has it."""
    scan_id = str(what.pop("id", new_id()))
    at = now().isoformat()
    one = {"id": scan_id, "at": at, "act": "entry", "source": "scan", "decided": None, "note": "", "answers": {}, "list_at": None} | what
    facts = {"list_at": None, "queue": 1, "battery": None, "charging": None}
    answer = await door.request.post("/door/scans", data={"sent_at": at, "facts": facts, "scans": [one]})
    assert answer.status == 200, await answer.text()
    return scan_id


def hash_of(code: str) -> str:
    return token_hash(code).hex()


async def axe_is_content(page: Page) -> None:
    report = await Axe().run(page, options=WCAG)
    assert report.violations_count == 0, report.generate_report()


async def test_host_is_told_within_a_second_and_undo_takes_it_back(open_page: OpenPage, door: Page, pool: Pool, event: Event) -> None:
    booked = await book(pool, event, HANAKO, make_guest("Weiß", "Clara"))
    hanako, clara = await places_of(pool, booked)
    host, token = await make_host(pool, event, hanako, clara)
    async with pool.acquire() as connection:
        await editing_queries.save_notes(connection, host.id, {hanako: "Meet at the lift, bow first"})
    page = await open_page(f"/h/{token}?lang=en")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await axe_is_content(page)

    begun = time.perf_counter()
    entry = await scan(door, code_hash=hash_of(booked.tickets[0].code))
    alert = page.locator(".host-alert")
    await alert.wait_for(timeout=5000)
    took_seconds = time.perf_counter() - begun
    await expect(alert).to_contain_text("見本 花子 (Hanako Mihon) is at Gate B now.")
    await expect(alert).to_contain_text("Meet at the lift, bow first")
    await expect(page.locator("[data-list=arrived]")).to_contain_text("見本 花子")
    await expect(page.locator("[data-list=expected]")).not_to_contain_text("見本 花子")
    await expect(page.locator("[data-figure=arrived]")).to_have_text("1")
    assert (await page.title()).startswith("(1) My guests")
    assert took_seconds < TOLD_WITHIN_SECONDS, f"told after {took_seconds:.2f} s"
    await axe_is_content(page)

    await page.get_by_role("button", name="Seen").click()
    await expect(alert).to_have_count(0)
    assert (await page.title()).startswith("My guests")

    await scan(door, act="undo", check_in_id=entry)
    await expect(page.locator("[data-list=expected]")).to_contain_text("見本 花子")
    await scan(door, code_hash=hash_of(booked.tickets[0].code))
    await expect(alert).to_contain_text("見本 花子 (Hanako Mihon) is at Gate B now.")


async def test_page_that_was_away_tells_what_it_missed_once(open_page: OpenPage, server: Server, pool: Pool, event: Event) -> None:
    hanako, clara = await places_of(pool, await book(pool, event, HANAKO, make_guest("Weiß", "Clara")))
    _host, token = await make_host(pool, event, hanako, clara)
    await arrive(pool, event, hanako, now() - timedelta(minutes=5), gate="Gate B")
    page = await open_page(f"/h/{token}?lang=en")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await expect(page.locator(".host-alert")).to_have_count(0)  # stood there when the page was opened

    await page.goto("about:blank")
    await arrive(pool, event, clara, now() - timedelta(minutes=18), told_at=now())
    await page.goto(f"{server.url}/h/{token}?lang=en")
    alert = page.locator(".host-alert")
    await expect(alert).to_have_count(1)
    await expect(alert).to_contain_text("Clara Weiß arrived at ")
    await expect(alert).to_contain_text("(told at ")
    await page.reload()
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await expect(alert).to_have_count(0)


async def test_connection_that_is_lost_comes_back_with_everything(open_page: OpenPage, server: Server, pool: Pool, event: Event) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _host, token = await make_host(pool, event, hanako)
    page = await open_page(f"/h/{token}?lang=en")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await server.stop()
    await expect(page.locator("[data-live=lost]")).to_be_visible()
    await arrive(pool, event, hanako, now(), gate="Gate B")
    await server.start()
    await expect(page.locator(".host-alert")).to_contain_text("is at Gate B now.", timeout=15_000)


async def test_sound_waits_for_a_tap_and_a_tap_says_so(open_page: OpenPage, pool: Pool, event: Event) -> None:
    _host, token = await make_host(pool, event, sees_all=True)
    page = await open_page(f"/h/{token}?lang=en")
    button = page.locator("[data-sound]")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(button).to_contain_text("Sound is on")


async def test_ended_link_closes_the_open_page(open_page: OpenPage, server: Server, pool: Pool, event: Event) -> None:
    host, token = await make_host(pool, event)
    page = await open_page(f"/h/{token}?lang=en")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    organiser = await _organiser(open_page, server, pool, event)
    await organiser.goto(f"/organiser/events/{event.slug}/hosts/{host.id}")
    await organiser.get_by_role("button", name="End the link").click()
    await expect(organiser.get_by_text("The link is over. The guests stay assigned.")).to_be_visible()
    await expect(page.get_by_text("This link is over.")).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "de", "ja"])
async def test_organisers_pages_pass_axe_on_a_phone(open_page: OpenPage, server: Server, pool: Pool, event: Event, locale: str) -> None:
    places = await places_of(pool, await book(pool, event, HANAKO, make_guest("Weiß", "Clara")))
    host, _token = await make_host(pool, event, *places, email="host@example.com")
    page = await _organiser(open_page, server, pool, event)
    for path in ("hosts", f"hosts/{host.id}?q=weiss", "contacts"):
        await page.goto(f"/organiser/events/{event.slug}/{path}{'&' if '?' in path else '?'}lang={locale}")
        await axe_is_content(page)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} px wide"


async def _organiser(open_page: OpenPage, server: Server, pool: Pool, event: Event) -> Page:
    page = await open_page("/healthz")
    session = await make_session(pool, await make_staff(pool, UUID(str(event.organiser_id))))
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server.url, "httpOnly": True}])
    return page
