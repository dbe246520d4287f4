"""A steward asks for a badge from the welcome; the print station has it once."""

from playwright.async_api import expect

from events.kit.database import Pool
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of

from .phones import OpenPhone, Outage, open_phone, outage

__all__ = ["open_phone", "outage"]  # fixtures


async def test_welcome_offers_a_badge_where_badges_are_printed(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event, plain = await make_event(pool), await make_event(pool)
    await pool.execute("insert into badge_settings (event_id) values ($1)", event.id)
    booked = await book(pool, event, make_guest("Weiß", "Clara"), make_guest("Roth", "Ida"))
    without_badges = await book(pool, plain, make_guest("Blau", "Udo"))
    phone, elsewhere = await open_phone(event), await open_phone(plain)
    button = phone.page.locator("[data-verdicts] [data-badge]")

    await phone.type_code(code_of(booked))
    await phone.expect_verdict("admitted", "Weiß")
    await button.click()
    await expect(button).to_have_text("Badge asked for")
    await expect(button).to_be_disabled()
    assert await pool.fetchval("select count(*) from badge_requests where event_id = $1", event.id) == 1

    await elsewhere.type_code(code_of(without_badges))
    await elsewhere.expect_verdict("admitted", "Blau")
    await expect(elsewhere.page.locator("[data-verdicts] [data-badge]")).to_be_hidden()

    await outage.begin(phone)
    await phone.next_guest()
    await phone.type_code(code_of(booked, 1))
    await phone.expect_verdict("admitted", "Roth")
    await expect(button).to_be_hidden()  # there is nobody to ask
    await outage.end(phone)
