"""Two guests' phones with real cameras exchange contacts, and take each other's card after the event."""

from datetime import timedelta

import pytest
import vobject
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.contacts.queries import switch
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, make_event
from tests.contacts.phones import ERIKA, HANAKO, end_event

from .conftest import OpenPage, PhoneWithCamera, Server

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
async def event(pool: Pool) -> Event:
    reception = await make_event(pool, starts_at=now() - timedelta(hours=1), closes_at=now() + timedelta(hours=1))
    async with pool.acquire() as connection:
        await switch(connection, reception.id, is_open=True, actor="staff:test", now=now())
    return reception


def home(outcome: Outcome, event: Event) -> str:
    return f"/t/{outcome.tickets[0].code}/contacts/{event.slug}"


async def axe_is_content(page: Page) -> None:
    report = await Axe().run(page, options=WCAG)
    assert report.violations_count == 0, report.generate_report()


async def switch_on(page: Page, outcome: Outcome, event: Event, *, email: str) -> None:
    """From the ticket's page to a card of one's own."""
    await page.goto(f"/t/{outcome.tickets[0].code}")
    await page.get_by_role("link", name="Exchange contacts").click()
    await expect(page.get_by_role("heading", name="What is on your card")).to_be_visible()
    await axe_is_content(page)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Guests with whom I exchange contacts").check()
    await page.get_by_role("button", name="Switch on contact exchange").click()
    await expect(page.get_by_role("heading", name="To be scanned")).to_be_visible()
    assert page.url.endswith(home(outcome, event))


async def test_two_phones_scan_each_other(phone_with_camera: PhoneWithCamera, server: Server, pool: Pool, event: Event) -> None:
    erika, hanako = await book(pool, event, ERIKA, mail=False), await book(pool, event, HANAKO, mail=False)
    address = f"{server.url}/t/".upper()
    first = await phone_with_camera((address + hanako.tickets[0].code, 60.0))
    second = await phone_with_camera((address + erika.tickets[0].code, 60.0))
    await switch_on(first, erika, event, email="erika@example.com")
    await switch_on(second, hanako, event, email="hanako@example.com")
    complaints: list[str] = []
    first.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    first.on("pageerror", lambda error: complaints.append(str(error)))

    await first.get_by_role("button", name="Start the camera").click()
    await expect(first.get_by_text("Waiting for the other person.")).to_be_visible(timeout=20_000)
    await expect(second.get_by_text("Does the person in front of you see this number?")).to_be_visible()
    numbers = [await page.locator(".meeting-number").inner_text() for page in (first, second)]
    assert numbers[0] == numbers[1]
    for page, others in ((first, "見本"), (second, "Platzhalter")):
        assert others not in await page.content()
        await axe_is_content(page)

    await second.get_by_role("button", name="Start the camera").click()
    await expect(second.locator(".meetings-done")).to_contain_text("Dr. Erika Platzhalter", timeout=20_000)
    await expect(first.locator(".meetings-done")).to_contain_text("Hanako Mihon")
    assert complaints == []
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 0

    await end_event(pool, event)
    await first.reload()
    await axe_is_content(first)
    async with first.expect_download() as download:
        await first.get_by_role("link", name="Take all cards").click()
    path = await (await download.value).path()
    (card,) = vobject.readComponents(path.read_text(encoding="utf-8"))
    assert (card.fn.value, card.x_phonetic_last_name.value, card.email.value) == ("見本 花子", "ミホン", "hanako@example.com")


async def test_short_code_and_a_yes_on_the_other_page(open_page: OpenPage, pool: Pool, event: Event) -> None:
    erika, hanako = await book(pool, event, ERIKA, mail=False), await book(pool, event, HANAKO, mail=False)
    first, second = await open_page("/healthz"), await open_page("/healthz")
    await switch_on(first, erika, event, email="erika@example.com")
    await switch_on(second, hanako, event, email="hanako@example.com")
    short = await second.locator(".contacts-short b").inner_text()
    await first.get_by_label("Or type the short code from their page").fill(short)
    await first.get_by_role("button", name="Send").click()
    await expect(first.get_by_text("Now it is the other person’s turn")).to_be_visible()
    await second.get_by_role("button", name="Yes, exchange contacts").click()
    await expect(second.locator(".meetings-done")).to_contain_text("Dr. Erika Platzhalter")
    await expect(first.locator(".meetings-done")).to_contain_text("Hanako Mihon")


@pytest.mark.parametrize("locale", ["de", "ja"])
async def test_page_fits_a_phone_in_the_dark(open_page: OpenPage, pool: Pool, event: Event, locale: str) -> None:
    erika = await book(pool, event, ERIKA, mail=False)
    page = await open_page(f"{home(erika, event)}?lang={locale}", color_scheme="dark")
    await axe_is_content(page)
    await page.locator("#contacts").check()
    await page.locator("main form button").click()
    await expect(page.locator("[data-meetings]")).to_be_visible()
    await axe_is_content(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
