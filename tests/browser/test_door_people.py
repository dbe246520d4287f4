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


async def test_a_booking_of_six_in_two_taps(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, max_companions=9)
    names = ["Ahrens", "Becker", "Conrad", "Dorn", "Ernst", "Falk"]
    await book(pool, event, *(make_guest(name, "Ada") for name in names))
    page = await scanner(event)
    await ready(page)
    await find(page, "Becker")

    await lines(page).get_by_role("button", name="All 6").click()
    await expect(page.locator("[data-members] input:checked")).to_have_count(6)
    await page.get_by_role("button", name="Let in: 6").click()

    await expect(page.locator("[data-group-status]")).to_have_text("Welcome: 6 / 6")
    await expect(page.locator("[data-figure=inside]")).to_have_text("6")
    assert await entries(pool, event) == [(name, "admitted", "group", "server") for name in names]
    await page.get_by_role("button", name="Next guest").click()
    await find(page, "Becker")
    await expect(lines(page).get_by_role("button", name="All")).to_be_hidden()


async def test_a_welcome_offers_the_others_of_the_booking(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, max_companions=9)
    outcome = await book(pool, event, *(make_guest(name, "Ada") for name in ("Ahrens", "Becker", "Conrad")))
    page = await scanner(event)
    await ready(page)
    await page.get_by_role("button", name="Type code").click()
    await page.get_by_label("Code on the ticket").fill(outcome.tickets[1].code)
    await page.keyboard.press("Enter")

    await page.get_by_role("button", name="The others of this booking: 2").click()
    await expect(page.locator("[data-members] input:disabled")).to_have_count(1)
    await page.locator("[data-members] li", has_text="Conrad").get_by_role("checkbox").uncheck()
    await page.get_by_role("button", name="Let in: 1").click()
    await expect(page.locator("[data-group-status]")).to_have_text("Welcome: 1 / 1")
    assert [row[:3] for row in await entries(pool, event)] == [("Ahrens", "admitted", "group"), ("Becker", "admitted", "typed")]


async def test_walk_in_with_a_server(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, capacity=3)
    await fill(pool, event, 1)
    await take_walk_ins(pool, event)
    page = await scanner(event)
    await ready(page)
    await start_walk_in(page)
    await expect(page.locator("[data-places]")).to_have_text("Places free: 2")
    await write_down(page, "見本", "花子")
    await page.get_by_label("Family name as spoken").fill("ミホン")
    await page.get_by_label("E-mail").fill("hanako@example.com")
    await agree(page, "日本語", "個人")
    await page.get_by_role("button", name="Let in", exact=True).click()

    await expect(page.locator("section.verdict").get_by_role("heading", name="Welcome", exact=True)).to_be_visible()
    await expect(page.locator("section.verdict")).to_contain_text("見本 花子")
    assert await entries(pool, event) == [("見本", "admitted", "walk_in", "server")]
    consents = await pool.fetch(
        "select c.purpose, c.channel, b.locale from consents c join guests g on g.id = c.guest_id join bookings b on b.id = g.booking_id"
        " where b.event_id = $1 and b.source = 'walk_in'",
        event.id,
    )
    assert [tuple(row) for row in consents] == [("privacy", "door", "ja")]


