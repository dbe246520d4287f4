"""What guests do by themselves, in a real browser: accessible and narrow enough."""

from datetime import timedelta

import pytest

from events.kit.clock import now
from events.kit.database import Pool
from tests.browser.conftest import OpenPage
from tests.browser.test_guest_pages import HANAKO, LONG, NARROW, faults
from tests.builders import book, make_event, make_programme


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_pages_to_change_a_booking_are_accessible(open_page: OpenPage, pool: Pool, locale: str, scheme: str) -> None:
    programme_id = await make_programme(pool)
    first, second = [await make_event(pool, programme_id=programme_id) for _ in range(2)]
    booked, more = await book(pool, first, LONG, HANAKO), await book(pool, second)
    await pool.execute("update bookings set lead_id = $2 where id = $1", more.booking_id, booked.booking_id)
    guest_id = await pool.fetchval("select id from guests where booking_id = $1 and position = 0", booked.booking_id)
    closed = {"names": (now() - timedelta(days=1)).isoformat()}
    await pool.execute("update events set deadlines = $2 where id = $1", first.id, closed)
    here, guest = f"/b/{booked.token}", f"/b/{booked.token}/guests/{guest_id}"
    pages = [f"{here}/{name}" for name in ("companions", "contact", "cancellations")]
    page = await open_page(locale=locale, color_scheme=scheme, viewport=NARROW)
    found = {}
    for path in (here, guest, f"{guest}/deputy", f"{guest}/new-ticket", *pages, "/tickets/lost"):
        answer = await page.goto(path)
        found[path] = await faults(page) if answer and answer.ok else ["is not there"]
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
