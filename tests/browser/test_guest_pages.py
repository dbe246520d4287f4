"""The guests' pages in a real browser: accessible and narrow enough in every state, and what their scripts add."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.kit.database import Pool
from tests.browser.conftest import OpenPage
from tests.builders import book, fill, make_event, make_guest, make_programme

AGENDA = [{"at": "18:00", "title": {"de": "Empfang", "en": "Reception", "ja": "受付"}}]
NARROW = {"width": 320, "height": 700}
HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", family_name_latin="Mihon", given_name_latin="Hanako"
)
LONG = make_guest("Freiherr von und zu Musterberg-Beispielhausen", "Max Anton Emanuel", company="Donaudampfschifffahrtsgesellschaft mbH")


async def faults(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 AA among it), and whether the page is wider than its window."""
    await page.evaluate("document.fonts.ready.then(() => true)")
    found = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in (await Axe().run(page)).response["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


async def send(page: Page, **answers: str) -> None:
    """Fills fields of the page's form by name and presses its main button."""
    for name, value in answers.items():
        await page.locator(f"[name='{name}']").fill(value)
    async with page.expect_navigation():
        await page.locator("form .button-primary").click()


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("en", "dark"), ("ja", "light")])
async def test_pages_before_signing_up_are_accessible(open_page: OpenPage, pool: Pool, locale: str, scheme: str) -> None:
    programme = await make_programme(pool)
    event = await make_event(pool, programme_id=programme, capacity=20, agenda=AGENDA)
    full = await make_event(pool, programme_id=programme, capacity=1)
    await fill(pool, full, 1)
    slug = await pool.fetchval("select slug from programmes where id = $1", programme)
    page = await open_page("/", locale=locale, viewport=NARROW, color_scheme=scheme)
    seen = {"/": await faults(page)}
    for path in (f"/p/{slug}", f"/e/{event.slug}", f"/e/{full.slug}", f"/e/{event.slug}/privacy"):
        await page.goto(path)
        seen[path] = await faults(page)
    assert {path: found for path, found in seen.items() if found} == {}


@pytest.mark.parametrize("locale", ["de", "en", "ja"])
async def test_refused_form_and_late_sign_up_are_accessible(open_page: OpenPage, pool: Pool, locale: str) -> None:
    event = await make_event(pool, capacity=2)
    page = await open_page(f"/e/{event.slug}", locale=locale, viewport=NARROW)
    await page.locator(".companion-name").first.click()
    await page.locator("[name=diet][value=vegan]").check()
    await send(page, email="katharina@", **{"companion-1-family_name": "Contoh"})
    assert await faults(page) == []
    await expect(page.locator("[data-errors]")).to_be_focused()
    await fill(pool, event, 2)
    await page.locator("[name=sensitive]").check()
    await page.locator("[name=privacy]").check()
    await send(page, email="katharina@example.com", family_name="Contoh")
    assert await faults(page) == []
    await send(page)
    await expect(page.locator(".booked-guest")).to_have_count(2)


@pytest.mark.parametrize("locale", ["de", "en", "ja"])
async def test_booking_pages_are_accessible(open_page: OpenPage, pool: Pool, locale: str) -> None:
    event = await make_event(pool, capacity=3)
    token = (await book(pool, event, LONG, HANAKO)).token
    waiting = (await book(pool, event, HANAKO, LONG, accept_waitlist=True)).token
    page = await open_page(f"/b/{token}", locale=locale, viewport=NARROW, color_scheme="dark")
    edit = await page.locator("a[href*='/guests/']").first.get_attribute("href")
    seen = {f"/b/{token}": await faults(page)}
    for path in (str(edit), f"/b/{token}/cancellation", f"/b/{waiting}"):
        await page.goto(path)
        seen[path] = await faults(page)
    assert {path: found for path, found in seen.items() if found} == {}


async def test_companions_appear_one_by_one_and_can_be_removed(open_page: OpenPage, pool: Pool) -> None:
    page = await open_page(f"/e/{(await make_event(pool)).slug}")
    shown = page.locator("details.companion:visible")
    await expect(shown).to_have_count(1)
    await shown.first.locator(".companion-name").click()
    await expect(shown).to_have_count(2)
    await page.locator("[name='companion-1-family_name']").fill("Contoh")
    await page.locator("[data-remove]:visible").click()
    await expect(shown).to_have_count(1)
    assert await page.locator("[name='companion-1-family_name']").input_value() == ""


async def test_consent_for_food_is_asked_when_there_is_something_to_agree_to(open_page: OpenPage, pool: Pool) -> None:
    page = await open_page(f"/e/{(await make_event(pool, max_companions=0)).slug}")
    consent = page.locator("[name=sensitive]")
    await expect(consent).to_be_hidden()
    await page.locator("[name=diet][value=halal]").check()
    await expect(consent).to_be_visible()
    await page.locator("[name=diet][value='']").check()
    await expect(consent).to_be_hidden()
    await page.locator(".care .more summary").click()
    await page.locator("[name=access_needs]").fill("ramp")
    await expect(consent).to_be_visible()


async def test_places_are_counted_live(open_page: OpenPage, pool: Pool) -> None:
    event = await make_event(pool, capacity=20)
    page = await open_page(f"/e/{event.slug}")
    await expect(page.locator(".chair-taken")).to_have_count(0)
    await fill(pool, event, 3, party_size=3)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("[data-places=free]")).to_have_text(["17", "17"])
    await expect(page.locator(".chair-taken")).to_have_count(3)


@pytest.mark.parametrize("scripts", [True, False])
async def test_party_that_goes_back_and_sends_again_is_booked_once(open_page: OpenPage, pool: Pool, scripts: bool) -> None:
    event = await make_event(pool)
    page = await open_page(f"/e/{event.slug}", java_script_enabled=scripts)
    for _ in range(2):
        companion = page.locator("details.companion").first
        if await companion.get_attribute("open") is None:
            await companion.locator(".companion-name").click()
        await page.locator("[name=privacy]").check()
        await send(page, family_name="Platzhalter", email="erika@example.com", **{"companion-1-family_name": "Contoh"})
        await expect(page.locator(".booked-guest h3")).to_have_text(["Platzhalter", "Contoh"])
        await page.go_back()
    assert await pool.fetchval("select count(*) from bookings where event_id = $1", event.id) == 1
