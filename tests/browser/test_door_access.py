"""The door for everyone: axe on every page and verdict, narrow screens, no script, and a phone paired by its own QR code."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Page, expect

from events.door.actions import add_phone, pairing_code
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, make_phone, registration_ids
from tests.staff import make_session, make_staff

from .conftest import OpenPage, Scanner, Server

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LONG = make_guest(
    "Müßig-Großäcker-Wolfeschlegelsteinhausen", "Jörg Maria", honorific="Prof. Dr.-Ing.", table_name="12", diet="no_pork; keine Nüsse",
    company="Gesellschaft für Beispielsensorik und Musteroptik mbH & Co. KG", flags=["vip", "speaker", "no_photo", "wheelchair"],
)  # fmt: skip

SignedIn = Callable[..., Awaitable[Page]]


@pytest.fixture
def signed_in(open_page: OpenPage, pool: Pool, server: Server) -> SignedIn:
    async def open_one(event: Event, path: str, **context: Any) -> Page:
        page = await open_page("/sign-in", **context)
        session = await make_session(pool, await make_staff(pool, event.organiser_id))
        await page.context.add_cookies([{"name": "session", "value": session, "url": server.url}])
        await page.goto(path)
        return page

    return open_one


async def expect_accessible(page: Page) -> None:
    found = await Axe().run(page, options=WCAG)
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == [], page.url
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def type_code(page: Page, code: str) -> None:
    await page.locator("[data-open=type]").click()
    await page.locator("[name=code]").fill(code)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(("locale", "width"), [("de-DE", 320), ("ja-JP", 390), ("en-GB", 768)])
async def test_every_verdict_and_sheet_is_accessible(scanner: Scanner, pool: Pool, locale: str, width: int) -> None:
    owner = await make_organiser(pool)
    event, reception = await make_event(pool, organiser_id=owner), await make_event(pool, organiser_id=owner, title="Embassy reception")
    booked, elsewhere = await book(pool, event, LONG, make_guest()), await book(pool, reception, LONG)
    await cancel_one(pool, event, await registration_ids(pool, booked))
    page = await scanner(event, locale=locale, viewport={"width": width, "height": 720})
    await expect_accessible(page)

    for code, kind in (
        (code_of(booked, 0), "admitted"), (code_of(booked, 0), "already-in"), (code_of(booked, 1), "refused"),
        (code_of(elsewhere), "refused"), ("AAAA AAAA AAAA AAAA", "refused"),
    ):  # fmt: skip
        await type_code(page, code)
        shown = page.locator(f"section.verdict-{kind}")
        await expect(shown).to_be_visible()
        await shown.locator(".verdict-word").dispatch_event("pointerdown")  # a touched welcome stays
        await expect_accessible(page)
        await page.locator("[data-next]").click()

    await page.locator("[data-open=find]").click()
    await page.locator("[name=q]").fill("müßig")
    await expect(page.locator("[data-results] li")).to_have_count(1)
    await expect_accessible(page)
    await page.keyboard.press("Escape")
    await page.locator("[data-open=type]").click()
    await expect_accessible(page)


async def cancel_one(pool: Pool, event: Event, ids: list[Any]) -> None:
    async with pool.acquire() as connection:
        await cancel_places(connection, event.id, ids[1:], actor="guest", reason="", now=now())


@pytest.mark.parametrize(("locale", "scheme"), [("de-DE", "light"), ("ja-JP", "dark")])
async def test_pairing_and_phone_pages_are_accessible(
    open_page: OpenPage, signed_in: SignedIn, pool: Pool, locale: str, scheme: str
) -> None:
    event = await make_event(pool)
    async with pool.acquire() as connection:
        phone_id = await add_phone(connection, TOKENS, event_id=event.id, name="Aiko", gate="Garden gate", now=now())
        await make_phone(connection, event)
    phone = await open_page("/door", locale=locale)
    for path in ("/door", "/door/pair?code=abc", f"/door/pair/{pairing_code(TOKENS, phone_id)}"):
        await phone.goto(path)
        await expect_accessible(phone)
    for width in (320, 1280):
        phones = f"/organiser/events/{event.slug}/phones"
        desk = await signed_in(event, phones, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800})
        await expect_accessible(desk)
        await desk.goto(f"{phones}/{phone_id}")
        await expect_accessible(desk)


async def test_phone_is_paired_by_the_qr_code_on_the_organisers_screen(
    open_page: OpenPage, signed_in: SignedIn, pool: Pool, server: Server
) -> None:
    event = await make_event(pool)
    desk = await signed_in(event, f"/organiser/events/{event.slug}/phones", viewport={"width": 1280, "height": 900})
    await desk.get_by_label("Who carries it?").fill("Aiko")
    await desk.get_by_label("Gate").fill("Garden gate")
    await desk.get_by_role("button", name="Add a phone").click()
    picture = Image.open(io.BytesIO(await desk.get_by_role("img", name="QR code that connects the phone").screenshot()))
    [read] = zxingcpp.read_barcodes(picture)

    phone = await open_page(read.text.removeprefix(server.url))
    await phone.get_by_role("button", name="Connect").click()

    await expect(phone.get_by_role("button", name="Start scanning")).to_be_visible()
    await expect(phone.get_by_text("Garden gate · Aiko")).to_be_visible()
    await expect(desk.get_by_role("heading", name="This phone is ready")).to_be_visible(timeout=10_000)


async def test_without_a_script_codes_and_names_still_work(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("Hoffmann", "Jonas"), make_guest("Weiß", "Clara"))
    page = await scanner(event, java_script_enabled=False)

    await page.get_by_label("Code on the ticket").fill(code_of(booked).lower())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await expect(page.get_by_text("Jonas Hoffmann")).to_be_visible()
    await page.get_by_role("link", name="Next guest").click()

    await page.get_by_label("Name or company").fill("weiss")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("[data-figure=inside]")).to_have_text("1")
