"""The pages about people's own data in a real browser: accessible and narrow enough, empty and full."""

from datetime import timedelta

import pytest

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.people.consents import Purpose
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import NARROW, faults
from tests.builders import TOKENS, book, make_event, make_guest
from tests.privacy.builders import consent, make_known_person
from tests.staff import make_session, make_staff


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_privacy_pages_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    known = await make_known_person(pool)
    event = await make_event(pool, organiser_id=known.organiser_id)
    listed = make_guest(in_guest_list=True, consents=[consent(Purpose.PRIVACY), consent(Purpose.GUEST_LIST)])
    outcome = await book(pool, event, listed, make_guest("Contoh", ""))
    await pool.execute("insert into guest_lists (event_id, opened_at, opened_by) values ($1, now(), 'staff:x')", event.id)
    await pool.execute(
        "update consents set confirm_hash = $2, confirm_until = $3 where guest_id = $1 and purpose = 'marketing'",
        known.guest_id,
        token_hash(f"question-{locale}"),
        now() + timedelta(days=1),
    )
    page = await open_page("/sign-in", locale=locale, viewport=NARROW, color_scheme=scheme)
    session = await make_session(pool, await make_staff(pool, known.organiser_id, role=Role.OWNER))
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server.url}])
    full, person = f"/b/{TOKENS.token('booking', known.booking_ids[0])}", f"/organiser/people/guests/{known.guest_id}"
    guest = [f"{full}/privacy", f"{full}/privacy/data", f"/b/{outcome.token}/guest-list", f"{full}/erasure", f"/consents/question-{locale}"]
    people = ["/organiser/people", "/organiser/people?q=zyx", "/organiser/people?q=nobody", person, f"{person}/erasure"]
    rest = ["/organiser/privacy", "/organiser/marketing", "/organiser/audit", f"/organiser/events/{event.slug}/guest-list"]
    seen = {}
    for path in (*guest, *people, *rest):
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    assert {path: found for path, found in seen.items() if found} == {}
