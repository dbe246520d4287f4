"""Badges, the print station and the guest list on paper in a real browser: accessible, narrow enough, and printed once."""

import asyncio

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
import zxingcpp
from playwright.async_api import Page

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import Role, Staff
from events.kit.database import Pool
from events.programme.model import Event
from tests.badges.builders import arrive, ask, confirm, make_look, prints
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import HANAKO, LONG, NARROW, faults
from tests.builders import make_event, make_guest
from tests.door.test_paper_lists import let_in, print_list
from tests.staff import make_session, make_staff

# Counts what would come out of a printer, with the picture that was on the page at that moment.
PRINTER = """
window.printed = [];
window.print = () => { window.printed.push(document.querySelector(".badge-page > img")?.naturalWidth ?? 0); };
"""
# The page in a badge's size stays, so that it can be printed to a file after the script thought it was printed.
KEEP_LAST = """() => {
  const replace = Element.prototype.replaceChildren;
  Element.prototype.replaceChildren = function (...nodes) { if (nodes.length) replace.apply(this, nodes); };
}"""


async def sign_in(page: Page, server: Server, pool: Pool, staff: Staff) -> None:
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])


async def station(open_page: OpenPage, server: Server, pool: Pool, event: Event, **context: object) -> Page:
    """A signed-in print station with a printer that only counts."""
    page = await open_page("/sign-in", viewport={"width": 1100, "height": 900}, **context)
    await sign_in(page, server, pool, await make_staff(pool, event.organiser_id, role=Role.DOOR))
    await page.add_init_script(PRINTER)
    await page.goto(f"/organiser/events/{event.slug}/badges/station")
    await page.locator('[data-live="live"]:visible').wait_for()
    return page


async def printed_by(page: Page) -> list[int]:
    return await page.evaluate("window.printed")  # type: ignore[no-any-return]


async def tell(pool: Pool, event: Event) -> None:
    """What the door's handlers do after a scan or a wish."""
    await pool.execute("select pg_notify('live', $1)", f'["{event.live_topic}"]')


