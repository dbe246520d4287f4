"""Applications, the waiting list and offers in a real browser: accessible and narrow enough, and answered without scripts."""

import pytest

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import ReviewRole, Role, Staff
from events.kit.database import Pool
from events.programme.model import Event
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import HANAKO, LONG, NARROW, faults
from tests.builders import book, make_guest, make_organiser
from tests.selection.builders import apply_for, make_selective_event, registrations_of, states_of
from tests.selection.test_offers import free_places, make_offering_event, run_out, wait
from tests.selection.test_reviews import say
from tests.staff import make_session, make_staff


async def judged_event(pool: Pool, organiser: Staff, organiser_id: object) -> tuple[Event, str]:
    """An event with applications in every state of being judged; and the address of one of them."""
    event = await make_selective_event(pool, organiser_id=organiser_id, reviewer_roles=["host", "protocol", "security"])
    await book(pool, event, make_guest("見本", "太郎"))
    hanako = await registrations_of(pool, await book(pool, event, HANAKO, LONG))
    await apply_for(pool, event, "Musterfrau")
    async with pool.acquire() as connection, connection.transaction():
        await say(connection, event, organiser, hanako, ReviewRole.HOST)
        words = {"missing": "Bitte den Namen wie im Reisepass", "reason": "asked twice"}
        await say(connection, event, organiser, hanako[:1], ReviewRole.SECURITY, verdict="incomplete", **words)
    return event, f"/organiser/events/{event.slug}/applications/{hanako[0]}"


async def queued_event(pool: Pool, organiser_id: object) -> tuple[Event, list[str]]:
    """An event with a party passed over, a live offer and a missed one; and the addresses of the three."""
    event = await make_offering_event(pool, capacity=3, organiser_id=organiser_id)
    late = await wait(pool, event, "Zuspät")
    await free_places(pool, event, 1)
    await run_out(pool, event)
    large = await book(pool, event, HANAKO, LONG, make_guest("Contoh", ""), accept_waitlist=True)
    offered = await wait(pool, event, "Angebot")
    one = await wait(pool, event, "Noch", "Jemand", "Dritter")
    await pool.execute(
        "update waitlist_entries set priority = 2, priority_reason = 'guest of honour' where booking_id = $1", one.booking_id
    )
    await free_places(pool, event, 1)
    paths = [f"/organiser/events/{event.slug}/waiting-list/{outcome.booking_id}" for outcome in (large, offered, late)]
    return event, [
        *paths,
        f"/b/{offered.token}",
        f"/b/{offered.token}/offers/{event.slug}",
        f"/b/{late.token}/offers/{event.slug}",
        f"/b/{large.token}",
    ]


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark"), ("en", "light")])
async def test_selection_is_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    organiser_id = await make_organiser(pool)
    staff = await make_staff(pool, organiser_id, reviews=[ReviewRole.PROTOCOL, ReviewRole.SECURITY])
    judged, application = await judged_event(pool, staff, organiser_id)
    queued, paths = await queued_event(pool, organiser_id)
    page = await open_page("/sign-in", locale=locale, viewport=NARROW, color_scheme=scheme)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])
    lists = [f"/organiser/events/{judged.slug}/applications", application, f"/organiser/events/{queued.slug}/waiting-list"]
    bare = [f"/organiser/events/{queued.slug}/applications", f"/organiser/events/{judged.slug}/waiting-list", "/organiser/events/new"]
    seen = {}
    for path in (*lists, *bare, f"/organiser/events/{judged.slug}/edit", *paths):
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    assert {path: found for path, found in seen.items() if found} == {}


async def test_offer_is_answered_and_guests_are_judged_without_scripts(open_page: OpenPage, server: Server, pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    staff = await make_staff(pool, organiser_id, role=Role.REVIEWER, reviews=[ReviewRole.HOST])
    event = await make_selective_event(pool, organiser_id=organiser_id)
    guests = [*await apply_for(pool, event, "First"), *await apply_for(pool, event, "Second")]
    page = await open_page("/sign-in", java_script_enabled=False)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])
    await page.goto(f"/organiser/events/{event.slug}/applications")
    await page.get_by_label("Choose Erika First").check()
    await page.get_by_label("Agree", exact=True).check(force=True)
    await page.get_by_role("button", name="Save my word").click()
    assert await states_of(pool, guests) == ["confirmed", "awaiting_approval"]

    offering = await make_offering_event(pool, capacity=2)
    pair = await wait(pool, offering, "Ada", "Ben")
    await free_places(pool, offering, 2)
    await page.goto(f"/b/{pair.token}")
    await page.get_by_label("Erika Ben").uncheck()
    await page.get_by_role("button", name="Yes, we are coming").click()
    assert await states_of(pool, await registrations_of(pool, pair)) == ["confirmed", "cancelled"]
