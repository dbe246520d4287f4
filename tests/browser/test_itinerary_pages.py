"""Several events at once in a real browser: usable for everyone, within the screen, nothing the content policy forbids."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import fill, make_guest, make_programme
from tests.itinerary.builders import HANEDA, YOKOHAMA, book_together, make_event_at
from tests.questions.builders import make_question
from tests.staff import make_session, make_staff

from .conftest import OpenPage, Server

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学")
LOOKS = [("en", "light", 320), ("de", "dark", 390), ("ja", "light", 1280)]


async def programme(pool: Pool) -> tuple[str, list[Event]]:
    """A talk and a lunch that are too far apart, a full evening, one by invitation, and a visit that asks something."""
    programme_id = await make_programme(pool, slug=None)
    talk = await make_event_at(pool, 0, 2, title="Photonics and Sensing", programme_id=programme_id, at=HANEDA)
    lunch = await make_event_at(pool, 2.25, title="Networking lunch", programme_id=programme_id, at=YOKOHAMA)
    evening = await make_event_at(pool, 9, title="Osaka evening", programme_id=programme_id, capacity=2)
    await fill(pool, evening, 2)
    reception = await make_event_at(pool, 24, title="Embassy reception", programme_id=programme_id, max_companions=0)
    await pool.execute("update events set access = 'invited' where id = $1", reception.id)
    visit = await make_event_at(pool, 28, title="Visit to a company", programme_id=programme_id, approval_required=True)
    await make_question(pool, visit.id, "hotel", required=True)
    slug = await pool.fetchval("select slug from programmes where id = $1", programme_id)
    return slug, [talk, lunch, evening, reception, visit]


async def is_sound(page: Page) -> None:
    found = await Axe().run(page, options=WCAG)
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
async def test_guest_chooses_is_warned_answers_and_sees_all_events(
    open_page: OpenPage, pool: Pool, *, language: str, scheme: str, width: int
) -> None:
    slug, [talk, lunch, evening, _reception, visit] = await programme(pool)
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    page = await open_page(f"/p/{slug}/registrations?lang={language}", **look)
    await is_sound(page)
    for event in (talk, lunch, evening, visit):
        await page.locator(f'input[name="events"][value="{event.slug}"]').check()
    await page.locator("#family_name").fill("見本" if language == "ja" else "Platzhalter")
    await page.locator("#given_name").fill("花子" if language == "ja" else "Erika")
    if language == "ja":
        await page.locator("#family_name_kana").fill("ミホン")
        await page.locator("#given_name_kana").fill("ハナコ")
    await page.locator("#email").fill("erika@example.com")
    await page.locator("details.companion > summary").first.click()
    await page.locator("#companion-1-family_name").fill("Contoh")
    await page.locator("#companion-1-events").check()
    await page.locator("#privacy").check()
    await page.locator('[name="waitlist"]').check()
    await page.locator("form.form-card button.button-primary").click()
    await expect(page.locator("#clashes_known")).to_be_visible()
    await is_sound(page)
    await page.locator("#clashes_known").check()
    await page.locator("form.form-card button.button-primary").click()
    await is_sound(page)
    await page.locator(f'[name="{visit.slug}--guest-0-q-hotel"]').fill("Grand")
    await page.locator("form.form-card button.button-primary").click()
    await expect(page.locator(".party-event")).to_have_count(4)
    await is_sound(page)
    await page.locator('a[href$="/events"]').click()
    await is_sound(page)


async def test_ticket_of_several_events_and_the_organisers_ways(open_page: OpenPage, pool: Pool, server: Server) -> None:
    _slug, [talk, lunch, *_others] = await programme(pool)
    [lead, _lunch] = await book_together(pool, [talk, lunch], HANAKO)
    page = await open_page(f"/t/{lead.tickets[0].code}?lang=ja", color_scheme="dark")
    await is_sound(page)
    session = await make_session(pool, await make_staff(pool, talk.organiser_id))
    desk = await open_page("/", viewport={"width": 1280, "height": 900})
    await desk.context.add_cookies([{"name": "session", "value": session, "url": server.url, "httpOnly": True}])
    await desk.goto(f"/organiser/events/{talk.slug}/ways")
    await is_sound(desk)
    await desk.goto(f"/organiser/events/{lunch.slug}/edit")
    await desk.locator("#starts_at").fill((await desk.locator("#starts_at").input_value())[:11] + "10:50")
    await desk.locator("form.form-card button.button-primary").click()
    await expect(desk.locator("#move_known")).to_be_visible()
    await is_sound(desk)
