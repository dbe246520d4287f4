"""The organiser's evening in real browsers: two phones contradict each other, every board hears of it, and of the decision."""

import time
from typing import Any

import pytest
from playwright.async_api import Page, expect

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.door.board_builders import scanned, set_rules
from tests.door.builders import code_of, make_phone, registration_ids
from tests.staff import make_session, make_staff

from .conftest import OpenPage, Server
from .phones import OpenPhone, open_phone
from .test_guest_pages import HANAKO, LONG, NARROW, faults

__all__ = ["open_phone"]  # a fixture

DESKTOP = {"width": 1280, "height": 800}


async def signed_in(open_page: OpenPage, server: Server, pool: Pool, event: Event, *, role: Role = Role.ORGANISER, **context: Any) -> Page:
    """The door's page in the browser of one more person of the team."""
    page = await open_page("/sign-in", **context)
    session = await make_session(pool, await make_staff(pool, event.organiser_id, role=role))
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server.url}])
    await page.goto(f"/organiser/events/{event.slug}/door")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    return page


async def test_conflict_of_two_phones_appears_without_reload_and_goes_once_it_is_decided(
    open_page: OpenPage, open_phone: OpenPhone, server: Server, pool: Pool
) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, HANAKO))
    garden, main = await open_phone(event, gate="Garden gate", name="Aiko"), await open_phone(event, gate="Main gate", name="Jonas")
    desk = await signed_in(open_page, server, pool, event, viewport=DESKTOP)
    handset = await signed_in(open_page, server, pool, event, role=Role.DOOR)
    for board in (desk, handset):
        await board.evaluate("window.stayed = true")  # a reload would lose it
    for phone in (garden, main):
        await phone.context.set_offline(offline=True)
        await phone.scan(code, "admitted")

    for phone in (garden, main):
        await phone.context.set_offline(offline=False)
    for board in (desk, handset):
        conflict = board.locator("[data-conflict]")
        await expect(conflict).to_have_count(1, timeout=20_000)
        for words in ("見本", "One ticket, two entries", "Garden gate · Aiko", "Main gate · Jonas"):
            await expect(conflict).to_contain_text(words)
        await expect(board.locator("[data-figure=inside]")).to_have_text("1")
        assert await board.evaluate("window.stayed")

    for phone in (garden, main):
        await expect(phone.page.locator("[data-notices] > *")).to_have_count(1)

    decision = await desk.context.new_page()
    await decision.goto(f"/organiser/events/{event.slug}/door")
    await decision.get_by_role("link", name="Decide").click()
    await decision.get_by_label("The same person, scanned twice").check()
    await decision.get_by_role("textbox", name="Note").fill("Went out for her coat")
    begun = time.monotonic()
    await decision.get_by_role("button", name="Decide").click()
    for board in (desk, handset):
        await expect(board.locator("[data-conflict]")).to_have_count(0)
        assert await board.evaluate("window.stayed")
    assert time.monotonic() - begun < 3
    for phone in (garden, main):
        await expect(phone.page.locator("[data-notices] > *")).to_have_count(0)
    await expect(decision.get_by_text("Went out for her coat")).to_be_visible()


async def test_board_hears_of_a_scan_within_a_second(open_page: OpenPage, open_phone: OpenPhone, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry", fire_limit=2, crew_inside=1)
    code = code_of(await book(pool, event, make_guest("Anna", "")))
    phone = await open_phone(event, gate="Garden gate", name="Aiko")
    board = await signed_in(open_page, server, pool, event)
    await expect(board.get_by_text("Room for 1 more")).to_be_visible()
    await board.evaluate(
        """() => new MutationObserver(() => {
          const shown = document.querySelector("[data-figure=inside]").textContent;
          if (shown === "1" && !window.shownAt) window.shownAt = Date.now();
        }).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true })"""
    )
    await phone.scan(code, "admitted")
    await expect(board.get_by_text("Full: nobody more")).to_be_visible()
    admitted_at = await pool.fetchval("select server_at from check_ins where event_id = $1", event.id)
    shown_at = await board.evaluate("window.shownAt")
    assert shown_at / 1000 - admitted_at.timestamp() < 1
    await expect(board.locator(".feed-entry").first).to_contain_text("Garden gate · Aiko")


async def test_other_rules_reach_an_open_phone(open_page: OpenPage, open_phone: OpenPhone, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(event)
    await expect(phone.page.locator("[data-mode-switch]")).to_be_hidden()
    desk = await signed_in(open_page, server, pool, event, viewport=DESKTOP)
    await desk.get_by_role("link", name="Rules at the door").click()
    await desk.get_by_label("People leave and come back").check()
    await desk.get_by_role("button", name="Save").click()
    await expect(desk.get_by_text("Saved.")).to_be_visible()
    await expect(phone.page.locator("[data-mode-switch]")).to_be_visible(timeout=10_000)


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark"), ("en-GB", "dark")])
async def test_pages_of_the_evening_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    event = await make_event(pool, contingents={"reserve": 20})
    await set_rules(pool, event, exits="reentry", fire_limit=3, crew_inside=1, walk_ins=True)
    async with pool.acquire() as connection:
        (garden, _), (main, _) = (
            await make_phone(connection, event, gate="Garden gate", name="Aiko"),
            await make_phone(connection, event, gate="Main gate", name="Jonas"),
        )
    hanako, long = await registration_ids(pool, await book(pool, event, HANAKO, LONG))
    await scanned(pool, event, garden, hanako, at=now(), offline=True)
    conflict, _ = await scanned(pool, event, main, hanako, at=now(), offline=True)
    await scanned(pool, event, main, long, at=now(), offline=True)
    question = await pool.fetchval(
        """
        insert into door_questions (id, event_id, position, label, only_flags, is_required)
        values (gen_random_uuid(), $1, 0, '{"en": "Passport seen?", "de": "Ausweis?", "ja": "身分証を確認しましたか"}', '{vip}', true)
        returning id
        """,
        event.id,
    )
    board = await signed_in(open_page, server, pool, event, locale=locale, viewport=NARROW, color_scheme=scheme)
    seen = {"board": await faults(board)}
    for path in (
        "conflicts",
        f"conflicts/{conflict}",
        "guests?q=mihon",
        f"guests/{hanako}",
        f"guests/{hanako}/records/{conflict}/undo",
        "rules",
        "questions/new",
        f"questions/{question}",
    ):
        answer = await board.goto(f"/organiser/events/{event.slug}/door/{path}")
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(board)]
    assert {path: found for path, found in seen.items() if found} == {}