async def until_printed(pool: Pool, event: Event, number: int) -> None:
    for _ in range(300):
        if len(await prints(pool, event)) >= number:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(await prints(pool, event))} badges came out, not {number}")


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark"), ("en", "light")])
async def test_pages_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    event = await make_event(pool, contingents={"japan": 5})
    staff = await make_staff(pool, event.organiser_id)
    hanako, _, late = await confirm(pool, event, HANAKO, LONG, make_guest("Contoh", "", flags=["speaker"]))
    await make_look(pool, event, on_arrival=True)
    await arrive(pool, event, hanako)
    await ask(pool, event, late)
    await print_list(pool, event, staff)
    page = await open_page("/sign-in", locale=locale, viewport=NARROW, color_scheme=scheme)
    await sign_in(page, server, pool, staff)
    home = f"/organiser/events/{event.slug}"
    seen = {}
    for path in ("/badges", "/badges/station", "/badges/station?q=a", "/badges?which=all&q=zzz", "/paper-lists", "/paper-lists/1/entries"):
        answer = await page.goto(home + path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    await page.locator("[name=numbers]").fill("1-3")
    await page.locator("form.paper-entry button.button-primary").click()
    await page.wait_for_url("**/preview")
    seen["preview"] = await faults(page)
    assert {path: found for path, found in seen.items() if found} == {}


async def test_two_stations_print_every_arrival_once(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    await make_look(pool, event, on_arrival=True)
    guests = await confirm(pool, event, *(make_guest(f"Gast {n}") for n in range(8)))
    stations = [await station(open_page, server, pool, event) for _ in range(2)]
    for one in stations:
        await one.get_by_label("Print every badge that is waiting by itself").check()
    await arrive(pool, event, *guests)
    await tell(pool, event)
    await until_printed(pool, event, 8)
    await ask(pool, event, guests[0])  # one more, from a phone
    await tell(pool, event)
    await until_printed(pool, event, 9)
    await asyncio.sleep(0.5)
    came_out = [picture for one in stations for picture in await printed_by(one)]
    assert (len(came_out), 0 in came_out) == (9, False)
    assert sorted(one for one, _, _ in await prints(pool, event)) == sorted([*guests, guests[0]])
    await stations[0].get_by_text("Nothing is waiting").wait_for()


async def test_queue_survives_a_reload_in_the_middle_of_a_badge(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    await ask(pool, event, one)
    page = await station(open_page, server, pool, event)
    await page.route("**/print", lambda route: route.abort())  # it is at the printer when the network goes
    async with page.expect_event("requestfailed"):
        await page.get_by_role("button", name="Print now").click()
    await page.unroute("**/print")
    await page.reload()
    await page.get_by_text("Look whether it came out").wait_for()
    assert (await printed_by(page), await prints(pool, event)) == ([], [])
    await page.get_by_role("button", name="It came out").click()
    await until_printed(pool, event, 1)
    await page.get_by_text("Nothing is waiting").wait_for()


async def test_badge_whose_picture_fails_goes_back_into_the_queue(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    page = await station(open_page, server, pool, event)
    await page.route("**/picture.svg", lambda route: route.abort())
    await page.get_by_label("Print every badge that is waiting by itself").check()
    await ask(pool, event, one)
    await tell(pool, event)
    await page.get_by_text("could not be fetched").wait_for()
    assert (await printed_by(page), await page.get_by_role("button", name="Print now").count()) == ([], 1)
    await page.unroute("**/picture.svg")
    await page.get_by_role("button", name="Print now").click()
    await until_printed(pool, event, 1)


@pytest.mark.parametrize(("layout", "size"), [("card", (86, 54)), ("fold", (105, 148)), ("place_card", (90, 90))])
async def test_printed_page_has_the_badges_size(
    open_page: OpenPage, server: Server, pool: Pool, layout: str, size: tuple[int, int]
) -> None:
    """What the browser really sends to the printer: one page in the badge's own size, with the code on it readable."""
    event = await make_event(pool)
    await make_look(pool, event, layout=layout, qr="mark")
    [one] = await confirm(pool, event, HANAKO)
    await ask(pool, event, one)
    page = await station(open_page, server, pool, event)
    await page.evaluate(KEEP_LAST)
    await page.get_by_role("button", name="Print now").click()
    await until_printed(pool, event, 1)
    paper = pdfium.PdfDocument(await page.pdf(prefer_css_page_size=True))
    width, height = paper[0].get_size()
    assert (len(paper), round(width / 72 * 25.4), round(height / 72 * 25.4)) == (1, *size)
    codes = zxingcpp.read_barcodes(paper[0].render(scale=4).to_pil())
    assert bool(codes) == (layout != "place_card")


async def test_station_and_list_work_without_scripts(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    staff = await make_staff(pool, event.organiser_id)
    [one] = await confirm(pool, event)
    await arrive(pool, event, one)
    await print_list(pool, event, staff)
    page = await open_page("/sign-in", java_script_enabled=False)
    await sign_in(page, server, pool, staff)
    await page.goto(f"/organiser/events/{event.slug}/badges/station")
    await page.get_by_role("button", name="Print badge Erika Platzhalter").click()
    await page.get_by_role("button", name="Not needed").wait_for()
    await pool.execute("update check_ins set verdict = 'refused', reason = 'cancelled' where event_id = $1", event.id)
    await page.goto(f"/organiser/events/{event.slug}/paper-lists/1/entries")
    await page.get_by_label("1 Erika Platzhalter").check()
    await page.get_by_role("button", name="Look before anything is written").click()
    await page.get_by_role("button", name="Let them in").click()
    await page.get_by_text("1 guest is in").wait_for()
    assert [(who, by) for who, by, _, _ in await let_in(pool, event)] == [(one, "paper")]
