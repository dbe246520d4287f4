"""Doors in trouble: open questions at a kiosk, hasty hardware scanners, a slow line, and a list that arrives too late."""

from asyncio import sleep

from playwright.async_api import Route, expect

from events.kit.database import Pool
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of
from tests.door.phones import ask

from .conftest import OpenPage, Server
from .phones import OpenPhone, open_phone
from .test_door_screens import kiosk_of, type_as_scanner

__all__ = ["open_phone"]  # fixture

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
