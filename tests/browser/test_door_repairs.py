"""Doors in trouble: open questions at a kiosk, hasty hardware scanners, a slow line, and a list that arrives too late."""

from asyncio import Event, sleep

from playwright.async_api import Route, expect

from events.kit.database import Pool
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of
from tests.door.phones import ask

from .conftest import OpenPage, Server
from .phones import OpenPhone, Outage, open_phone, outage
from .test_door_screens import kiosk_of, type_as_scanner

__all__ = ["open_phone", "outage"]  # fixtures

PATIENT = 15_000


async def test_kiosk_leaves_a_required_question_to_the_desk_with_a_single_record(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await ask(pool, event, "Passport seen?")
    booked = await book(pool, event, make_guest("Roth", "Ida"))
    page = await kiosk_of(open_page, server, pool, event)

    await type_as_scanner(page, code_of(booked))
    await expect(page.locator("[data-answer=desk]")).to_be_visible()
    await expect(page.locator("[data-answer=desk]")).to_have_count(0, timeout=PATIENT)

    rows = await pool.fetch("select verdict, reason from check_ins where event_id = $1", event.id)
    assert [tuple(row) for row in rows] == [("refused", "question_open")]
    assert await pool.fetchval("select count(*) from stranded_scans where event_id = $1", event.id) == 0


async def test_hardware_scans_wait_for_their_turn(open_phone: OpenPhone, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, *(make_guest(name, "") for name in ("One", "Two", "Three")))
    one, two, three = (code_of(booked, place) for place in range(3))
    phone = await open_phone(event)
    await phone.context.route("**/door/scans", answer_late)

    await type_as_scanner(phone.page, one)
    await type_as_scanner(phone.page, two)
    await phone.expect_verdict("admitted", "Two")
    await type_as_scanner(phone.page, one)
    await phone.expect_verdict("already_in", "One")
    await type_as_scanner(phone.page, three)
    await phone.page.wait_for_timeout(300)
    await phone.expect_verdict("already_in", "One")
    await phone.next_guest()
    await phone.expect_verdict("admitted", "Three")

    await phone.expect_queue(0)
    rows = await pool.fetch("select verdict from check_ins where event_id = $1 order by device_at", event.id)
    assert [row[0] for row in rows] == ["admitted", "admitted", "already_in", "admitted"]


async def answer_late(route: Route) -> None:
    await sleep(0.5)
    await route.continue_()


async def test_next_ticket_at_a_kiosk_ends_the_welcome_before_it(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("One", ""), make_guest("Two", ""))
    page = await kiosk_of(open_page, server, pool, event)
    welcome = page.locator("[data-answer=welcome]")

    await type_as_scanner(page, code_of(booked))
    await expect(welcome).to_contain_text("One")
    await type_as_scanner(page, code_of(booked))  # still under the scanner
    await type_as_scanner(page, code_of(booked, 1))
    await expect(welcome).to_contain_text("Two", timeout=3000)
    await expect(welcome).to_have_count(0, timeout=PATIENT)
    verdicts = await pool.fetch("select verdict from check_ins where event_id = $1", event.id)
    assert [row[0] for row in verdicts] == ["admitted", "admitted"]


async def test_scans_go_in_smaller_portions_over_a_line_that_is_too_slow(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    names = ("One", "Two", "Three", "Four")
    booked = await book(pool, event, *(make_guest(name, "") for name in names))
    phone = await open_phone(event)
    await outage.begin(phone)
    for place, name in enumerate(names):
        await phone.scan(code_of(booked, place), "admitted", name)
    await phone.context.route("**/door/scans", never_answer_many)
    await outage.end()

    await expect(phone.page.locator("[data-net-word]")).not_to_contain_text("Waiting", timeout=40_000)
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1 and verdict = 'admitted'", event.id) == 4


async def never_answer_many(route: Route) -> None:
    if len((route.request.post_data_json or {}).get("scans", [])) <= 2:
        await route.continue_()


async def test_list_that_was_on_its_way_does_not_open_a_tab_that_lost_its_place(open_phone: OpenPhone, pool: Pool) -> None:
    phone = await open_phone(await make_event(pool))
    asked, go_on = Event(), Event()

    async def hold_the_first(route: Route) -> None:
        if not asked.is_set():
            asked.set()
            await go_on.wait()
        await route.continue_()

    await phone.context.route("**/door/list*", hold_the_first)
    await phone.page.reload()
    await asked.wait()
    second = await phone.context.new_page()
    await second.goto("/door")
    await second.get_by_role("button", name="Scan in this tab").click()
    elsewhere = phone.page.get_by_role("heading", name="The scanner is open in another tab")
    await expect(elsewhere).to_be_visible()

    async with phone.page.expect_response("**/door/list*"):
        go_on.set()
    await phone.page.wait_for_timeout(500)
    await expect(elsewhere).to_be_visible()


async def test_answer_of_something_on_the_way_does_not_make_a_phone_forget(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("One", ""))
    phone = await open_phone(event)
    await outage.begin(phone)
    await phone.scan(code_of(booked), "admitted", "One")
    await phone.context.route("**/door/scans", lambda route: route.fulfill(status=410, body="Gone"))
    async with phone.page.expect_response("**/door/scans"):
        await outage.end()
    await phone.page.wait_for_timeout(500)
    await phone.context.unroute("**/door/scans")
    await phone.expect_queue(0)
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1 and verdict = 'admitted'", event.id) == 1