async def test_full_means_the_waiting_list_or_nobody(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    await take_walk_ins(pool, event)
    page = await scanner(event)
    await ready(page)
    await start_walk_in(page)
    await write_down(page, "Neumann", "Nora")
    await agree(page, "English", "I have read")
    await page.get_by_role("button", name="Let in", exact=True).click()
    await expect(page.locator("[data-places]")).to_contain_text("The event is full.")
    await expect(page.locator("[data-override]")).to_be_hidden()
    await page.get_by_role("button", name="Put on the waiting list").click()
    await expect(page.locator("section.verdict").get_by_role("heading", name="On the waiting list")).to_be_visible()
    assert await pool.fetchval("select count(*) from registrations where event_id = $1 and state = 'confirmed'", event.id) == 1
    assert await pool.fetchval("select count(*) from registrations where event_id = $1 and state = 'waitlisted'", event.id) == 1


async def test_walk_ins_without_a_server_end_at_the_last_known_place(scanner: Scanner, server: Server, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    await fill(pool, event, 1)
    await take_walk_ins(pool, event)
    page = await scanner(event)
    await ready(page)
    await server.stop()
    try:
        await start_walk_in(page)
        await write_down(page, "Neumann", "Nora")
        await agree(page, "English", "I have read")
        await page.get_by_role("button", name="Let in", exact=True).click()
        await expect(page.locator("section.verdict").get_by_role("heading", name="Welcome", exact=True)).to_be_visible()
        await page.get_by_role("link", name="Next guest").click()

        await start_walk_in(page)
        await expect(page.locator("[data-places]")).to_contain_text("No place was free at ")
        await write_down(page, "Zweig", "Zoe")
        await agree(page, "English", "I have read")
        await page.get_by_role("button", name="Let in", exact=True).click()
        await expect(page.locator("[data-places]")).to_contain_text("The event is full.")
        await page.keyboard.press("Escape")
        await find(page, "neumann")
        await expect(lines(page).locator(".chip-ok")).to_be_visible()
        # Meanwhile somebody else takes the last place.
        await fill(pool, event, 1)
    finally:
        await server.start()

    await expect(page.locator("[data-net-word]")).to_have_text("Connected", timeout=20_000)
    await expect(page.locator("[data-figure=inside]")).to_have_text("1")
    assert await entries(pool, event) == [("Neumann", "admitted", "walk_in", "phone")]
    assert (
        await pool.fetchval("select state from registrations r join guests g on g.id = r.guest_id where g.family_name = 'Neumann'")
        == "waitlisted"
    )
    assert [row[0] for row in await pool.fetch("select kind from door_conflicts where event_id = $1", event.id)] == ["over_limit"]


async def test_a_companion_nobody_named(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, max_companions=1)
    await book(pool, event, MUELLER)
    page = await scanner(event)
    await ready(page)
    await find(page, "Mueller")
    await lines(page).get_by_text("Companion or substitute").click()
    await lines(page).get_by_role("button", name="Name a companion").click()
    await expect(page.locator("[data-with-guest]")).to_contain_text("Comes along with: Jürgen Müller", use_inner_text=True)
    await write_down(page, "Müller", "Mia")
    await page.get_by_role("button", name="Let in", exact=True).click()
    await expect(page.locator("section.verdict")).to_contain_text("Mia Müller")
    await page.get_by_role("link", name="Next guest").click()
    await find(page, "Müller")
    await expect(lines(page)).to_have_count(2)
    await expect(lines(page).filter(has_text="Jürgen").get_by_text("more may come:")).to_be_hidden()


async def test_somebody_else_comes_instead(scanner: Scanner, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, MUELLER)
    page = await scanner(event)
    await ready(page)
    await find(page, "Muller")
    await lines(page).get_by_text("Companion or substitute").click()
    await lines(page).get_by_role("button", name="Somebody else comes instead").click()
    await write_down(page, "Neumann", "Nora")
    await page.get_by_role("button", name="Let in", exact=True).click()
    await expect(page.locator("section.verdict")).to_contain_text("Nora Neumann")
    await page.get_by_role("link", name="Next guest").click()
    await find(page, "Müller")
    await expect(lines(page)).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Type code").click()
    await page.get_by_label("Code on the ticket").fill(outcome.tickets[0].code)
    await page.keyboard.press("Enter")
    await expect(page.locator("section.verdict")).not_to_have_attribute("data-verdict", "admitted")
    assert await entries(pool, event) == [("Neumann", "admitted", "search", "server")]


async def take_walk_ins(pool: Pool, event: Event) -> None:
    await pool.execute("insert into door_rules (event_id, walk_ins) values ($1, true)", event.id)


async def start_walk_in(page: Page) -> None:
    await find(page, "")
    await page.get_by_role("link", name="Not on the list? Add a walk-in").click()


async def write_down(page: Page, family_name: str, given_name: str) -> None:
    await page.get_by_label("Family name", exact=True).fill(family_name)
    await page.get_by_label("Given name (optional)", exact=True).fill(given_name)


async def agree(page: Page, language: str, words: str) -> None:
    await page.get_by_role("radio", name=language, exact=True).check()
    await page.locator("[data-privacy]:not([hidden])", has_text=words).get_by_role("checkbox").check()
