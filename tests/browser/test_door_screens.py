"""What stewards and guests see at the door: every verdict, questions, counting out, a supervisor's word, undoing, notices, the kiosk."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.door.verdict_kinds import KINDS
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of
from tests.door.phones import ask, set_rules
from tests.door.verdict_pages import verdict_page

from .conftest import OpenPage, Server, pair
from .phones import OpenPhone, Outage, open_phone, outage

__all__ = ["open_phone", "outage"]

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HANAKO = make_guest("葛󠄀例", "花子", family_name_kana="クズレイ", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7")
LONG = make_guest(
    "Müßig-Großäcker-Wolfeschlegelsteinhausen", "Jörg Maria", honorific="Prof. Dr.-Ing.", table_name="Ehrentisch 12",
    diet="no_pork; keine Nüsse", company="Gesellschaft für Beispielsensorik und Musteroptik mbH & Co. KG",
    flags=["vip", "speaker", "no_photo", "wheelchair"],
)  # fmt: skip
PATIENT = 15_000


async def expect_accessible(page: Page, what: str) -> None:
    found = await Axe().run(page, options=WCAG)
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == [], what
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, what


@pytest.mark.parametrize(("language", "width", "height"), [("de", 360, 640), ("en", 740, 360), ("ja", 390, 844)])
async def test_every_kind_of_verdict_is_readable_and_keeps_its_next_step_in_sight(
    open_page: OpenPage, language: str, width: int, height: int
) -> None:
    page = await open_page("/door", viewport={"width": width, "height": height})
    shown: dict[str, str] = {}
    await page.route("**/verdict/*", lambda route: route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8"))
    kinds = KINDS if language == "de" else {told.face: kind for kind, told in KINDS.items()}.values()  # one of each face
    for kind in kinds:
        shown["html"] = verdict_page(kind, language)
        await page.goto(f"/verdict/{kind}")
        await expect_accessible(page, f"{kind} in {language}")
        for step in await page.locator(".verdict-then, .verdict-next .verdict-button").all():
            await expect(step).to_be_in_viewport(ratio=0.95)


async def test_question_is_asked_before_the_welcome_and_a_no_refuses(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    passport = await ask(pool, event, "Passport seen?")
    badge = await ask(pool, event, "Badge handed out?", required=False)
    booked = await book(pool, event, HANAKO, make_guest("Weiß", "Clara"), make_guest("Roth", "Ida"))
    phone = await open_phone(event)
    asking = phone.page.get_by_role("dialog")

    await phone.type_code(code_of(booked, 0))
    await expect(asking.get_by_role("heading", name="Passport seen?")).to_be_visible()
    await expect(asking).to_contain_text("1 / 2")
    await expect_accessible(phone.page, "question")
    await asking.get_by_role("button", name="Yes").click()
    await expect(asking.get_by_role("heading", name="Badge handed out?")).to_be_visible()
    await asking.get_by_role("button", name="No", exact=True).click()
    await phone.expect_verdict("admitted", "花子")
    await phone.next_guest()

    await outage.begin(phone)
    await phone.type_code(code_of(booked, 1))
    await asking.get_by_role("button", name="No", exact=True).click()
    await phone.expect_verdict("question_refused", "Weiß")
    await phone.next_guest()
    await phone.type_code(code_of(booked, 2))
    await asking.get_by_role("button", name="Stop: do not check in").click()
    await expect(phone.page.locator("[data-verdicts] section")).to_have_count(0)
    await outage.end()
    await phone.expect_queue(0)

    rows = await pool.fetch("select verdict, answers from check_ins where event_id = $1 order by device_at", event.id)
    assert [tuple(row) for row in rows] == [("admitted", {passport: True, badge: False}), ("refused", {passport: False})]


async def test_counting_out_is_unmistakable_and_survives_a_reload(open_phone: OpenPhone, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry", fire_limit=50, crew_inside=7)
    booked = await book(pool, event, HANAKO, LONG)
    phone = await open_phone(event)
    page = phone.page
    await expect(page.locator("[data-house]")).to_contain_text("7 / 50")
    await phone.scan(code_of(booked), "admitted", "花子")
    await expect(page.locator("[data-house]")).to_contain_text("8 / 50")

    await page.get_by_role("button", name="Exit").click()
    await expect(page.get_by_text("Guests go out")).to_be_visible()
    await expect_accessible(page, "exit")
    await page.reload()
    await expect(page.get_by_text("Guests go out")).to_be_visible()
    await phone.scan(code_of(booked, 1), "not_inside", "Jörg")
    await phone.scan(code_of(booked), "goodbye", "花子")
    await phone.expect_inside(0)

    await page.get_by_role("button", name="Entry").click()
    await expect(page.get_by_text("Guests go out")).to_be_hidden()
    await phone.scan(code_of(booked), "admitted", "花子")


async def test_nothing_is_switched_where_exits_are_not_counted(open_phone: OpenPhone, pool: Pool) -> None:
    phone = await open_phone(await make_event(pool))
    await expect(phone.page.locator("[data-mode-switch]")).to_be_hidden()


async def test_supervisor_lets_in_with_a_reason_also_offline_and_nobody_else_can(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, HANAKO, LONG)
    await set_rules(pool, event, doors_open_at=event.starts_at)
    steward, supervisor = await open_phone(event), await open_phone(event, name="Ida")
    await pool.execute("update devices set role = 'supervisor' where event_id = $1 and name = 'Ida'", event.id)
    await supervisor.page.reload()
    await expect(supervisor.page.locator(".scanner[data-role=supervisor]")).to_be_visible()

    await steward.type_code(code_of(booked))
    await steward.expect_verdict("too_early", "花子")
    await expect(steward.page.get_by_role("button", name="Let in anyway")).to_be_hidden()

    for place, offline in ((0, False), (1, True)):
        if offline:
            await outage.begin(supervisor)
        await supervisor.type_code(code_of(booked, place))
        await supervisor.expect_verdict("too_early")
        await supervisor.page.get_by_role("button", name="Let in anyway").click()
        await supervisor.page.get_by_role("button", name="Known to the host").click()
        await expect_accessible(supervisor.page, "reason")
        await supervisor.page.get_by_role("button", name="Let in", exact=True).click()
        await supervisor.expect_verdict("admitted")
        await supervisor.next_guest()
    await outage.end()
    await supervisor.expect_queue(0)

    rows = await pool.fetch("select note from check_ins where event_id = $1 and decided_by = 'supervisor'", event.id)
    assert [row[0] for row in rows] == ["Known to the host", "Known to the host"]


async def test_each_own_scan_can_be_taken_back_also_offline(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, HANAKO, make_guest("Weiß", "Clara"))
    phone = await open_phone(event)
    page = phone.page
    await phone.scan(code_of(booked, 0), "admitted", "花子")
    await outage.begin(phone)
    await phone.scan(code_of(booked, 1), "admitted", "Clara")

    await page.get_by_role("button", name="My scans").click()
    lines = page.locator(".history-line")
    await expect(lines).to_have_count(2)
    await expect(lines.nth(0)).to_contain_text("decided without the server")
    await expect_accessible(page, "history")
    await lines.nth(1).get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Taken back: 葛󠄀例 花子")).to_be_visible()
    await expect(lines.nth(1).get_by_text("Taken back")).to_be_visible()
    await page.keyboard.press("Escape")
    await phone.expect_inside(1)
    await outage.end()
    await phone.expect_queue(0)

    rows = await pool.fetch("select kind, verdict from check_ins where event_id = $1 order by device_at", event.id)
    assert [tuple(row) for row in rows] == [("entry", "admitted"), ("entry", "admitted"), ("undo", "undone")]


async def test_two_gates_are_told_of_one_ticket_with_names_and_times(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, HANAKO))
    main, garden = await open_phone(event), await open_phone(event, gate="Garden gate", name="Jonas")
    await outage.begin(main, garden)
    for phone in (main, garden):
        await phone.scan(code, "admitted", "花子")
    await outage.end()
    for phone in (main, garden):
        notice = phone.page.locator(".door-notice", has_text="One ticket, two entries:").first
        await expect(notice).to_be_visible(timeout=PATIENT)
        for told in ("葛󠄀例 花子", "Main entrance", "Garden gate"):
            await expect(notice).to_contain_text(told)
    await expect_accessible(main.page, "notice")
    await main.page.locator(".door-notice").first.get_by_role("button", name="Seen").click()
    await expect(main.page.locator(".door-notice", has_text="One ticket, two entries:")).to_have_count(0)


async def test_ticket_newer_than_the_list_is_amber_and_the_phone_hears_when_it_is_known(
    open_phone: OpenPhone, outage: Outage, pool: Pool
) -> None:
    event = await make_event(pool)
    phone = await open_phone(event)
    await outage.begin(phone)
    await phone.scan(code_of(await book(pool, event, HANAKO)), "newer_than_list", "call a supervisor")
    await outage.end()
    notice = phone.page.locator(".door-notice")
    await expect(notice).to_contain_text("shown: Newer than my list → server: Welcome", timeout=PATIENT)
    await expect(notice.get_by_text("Scan the ticket again: the guest is on the list now.")).to_be_visible()
    await expect(notice.get_by_text("ask a supervisor")).to_be_hidden()


async def kiosk_of(open_page: OpenPage, server: Server, pool: Pool, event: Event, **context: Any) -> Page:
    page = await open_page("/door/pair", **context)
    await pair(page, server, pool, event)
    await pool.execute("update devices set role = 'kiosk' where event_id = $1", event.id)
    await page.goto("/door")
    await page.get_by_role("button", name="Start self check-in").click()
    return page


async def type_as_scanner(page: Page, code: str) -> None:
    await page.keyboard.type(code, delay=2)
    await page.keyboard.press("Enter")


async def test_kiosk_welcomes_in_three_languages_and_sends_everybody_else_to_the_desk(
    open_page: OpenPage, server: Server, pool: Pool
) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, HANAKO))
    page = await kiosk_of(open_page, server, pool, event, viewport={"width": 800, "height": 1100})
    for words in (
        "Please hold your ticket up to the camera",
        "Bitte halten Sie Ihr Ticket vor die Kamera",
        "チケットをカメラにかざしてください",
    ):
        await expect(page.get_by_text(words)).to_be_visible()
    await expect_accessible(page, "kiosk")

    await type_as_scanner(page, code)
    welcome = page.locator("[data-answer=welcome]")
    for words in ("Welcome", "Willkommen", "ようこそ", "葛󠄀例 花子", "7"):
        await expect(welcome).to_contain_text(words)
    await expect(welcome).not_to_contain_text("みほん光学")
    await expect_accessible(page, "kiosk's welcome")
    await expect(welcome).to_have_count(0, timeout=10_000)

    for refused in (code, "AAAAAAAAAAAAAAAA"):
        await type_as_scanner(page, refused)
        desk = page.locator("[data-answer=desk]")
        for words in ("Please come to the desk", "Bitte kommen Sie zum Schalter", "受付デスクへお越しください"):
            await expect(desk).to_contain_text(words)
        await expect(desk).not_to_contain_text("花子")
        await expect(desk).to_have_count(0, timeout=PATIENT)
    assert [row[0] for row in await pool.fetch("select distinct source from check_ins where event_id = $1", event.id)] == ["kiosk"]


async def test_kiosk_opens_its_panel_only_to_a_long_press(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    page = await kiosk_of(open_page, server, pool, event)
    for hidden in ("Find name", "Type code", "Undo", "My scans"):
        await expect(page.get_by_role("button", name=hidden)).to_have_count(0)
    corner = page.locator("[data-corner]")
    await corner.click()
    await page.wait_for_timeout(500)
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await corner.click(delay=3300)
    await expect(page.get_by_role("dialog")).to_contain_text("the organiser gives it another role")
    await expect_accessible(page, "kiosk's panel")
    await page.get_by_role("button", name="Pause self check-in").click()
    await type_as_scanner(page, "AAAAAAAAAAAAAAAA")
    await expect(page.locator("[data-stage] section")).to_have_count(0)


async def test_kiosk_asks_for_patience_before_the_doors_open(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, doors_open_at=event.starts_at)
    page = await kiosk_of(open_page, server, pool, event)
    await type_as_scanner(page, code_of(await book(pool, event, HANAKO)))
    await expect(page.locator("[data-answer=wait]")).to_contain_text("You are a little early")


async def test_phone_without_a_script_asks_counts_out_and_overrules(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry")
    question = await ask(pool, event, "Passport seen?")
    booked = await book(pool, event, HANAKO, LONG)
    page = await open_page("/door/pair", java_script_enabled=False)
    await pair(page, server, pool, event)
    await pool.execute("update devices set role = 'supervisor' where event_id = $1", event.id)

    await page.goto("/door")
    await page.get_by_label("Code on the ticket").fill(code_of(booked))
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="Passport seen?").get_by_label("Yes").check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.get_by_role("link", name="Next guest").click()

    await page.get_by_label("Code on the ticket").fill(code_of(booked))
    await page.get_by_role("button", name="Goes out").click()
    await expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()

    await page.goto("/door")
    await page.get_by_label("Code on the ticket").fill(code_of(booked, 1))
    await page.keyboard.press("Enter")
    await page.get_by_role("group", name="Passport seen?").get_by_label("No").check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="One thing is missing")).to_be_visible()
    await page.get_by_label("Reason, for the records").fill("passport at the hotel")
    await page.get_by_role("button", name="Let in anyway").click()
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()

    rows = await pool.fetch(
        "select kind, verdict, decided_by, note, answers from check_ins where event_id = $1 order by server_at", event.id
    )
    assert [tuple(row) for row in rows] == [
        ("entry", "refused", "server", "", {}),
        ("entry", "admitted", "server", "", {question: True}),
        ("exit", "left", "server", "", {}),
        ("entry", "refused", "server", "", {}),
        ("entry", "refused", "server", "", {question: False}),
        ("entry", "admitted", "supervisor", "passport at the hotel", {}),
    ]
