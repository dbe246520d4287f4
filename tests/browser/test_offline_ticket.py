"""A ticket at an entrance without any connection: the server is really gone, and the browser knows it."""

import io
from collections.abc import AsyncIterator

import pytest
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Page, Route, expect

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.actions import cancel_places
from events.registration.model import Outcome
from events.registration.queries import booking_by_id
from tests.builders import book, make_event, make_guest, make_programme
from tests.itinerary.builders import book_together, make_event_at

from .conftest import OpenPage, Server

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NO_CONNECTION_JA = "接続できません"
HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ")


@pytest.fixture
async def outage(server: Server) -> AsyncIterator["Outage"]:
    broken = Outage(server)
    yield broken
    await broken.end()


class Outage:
    """Takes the network away from a page, and gives it back."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.pages: list[Page] = []

    async def begin(self, page: Page) -> None:
        self.pages.append(page)
        await page.context.set_offline(offline=True)
        await self.server.stop()

    async def end(self) -> None:
        if self.server.process and self.server.process.returncode is not None:
            await self.server.start()
        for page in self.pages:
            if not page.is_closed():
                await page.context.set_offline(offline=False)


async def kept(open_page: OpenPage, outcome: Outcome, **context: object) -> Page:
    """The ticket, opened and kept."""
    page = await open_page(f"/t/{outcome.tickets[0].code}", **context)
    await expect(page.locator("[data-ticket-kept]")).to_be_visible()
    return page


async def decoded(page: Page) -> str:
    """What a scanner reads from the screen."""
    shot = Image.open(io.BytesIO(await page.locator(".ticket-qr").screenshot()))
    [code] = zxingcpp.read_barcodes(shot)
    return code.text


async def give_back(pool: Pool, outcome: Outcome) -> None:
    booking = await booking_by_id(pool, outcome.booking_id)
    assert booking is not None
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, booking.event_id, [place.registration_id for place in booking.places], actor="guest", now=now())


@pytest.mark.parametrize("look", [("en-GB", "light", "No connection"), ("ja", "dark", NO_CONNECTION_JA)])
async def test_ticket_opens_without_a_connection_and_its_code_is_read(
    open_page: OpenPage, pool: Pool, outage: Outage, look: tuple[str, str, str]
) -> None:
    language, scheme, told = look
    programme_id = await make_programme(pool)
    events = [await make_event_at(pool, hours, title=title, programme_id=programme_id) for hours, title in ((0, "Visit"), (9, "Dinner"))]
    [outcome, _dinner] = await book_together(pool, events, HANAKO)
    page = await kept(open_page, outcome, locale=language, color_scheme=scheme)
    await outage.begin(page)
    await page.reload()
    await expect(page.get_by_text(told)).to_be_visible()
    await expect(page.get_by_role("heading", name="Dinner")).to_be_visible()
    assert await decoded(page) == f"{outage.server.url}/T/{outcome.tickets[0].code}".upper()
    assert (await Axe().run(page, options=WCAG)).response["violations"] == []
    styled = await page.locator(".ticket-code").evaluate("card => getComputedStyle(card).display")
    assert (styled, await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0) == ("grid", True)


async def test_place_given_back_is_seen_as_soon_as_there_is_a_connection(open_page: OpenPage, pool: Pool, outage: Outage) -> None:
    outcome = await book(pool, await make_event(pool))
    page = await kept(open_page, outcome)
    await outage.begin(page)
    await give_back(pool, outcome)
    await page.reload()
    await expect(page.locator(".ticket-qr")).to_be_visible()
    await outage.end()
    await expect(page.get_by_text("This place was given back")).to_be_visible()
    assert await page.locator(".ticket-qr").count() == 0
    await page.wait_for_timeout(300)
    await outage.begin(page)
    await page.reload()
    await expect(page.get_by_text("This place was given back")).to_be_visible()


async def test_ticket_that_was_issued_again_is_forgotten(open_page: OpenPage, pool: Pool, outage: Outage) -> None:
    outcome = await book(pool, await make_event(pool))
    page = await kept(open_page, outcome)
    await pool.execute(
        "update tickets set code_hash = $2 from guests g where g.id = guest_id and g.booking_id = $1", outcome.booking_id, b"another"
    )
    await page.reload()
    await expect(page.get_by_text("We do not know this ticket.")).to_be_visible()
    assert await keys(page) == []


async def test_nothing_but_tickets_is_kept(open_page: OpenPage, pool: Pool, outage: Outage) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    page = await kept(open_page, outcome)
    path = f"/t/{outcome.tickets[0].code}"
    for other in (f"/e/{event.slug}", f"/b/{outcome.token}", f"{path}/ticket.pdf"):
        await page.evaluate("address => fetch(address)", other)
    stored = await keys(page)
    assert [one for one in stored if not one.startswith("/static/")] == [path]
    assert any(one.endswith(".woff2") for one in stored)


async def test_guest_removes_the_ticket_from_the_phone(open_page: OpenPage, pool: Pool) -> None:
    page = await kept(open_page, await book(pool, await make_event(pool)))
    await page.get_by_role("button", name="Remove it from this phone").click()
    await expect(page.locator("[data-ticket-kept]")).to_be_hidden()
    for _attempt in range(50):
        if await keys(page) == []:
            break
        await page.wait_for_timeout(50)
    assert await keys(page) == []


async def test_slow_network_at_the_door_is_not_waited_for(open_page: OpenPage, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    page = await kept(open_page, outcome)

    async def never(_route: Route) -> None:
        return None

    await page.context.route("**/t/*", never)
    await page.reload(timeout=15_000)
    await expect(page.get_by_text("No connection")).to_be_visible()


async def keys(page: Page) -> list[str]:
    """Every address in the browser's caches."""
    return list(
        await page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
              return found;
            }"""
        )
    )
