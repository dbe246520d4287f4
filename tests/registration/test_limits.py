"""Nobody's mailbox is filled with our mails by a stranger."""

from typing import Any, cast

import httpx
import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.registration import booking_pages, pages
from tests.builders import BASE_URL, book, make_event
from tests.staff import running_app
from tests.visitor import Visitor


def from_afar(app: Litestar) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app), client=("203.0.113.9", 1)), base_url=BASE_URL)


async def test_one_address_gets_so_many_bookings_an_hour(dsn: str, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SIGN_UPS_PER_ADDRESS", 2)
    event = await make_event(pool)
    answers = []
    async with running_app(dsn) as app, from_afar(app) as client:
        for email in ("victim@example.com", "Victim@example.com", "victim@EXAMPLE.com", "other@example.com"):
            answers.append((await _sign_up(Visitor(client), event.slug, email)).status)

    assert answers == [200, 200, 429, 200]
    assert await pool.fetchval("select count(*) from bookings where event_id = $1", event.id) == 3


async def test_one_booking_is_changed_so_often_an_hour(dsn: str, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_pages, "CHANGES_PER_HOUR", 2)
    event = await make_event(pool)
    booked = await book(pool, event, mail=False)
    guest_id = await pool.fetchval("select id from guests where booking_id = $1", booked.booking_id)
    async with running_app(dsn) as app, from_afar(app) as client:
        visitor = Visitor(client)
        form = await visitor.open(f"/b/{booked.token}/guests/{guest_id}")
        answers = [(await visitor.send(form, {"company": f"Firm {n}"})).status for n in range(4)]

    assert answers == [200, 200, 429, 429]
    changed = "select count(*) from jobs where payload ->> 'kind' = 'changed' and payload ->> 'booking_id' = $1"
    assert await pool.fetchval(changed, str(booked.booking_id)) == 2


async def _sign_up(visitor: Visitor, slug: str, email: str) -> Any:
    form = await visitor.open(f"/e/{slug}")
    return await visitor.send(form, {"given_name": "Erika", "family_name": email[0], "email": email, "privacy": "yes"})
