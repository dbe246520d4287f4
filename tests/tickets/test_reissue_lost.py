"""Lost tickets come again by mail; who asks learns nothing about whom we know."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Job
from events.tickets import reissue, reissue_pages
from tests.builders import BASE_URL, TOKENS, book, make_event, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def ask(visitor: Visitor, email: str) -> Page:
    return await visitor.send(await visitor.open("/tickets/lost"), {"email": email})


async def asked(pool: Pool) -> list[str]:
    """The addresses that were asked for, taken off the list of jobs."""
    rows = await pool.fetch("delete from jobs where name = 'lost_tickets' returning id, payload ->> 'email'")
    return [row[1] for row in sorted(rows, key=lambda row: int(row[0]))]


async def ordered(pool: Pool, email: str) -> list[dict[str, Any]]:
    """The mails that the job orders for an address."""
    await pool.execute("delete from jobs where name in ('booking_mail', 'programme_mail')")
    await reissue.answer_lost(pool, Job(1, "lost_tickets", {"email": email}, 1))
    return [row[0] for row in await pool.fetch("select payload from jobs where name in ('booking_mail', 'programme_mail') order by id")]


async def test_answer_is_the_same_for_known_and_unknown_addresses(visitor: Visitor, pool: Pool) -> None:
    await book(pool, await make_event(pool), email="known@example.com")
    known, unknown = await ask(visitor, "known@example.com"), await ask(visitor, "nobody@example.com")
    assert (known.status, "Please look into your mailbox" in known.text) == (200, True)
    assert known.html.replace("known@", "x@") == unknown.html.replace("nobody@", "x@")
    assert await asked(pool) == ["known@example.com", "nobody@example.com"]


async def test_every_party_with_something_ahead_is_mailed_once(pool: Pool) -> None:
    email = "Lost@example.com"
    soon, later = await make_event(pool, starts_at=now() + timedelta(days=2)), await make_event(pool)
    first, second = await book(pool, later, email=email), await book(pool, soon, make_guest(), make_guest("Contoh", ""), email=email)
    over = await make_event(pool, starts_at=now() - timedelta(days=2), closes_at=now() + timedelta(days=1))
    await book(pool, over, email=email)
    gone = await book(pool, later, email=email)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where booking_id = $1", gone.booking_id)
    called_off = await make_event(pool)
    await book(pool, called_off, email=email)
    await pool.execute("update events set status = 'cancelled' where id = $1", called_off.id)
    await book(pool, later, email="other@example.com")

    assert await ordered(pool, "lost@EXAMPLE.com") == [
        {"kind": "resent", "booking_id": str(second.booking_id), "event_id": str(soon.id)},
        {"kind": "resent", "booking_id": str(first.booking_id), "event_id": str(later.id)},
    ]
    assert await ordered(pool, "nobody@example.com") == []


async def test_erased_bookings_are_nobodys(pool: Pool) -> None:
    await book(pool, await make_event(pool), email="")
    assert await ordered(pool, "") == []


async def test_party_over_a_programme_gets_one_mail_about_all_of_it(pool: Pool) -> None:
    programme_id = await make_programme(pool)
    events = [await make_event(pool, programme_id=programme_id) for _ in range(3)]
    bookings = [await book(pool, event, email="trip@example.com") for event in events]
    lead = bookings[0].booking_id
    await pool.execute("update bookings set lead_id = $1 where id = any ($2)", lead, [one.booking_id for one in bookings[1:]])
    expected = {"programme_id": str(programme_id), "key": "", "lead_id": str(lead), "again": True}
    assert await ordered(pool, "trip@example.com") == [expected]


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "x" * 300 + "@example.com"])
async def test_address_that_is_none_is_asked_again(visitor: Visitor, pool: Pool, typed: str) -> None:
    answer = await ask(visitor, typed)
    assert (answer.status, list(answer.errors), await asked(pool)) == (422, ["email"], [])


async def test_one_address_is_written_to_so_often_and_nobody_can_see_it(visitor: Visitor, pool: Pool) -> None:
    typed = ["often@example.com", "OFTEN@example.com", "often@example.com", "often@example.com"]
    answers = [await ask(visitor, address) for address in typed]
    assert [answer.html.lower().count("often@example.com") for answer in answers] == [1, 1, 1, 1]
    assert [answer.status for answer in answers] == [200, 200, 200, 200]
    assert await asked(pool) == [*typed[:3], ""]


async def test_one_client_asks_so_often(app: Litestar, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reissue_pages, "LOST_PER_CLIENT", 2)
    transport = httpx.ASGITransport(cast(Any, app), client=("203.0.113.77", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        answers = [(await ask(Visitor(client), f"{n}@example.com")).status for n in range(3)]
    assert (answers, await asked(pool)) == ([200, 200, 429], ["0@example.com", "1@example.com"])


async def test_booking_page_sends_the_tickets_again(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), mail=False)
    page = await visitor.open(f"/b/{outcome.token}")
    (form,) = [form for form in page.forms if form.action.split("?")[0].endswith(f"/b/{outcome.token}/tickets")]
    answers = [await visitor.client.post(form.action) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    told = await visitor.open(answers[0].headers["location"])
    assert "The tickets are on their way again." in told.text
    query = "select payload ->> 'kind' from jobs where payload ->> 'booking_id' = $1"
    assert [row[0] for row in await pool.fetch(query, str(outcome.booking_id))] == ["resent"] * 5


@pytest.mark.parametrize("token", ["guessed", TOKENS.token("booking", UUID(int=7))])
async def test_guessed_links_send_nothing(visitor: Visitor, token: str) -> None:
    assert (await visitor.client.post(f"/b/{token}/tickets")).status_code == 404
