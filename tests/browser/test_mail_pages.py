"""The pages about mails in a real browser: accessible and narrow enough, the preview live and without a script."""

import pytest
from playwright.async_api import Page

from events.accounts.access import SESSION_COOKIE
from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import LONG, NARROW, faults
from tests.builders import book, make_event
from tests.staff import make_session, make_staff


async def signed_in(open_page: OpenPage, server: Server, pool: Pool, event: Event, **options: object) -> Page:
    page = await open_page("/sign-in", **options)
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server.url}])
    return page


async def note_mail(pool: Pool, event: Event, status: str, token: str) -> int:
    """A mail of a new booking, as the outbox keeps it."""
    outcome = await book(pool, event, LONG, mail=False)
    return await pool.fetchval(  # type: ignore[no-any-return]
        """
        insert into mails (organiser_id, event_id, booking_id, kind, job_id, recipient, locale, status, attempts, last_error, job_name,
                           job_payload, unsubscribe_hash)
        select organiser_id, event_id, id, 'confirmed', (select coalesce(max(job_id), 0) + 1 from mails), email, locale, $2, 3,
               '550 5.1.1 <a.very.long.address.that.does.not.break@example.com>: User unknown', 'booking_mail', '{}', $3
        from bookings
        where id = $1
        returning id
        """,
        outcome.booking_id,
        status,
        token_hash(token),
    )


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_pages_about_mails_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    event = await make_event(pool)
    mails = [await note_mail(pool, event, status, f"{locale} {status}") for status in ("bounced", "failed", "sent", "suppressed")]
    page = await signed_in(open_page, server, pool, event, locale=locale, viewport=NARROW, color_scheme=scheme)
    slug = await pool.fetchval("select slug from organisers where id = $1", event.organiser_id)
    home = f"/organiser/events/{event.slug}"
    paths = [f"{home}/mails", f"{home}/mails/{mails[0]}/address", f"{home}/mail-texts", f"{home}/mail-texts/held/{locale}"]
    paths += [f"{home}/mail-plan", f"/organiser/mails/{slug}", f"/organiser/mail-texts/{slug}", f"/unsubscribe/{locale} bounced"]
    seen = {}
    for path in paths:
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    assert {path: found for path, found in seen.items() if found} == {}


async def test_preview_follows_the_keys_and_the_back_button_leaves_the_page(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    page = await signed_in(open_page, server, pool, event)
    await page.goto(f"/organiser/events/{event.slug}/mail-texts")
    await page.goto(f"/organiser/events/{event.slug}/mail-texts/confirmed/ja")
    await page.fill("#lead", "{name}、お待ちしております。")
    shown = page.frame_locator("iframe[data-shown]").locator("h2")
    await shown.get_by_text("髙見本 一郎 様、お待ちしております。").wait_for()
    assert await page.locator("iframe").count() == 1
    await page.go_back()
    assert page.url.endswith("/mail-texts")


async def test_preview_needs_no_script(open_page: OpenPage, server: Server, pool: Pool) -> None:
    event = await make_event(pool)
    page = await signed_in(open_page, server, pool, event, java_script_enabled=False)
    await page.goto(f"/organiser/events/{event.slug}/mail-texts/confirmed/en")
    await page.fill("#lead", "How good, {name}.")
    await page.click("[data-preview-button]")
    await page.frame_locator("iframe").locator("h2", has_text="How good, Dr. Erika Platzhalter.").wait_for()
    await page.click("button.button-primary")
    await page.wait_for_url("**/confirmed/en?done=saved")
    assert await pool.fetchval("select lead from mail_texts where event_id = $1", event.id) == "How good, {name}."
