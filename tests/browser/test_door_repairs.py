"""Doors in trouble: open questions at a kiosk, hasty hardware scanners, a slow line, and a list that arrives too late."""

from playwright.async_api import expect

from events.kit.database import Pool
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of
from tests.door.phones import ask

from .conftest import OpenPage, Server
from .test_door_screens import kiosk_of, type_as_scanner

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
