"""Guests without a ticket in their hand, on real Chromium phones: search, whole bookings, companions, substitutes, walk-ins."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest

from .conftest import Scanner, Server

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
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
    jurgen = lines(page).filter(has_text="Jürgen")
    await jurgen.get_by_text("Companion or substitute").click()
    await expect(jurgen.get_by_role("button", name="Somebody else comes instead")).to_be_visible()
    await expect(jurgen.get_by_role("button", name="Name a companion")).to_be_hidden()


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


async def test_a_substitute_and_a_companion_without_a_server(scanner: Scanner, server: Server, pool: Pool) -> None:
    event = await make_event(pool, max_companions=1)
    outcome = await book(pool, event, MUELLER)
    await book(pool, event, HANAKO)
    page = await scanner(event)
    await ready(page)
    await server.stop()
    try:
        await find(page, "Mueller")
        await lines(page).get_by_text("Companion or substitute").click()
        await lines(page).get_by_role("button", name="Somebody else comes instead").click()
        await write_down(page, "Neumann", "Nora")
        await let_in(page, "Nora Neumann")
        await find(page, "Müller")
        await expect(lines(page)).to_have_count(0)
        await find(page, "Satou")
        await lines(page).get_by_text("Companion or substitute").click()
        await lines(page).get_by_role("button", name="Name a companion").click()
        await write_down(page, "佐藤", "太郎")
        await let_in(page, "佐藤 太郎")
        await expect(page.locator("[data-figure=inside]")).to_have_text("2")
    finally:
        await server.start()
    await expect(page.locator("[data-net-word]")).to_have_text("Connected", timeout=20_000)
    assert sorted(await entries(pool, event)) == [("Neumann", "admitted", "search", "phone"), ("佐藤", "admitted", "search", "phone")]
    assert await pool.fetchval("select count(*) from door_conflicts where event_id = $1", event.id) == 0
    ended = await pool.fetchval(
        "select g.family_name from tickets t join guests g on g.id = t.guest_id join registrations r on r.guest_id = g.id"
        " where r.event_id = $1 and r.booking_id = $2",
        event.id,
        outcome.booking_id,
    )
    assert ended == "Neumann"


async def test_a_supervisor_lets_in_beyond_the_last_place(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    await take_walk_ins(pool, event)
    page = await scanner(event)
    await pool.execute("update devices set role = 'supervisor' where event_id = $1", event.id)
    await page.reload()
    await ready(page)
    await start_walk_in(page)
    await write_down(page, "Neumann", "Nora")
    await agree(page, "English", "I have read")
    await page.get_by_role("button", name="Let in", exact=True).click()
    await page.get_by_label("Supervisor: why this guest comes in all the same").fill("speaks at eight")
    await let_in(page, "Nora Neumann")
    rows = await pool.fetch("select verdict, decided_by, note from check_ins where event_id = $1 order by server_at", event.id)
    assert [tuple(row) for row in rows] == [("refused", "server", ""), ("admitted", "supervisor", "speaks at eight")]


async def test_nothing_is_searched_while_a_word_is_composed(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, HANAKO)
    page = await scanner(event)
    await ready(page)
    await find(page, "")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Input.imeSetComposition", {"text": "さと", "selectionStart": 2, "selectionEnd": 2})
    await page.wait_for_timeout(200)
    await expect(lines(page)).to_have_count(0)
    await devtools.send("Input.insertText", {"text": "佐藤"})
    await expect(lines(page)).to_have_count(1)
    await expect(lines(page).locator("mark")).to_have_text("佐藤")


async def let_in(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Let in", exact=True).click()
    await expect(page.locator("section.verdict").get_by_role("heading", name="Welcome", exact=True)).to_be_visible()
    await expect(page.locator("section.verdict")).to_contain_text(name)
    await page.get_by_role("link", name="Next guest").click()


@pytest.mark.parametrize(("locale", "width"), [("de-DE", 320), ("ja-JP", 390), ("en-GB", 1024)])
async def test_every_sheet_is_accessible(scanner: Scanner, pool: Pool, locale: str, width: int) -> None:
    event = await make_event(pool, max_companions=9, contingents={"press": 5})
    await book(pool, event, MUELLER, make_guest("Müller", "Mia"))
    await take_walk_ins(pool, event)
    page = await scanner(event, locale=locale, viewport={"width": width, "height": 720})
    await page.locator("[data-open=find]").click()
    await page.locator("[name=q]").fill("mueller")
    await page.locator("[data-results] summary").first.click()
    await expect_accessible(page)
    await page.locator("[data-do=group]").first.click()
    await expect_accessible(page)
    await page.locator("[data-admit]").click()
    await expect(page.locator("[data-group-done]")).to_be_visible()
    await expect_accessible(page)
    await page.locator("[data-group-done]").click()
    await page.locator("[data-open=find]").click()
    await page.locator("[data-walk-in]").click()
    await page.locator("[name=family_name]").fill("佐藤")
    await expect_accessible(page)
    await page.goto("/door/walk-ins")
    await expect_accessible(page)
    await page.goto("/door/guests?q=mueller")
    await expect_accessible(page)


async def expect_accessible(page: Page) -> None:
    found = await Axe().run(page, options=WCAG)
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == [], page.url
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
