"""The organiser's eyes on the phones: how each is, what becomes of one that is taken back, and what it still had to say."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from events.door.actions import add_phone
from events.door.stranded_queries import keep_stranded
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import TOKENS, book, make_event, make_guest
from tests.door.builders import code_of, make_phone

from .conftest import OpenPage, Server
from .phones import OpenPhone, open_phone
from .test_door_access import SignedIn, expect_accessible, signed_in

__all__ = ["open_phone", "signed_in"]

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="例示商事")


def phones_of(event: Event) -> str:
    return f"/organiser/events/{event.slug}/phones"


async def disconnect(desk: Page, event: Event, name: str) -> None:
    """As the organiser does it: the phone's own page, then the red button."""
    await desk.get_by_role("link", name=f"Details {name}").click()
    await desk.get_by_role("button", name="Disconnect and delete its list").click()
    await expect(desk).to_have_url(f"{desk.url.partition('/organiser')[0]}{phones_of(event)}")


async def test_phone_that_was_taken_back_hands_over_and_forgets_before_the_organisers_eyes(
    open_phone: OpenPhone, signed_in: SignedIn, pool: Pool
) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(), make_guest("Muster", "Jonas"))
    phone = await open_phone(event, name="Aiko")
    await phone.scan(code_of(outcome, 0), "admitted", "Erika Platzhalter")
    desk = await signed_in(event, phones_of(event), **DESK)
    await expect(desk.get_by_text("Connected", exact=True)).to_be_visible()
    await expect(desk.get_by_text("list of")).to_be_visible()
    await phone.context.set_offline(offline=True)
    await phone.scan(code_of(outcome, 1), "admitted", "Jonas Muster")

    await disconnect(desk, event, "Aiko")
    await expect(desk.get_by_text("Asked to forget")).to_be_visible()
    await phone.context.set_offline(offline=False)

    await expect(desk.get_by_text("Has forgotten everything")).to_be_visible(timeout=30_000)
    await expect(desk.get_by_role("heading", name="One scan waits for your decision")).to_be_visible(timeout=20_000)
    await desk.get_by_role("link", name="Look at them").click()
    await expect(desk.locator("b", has_text="Jonas Muster")).to_be_visible()
    await desk.get_by_role("button", name="Take in Jonas Muster").click()
    await expect(desk.get_by_role("heading", name="Nothing to decide")).to_be_visible()
    assert await pool.fetchval("select count(*) from presences where event_id = $1", event.id) == 2
    assert "Muster" not in await phone.page.content()


async def test_kiosk_without_a_network_knows_tickets_but_nobodys_name(open_phone: OpenPhone, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, make_guest("Secretperson"), HANAKO)
    phone = await open_phone(event, opened=False)
    await pool.execute("update devices set role = 'kiosk' where event_id = $1", event.id)
    await phone.page.goto("/door")
    answer = await phone.page.evaluate("fetch('/door/list').then((answer) => answer.text())")
    assert (len(answer) > 1000, "ecretperson" in answer, "花子" in answer) == (True, False, False)
    assert (await phone.page.request.get("/door/guests?q=secret")).status == 403


@pytest.mark.parametrize(("locale", "scheme", "width"), [("de-DE", "light", 390), ("ja-JP", "dark", 1280), ("en-GB", "light", 320)])
async def test_phones_of_every_state_and_their_scans_are_accessible(
    signed_in: SignedIn, pool: Pool, locale: str, scheme: str, width: int
) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, HANAKO)
    shown = await _phones_of_every_state(pool, event, code_of(outcome))
    desk = await signed_in(event, phones_of(event), locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await expect(desk.locator(".phones-phone")).to_have_count(len(shown))
    await expect_accessible(desk)
    for path in (f"{phones_of(event)}/stranded", *(f"{phones_of(event)}/{phone_id}" for phone_id in shown)):
        await desk.goto(path)
        await expect_accessible(desk)


async def _phones_of_every_state(pool: Pool, event: Event, code: str) -> list[str]:
    """One phone in each state; the one that was disconnected has left a readable and an unreadable scan."""
    changes = {
        "In touch": "battery_percent = 12, is_charging = false, list_at = now(), queue_length = 3",
        "Silent": "last_seen_at = now() - interval '20 minutes', battery_percent = 80, is_charging = true, list_at = now()",
        "Off duty": "valid_until = now() - interval '1 minute', role = 'supervisor'",
        "Asked": "revoked_at = now(), queue_length = 2",
        "Forgot": "revoked_at = now(), wiped_at = now()",
    }
    ids = []
    async with pool.acquire() as connection:
        for name, change in changes.items():
            phone, _ = await make_phone(connection, event, name=name)
            await connection.execute(f"update devices set {change} where id = $1", phone.id)
            ids.append(str(phone.id))
        scan = {"id": str(new_id()), "at": now().isoformat(), "act": "entry", "code_hash": token_hash(code).hex(), "note": "With a dog"}
        await keep_stranded(connection, phone, [(b"1", scan)], why="disconnected")
        await keep_stranded(connection, phone, [(b"2", {"act": "?", "words": "x" * 300})], why="unreadable")
        for name, when in (("Waiting", now()), ("Missed", now() - timedelta(hours=1))):
            ids.append(str(await add_phone(connection, TOKENS, event_id=event.id, name=name, gate="Garden gate", now=when)))
    return ids


async def test_form_for_a_phone_keeps_what_was_typed(signed_in: SignedIn, pool: Pool, open_page: OpenPage, server: Server) -> None:
    event = await make_event(pool)
    desk = await signed_in(event, phones_of(event), **DESK)
    await desk.get_by_label("Who carries it?").fill("Aiko")
    await desk.get_by_label("Kiosk").check()
    await desk.get_by_label("On duty from").fill("2027-04-22T18:00")
    await desk.get_by_label("On duty until").fill("2027-04-22T17:00")
    await desk.get_by_role("button", name="Add a phone").click()
    await expect(desk.locator("#valid_until-error")).to_have_text("This is before the beginning.")
    await expect(desk.get_by_label("Kiosk")).to_be_checked()
    await expect_accessible(desk)
    await desk.get_by_label("On duty until").fill("2027-04-22T23:00")
    await desk.get_by_role("button", name="Add a phone").click()
    await expect(desk.get_by_role("heading", name="Scan this with the phone’s camera")).to_be_visible()
    address = await desk.locator("a.phones-url").get_attribute("href")
    phone = await open_page((address or "").removeprefix(server.url))
    await expect(phone.get_by_text("Guests can then show it their own ticket")).to_be_visible()
