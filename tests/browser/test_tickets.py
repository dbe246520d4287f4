"""Tickets and kept mails in a real browser: usable for everyone, within the screen, nothing the content policy forbids."""

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.kit.database import Pool
from tests.builders import book, make_event, make_guest

from .conftest import OpenPage

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("de", "dark"), ("ja", "dark")])
async def test_ticket_in_every_state_is_accessible_and_fits_the_phone(open_page: OpenPage, pool: Pool, language: str, scheme: str) -> None:
    valid = await book(pool, await make_event(pool), HANAKO)
    waiting = await book(pool, await make_event(pool, capacity=0), accept_waitlist=True)
    for outcome in (valid, waiting):
        page = await _watched(await open_page("/", color_scheme=scheme, viewport={"width": 320, "height": 640}))
        await page.goto(f"/t/{outcome.tickets[0].code}?lang={language}")
        await _is_sound(page)


async def test_mail_of_a_booking_is_read_and_leads_to_the_ticket(open_page: OpenPage, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool, title="Kept dinner"), HANAKO, locale="ja")
    page = await _watched(await open_page("/"))
    await _until_listed(page, "Kept dinner")
    await _is_sound(page)
    await page.get_by_role("link", name="Kept dinner").click()
    await _is_sound(page)
    framed = page.frame_locator("iframe")
    await expect(framed.get_by_text("見本 花子 様").first).to_be_visible()
    assert await framed.locator("img").evaluate("picture => picture.naturalWidth > 0")
    async with page.context.expect_page() as opening:
        await framed.get_by_role("link", name="チケットを開く").click()
    opened = await opening.value
    await expect(opened.locator(".ticket-number")).to_have_text(" ".join(_groups(outcome.tickets[0].code)))


async def _watched(page: Page) -> Page:
    """A page that notes what the browser complains about, such as a style the policy forbids."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.complaints = complaints  # type: ignore[attr-defined]
    return page


async def _is_sound(page: Page) -> None:
    found = await Axe().run(page, options=WCAG)
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.complaints == []  # type: ignore[attr-defined]


async def _until_listed(page: Page, subject: str) -> None:
    """The worker writes the mail a moment after the booking."""
    for _attempt in range(100):
        await page.goto("/mails")
        if await page.get_by_role("link", name=subject).count():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("no mail came")


def _groups(code: str) -> list[str]:
    return [code[i : i + 4] for i in range(0, len(code), 4)]
