"""Guests without a ticket in their hand, on real Chromium phones: search, whole bookings, companions, substitutes, walk-ins."""

from typing import Any

from playwright.async_api import Page, expect

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest

from .conftest import Scanner, Server

HANAKO = make_guest("佐藤", "花子", family_name_kana="サトウ", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7")
MUELLER = make_guest("Müller", "Jürgen", company="Muster Optik GmbH")


async def find(page: Page, query: str) -> None:
    sheet = page.locator("[data-sheet=find]")
    if not await sheet.is_visible():
        await page.get_by_role("button", name="Find name").click()
    await page.get_by_label("Name or company").fill(query)


def lines(page: Page) -> Any:
    return page.locator("[data-results] > li")


async def ready(page: Page) -> None:
    """The phone has its list."""
    await expect(page.locator("[data-net-word]")).to_have_text("Connected")


async def entries(pool: Pool, event: Event) -> list[tuple[str, str, str, str]]:
    rows = await pool.fetch(
        """
        select g.family_name, c.verdict, c.source, c.decided_by
        from check_ins c
        join registrations r on r.id = c.registration_id
        join guests g on g.id = r.guest_id
        where c.event_id = $1
        order by g.family_name, c.server_at
        """,
        event.id,
    )
    return [tuple(row) for row in rows]


async def test_found_in_every_spelling_without_a_server(scanner: Scanner, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, HANAKO)
    await book(pool, event, MUELLER)
    page = await scanner(event)
    await ready(page)
    await server.stop()
    try:
        for query in ("Sato", "satou", "Satoh", "Satō", "佐藤", "さとう", "サトウ", "ｻﾄｳ", "花子", "hanako sato", "みほん光学", "mihon"):
            await find(page, query)
            await expect(lines(page), query).to_have_count(1)
            await expect(lines(page).first, query).to_contain_text("佐藤 花子")
        for query in ("Mueller", "müller", "Muller", "MÜLLER", "jurgen", "optik"):
            await find(page, query)
            await expect(lines(page).locator("b").first, query).to_have_text("Jürgen Müller")
        await find(page, "Nobody")
        await expect(lines(page)).to_have_count(0)
    finally:
        await server.start()
