"""The organiser's pages in a real browser: accessible and narrow enough, empty and full."""

import pytest

from events.accounts.access import SESSION_COOKIE
from events.kit.database import Pool
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import HANAKO, LONG, NARROW, faults
from tests.builders import book, make_event, make_organiser
from tests.staff import make_session, make_staff


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_organisers_pages_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    organiser_id = await make_organiser(pool)
    staff = await make_staff(pool, organiser_id)
    event = await make_event(pool, capacity=2, contingents={"partners": 1}, organiser_id=organiser_id)
    empty = await make_event(pool, organiser_id=organiser_id, status="draft")
    await book(pool, event, LONG)
    await book(pool, event, HANAKO, accept_waitlist=True)
    page = await open_page("/sign-in", locale=locale, viewport=NARROW, color_scheme=scheme)
    seen = {"/sign-in": await faults(page)}
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])
    full = [f"/organiser/events/{event.slug}{room}" for room in ("", "/guests", "/phones", "/mails", "/pools", "/edit", "/cancellation")]
    bare = [f"/organiser/events/{empty.slug}{room}" for room in ("", "/guests", "/guests?q=nobody", "/mails")]
    for path in ("/organiser", "/organiser/events/new", *full, *bare):
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    assert {path: found for path, found in seen.items() if found} == {}
