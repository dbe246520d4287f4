"""An invitation in a real browser: accessible and narrow enough in every state, what belongs to an answer shown with it."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from events.invitations.model import Invitation
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import NARROW, faults
from tests.builders import fill, make_event, make_organiser, make_programme
from tests.invitations.builders import delegate_link_of, link_of, make_invitation
from tests.staff import make_session, make_staff

HANAKO = {
    "honorific": "",
    "family_name": "見本",
    "given_name": "花子",
    "family_name_kana": "ミホン",
    "given_name_kana": "ハナコ",
    "family_name_latin": "Mihon",
    "given_name_latin": "Hanako",
    "company": "株式会社みほん光学",
    "department": "開発部",
    "job_title": "課長",
}


async def invited(pool: Pool, **details: Any) -> tuple[Invitation, list[Event]]:
    """A programme of a dinner, a full reception with a line, and a visit at the time of the dinner."""
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        programme = await make_programme(db, organiser_id=owner)
        starts = now() + timedelta(days=30)
        dinner = await make_event(db, programme_id=programme, title="Networking dinner", starts_at=starts)
        visit = await make_event(db, programme_id=programme, title="Visit of the optics works", kind="visit", starts_at=starts)
        full = await make_event(
            db, programme_id=programme, title="Reception", kind="reception", capacity=1, starts_at=starts + timedelta(days=1)
        )
        await fill(db, full, 1)
        given: dict[str, Any] = {
            "companions": "later",
            "max_companions": 2,
            "companions_by": starts,
            "inviter": "Prof. Dr. Jörg Müßig-Großäcker",
        }
        return await make_invitation(db, dinner, visit, full, programme_id=programme, **(given | details)), [dinner, visit, full]


async def choose(page: Page, event: Event, answer: str) -> None:
    await page.locator(f"[name='at-{event.slug}-answer'][value='{answer}']").check()


async def save(page: Page) -> None:
    async with page.expect_navigation():
        await page.locator("form .button-primary.button-wide").click()


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("en", "dark"), ("ja", "light"), ("ja", "dark")])
async def test_every_state_of_an_invitation_is_accessible(open_page: OpenPage, pool: Pool, locale: str, scheme: str) -> None:
    invitation, (dinner, visit, full) = await invited(pool, locale=locale, **(HANAKO if locale == "ja" else {}))
    page = await open_page(link_of(invitation), locale=locale, viewport=NARROW, color_scheme=scheme)
    seen = {"new": await faults(page)}
    for event, answer in ((dinner, "accepted"), (visit, "accepted"), (full, "substituted")):
        await choose(page, event, answer)
    await save(page)
    seen["refused"] = await faults(page)
    await page.locator("#clashes_known, [name=privacy]").last.scroll_into_view_if_needed()
    await page.locator(f"[name='at-{full.slug}-deputy-family_name']").fill("Vertretung")
    await page.locator("[name=privacy]").check()
    await save(page)
    seen["clash"] = await faults(page)
    await page.locator("[name=clashes_known]").check()
    await save(page)
    seen["saved"] = await faults(page)
    assert {state: found for state, found in seen.items() if found} == {}


async def test_what_belongs_to_an_answer_is_shown_with_it(open_page: OpenPage, pool: Pool) -> None:
    invitation, (dinner, visit, _full) = await invited(pool)
    page = await open_page(delegate_link_of(invitation))
    deputy = page.locator(f"[name='at-{dinner.slug}-deputy-family_name']")
    await expect(deputy).to_be_hidden()
    await expect(page.locator(".invitation-about")).to_be_hidden()
    await choose(page, dinner, "substituted")
    await expect(deputy).to_be_visible()
    await expect(page.locator(".invitation-privacy")).to_be_visible()
    await choose(page, visit, "accepted")
    await expect(page.locator(".invitation-about")).to_be_visible()


async def test_closed_links_and_the_organisers_page_are_accessible(open_page: OpenPage, pool: Pool, server: Server) -> None:
    invitation, (dinner, *_others) = await invited(pool)
    async with pool.acquire() as db:
        session = await make_session(db, await make_staff(db, dinner.organiser_id))
    page = await open_page("/i/wrong", viewport=NARROW)
    seen = {"guessed": await faults(page)}
    await page.context.add_cookies([{"name": "session", "value": session, "url": server.url, "httpOnly": True}])
    await page.goto(f"/organiser/invitations/{invitation.id}")
    seen["record"] = await faults(page)
    await choose(page, dinner, "substituted")
    await page.locator("#answers .button-primary").click()
    seen["refused record"] = await faults(page)
    await pool.execute("update invitations set withdrawn_at = now() where id = $1", invitation.id)
    await page.goto(link_of(invitation))
    seen["withdrawn"] = await faults(page)
    assert {state: found for state, found in seen.items() if found} == {}
