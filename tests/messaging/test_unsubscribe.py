"""Courtesy mails end by a link or in one click; tickets never do."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import httpx
import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.jobs import Worker
from events.programme.model import Event
from tests.builders import BASE_URL, book, make_event
from tests.messaging.builders import order
from tests.messaging.conftest import Mailboxes
from tests.staff import browser
from tests.visitor import Visitor

FOREIGN = {"sec-fetch-site": "cross-site", "origin": "https://mail.example.org"}


@pytest.fixture
async def guest(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def thanked(pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, email: str) -> EmailMessage:
    await order(pool, event, await book(pool, event, email=email, mail=False), "thanks")
    await worker.run_until_idle()
    return mailboxes.received[-1]


def path_of(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix(BASE_URL)


async def ended(pool: Pool, email: str) -> list[str]:
    return [row["channel"] for row in await pool.fetch("select channel from unsubscriptions where email = $1", email)]


async def test_thanks_can_be_ended_and_tickets_cannot(pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event) -> None:
    thanks = await thanked(pool, worker, mailboxes, event, "anna@example.com")
    await book(pool, event, email="anna@example.com")
    await worker.run_until_idle()
    ticket = mailboxes.received[-1]
    assert (thanks["List-Unsubscribe-Post"], thanks["Auto-Submitted"]) == ("List-Unsubscribe=One-Click", "auto-generated")
    assert str(thanks["List-Unsubscribe"]).startswith(f"<{BASE_URL}/unsubscribe/")
    text = thanks.get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert path_of(thanks) in text.get_content()
    assert f"\r\nList-Unsubscribe: {thanks['List-Unsubscribe']}\r\n".encode() in mailboxes.raw[0]
    assert (ticket["List-Unsubscribe"], ticket["List-Unsubscribe-Post"]) == (None, None)


async def test_opening_the_link_changes_nothing_and_the_button_does(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, guest: httpx.AsyncClient
) -> None:
    path = path_of(await thanked(pool, worker, mailboxes, event, "Berta@Example.com"))
    visitor = Visitor(guest)
    page = await visitor.open(path)
    assert (page.status, await ended(pool, "berta@example.com")) == (200, [])
    page = await visitor.send(page, {})
    assert (page.status, "no more such mails" in page.text, await ended(pool, "berta@example.com")) == (200, True, ["page"])
    await visitor.send(page, {})
    assert await ended(pool, "berta@example.com") == []


async def test_mail_provider_ends_it_in_one_click_from_anywhere(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, guest: httpx.AsyncClient
) -> None:
    path = path_of(await thanked(pool, worker, mailboxes, event, "carl@example.com"))
    for _ in range(2):
        answer = await guest.post(path, data={"List-Unsubscribe": "One-Click"}, headers=FOREIGN)
        assert (answer.status_code, answer.headers.get("set-cookie", "").startswith("session")) == (200, False)
    assert await ended(pool, "carl@example.com") == ["one_click"]


async def test_only_unsubscribing_may_be_posted_from_elsewhere(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, guest: httpx.AsyncClient
) -> None:
    path = path_of(await thanked(pool, worker, mailboxes, event, "dora@example.com")).partition("?")[0]
    await guest.post(path, headers=FOREIGN)
    answers = [await guest.post(address, headers=FOREIGN) for address in (f"{path}/undoing", "/sign-in", f"/e/{event.slug}/registrations")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert await ended(pool, "dora@example.com") == ["page"]


async def test_guessed_token_is_not_found(guest: httpx.AsyncClient) -> None:
    assert [(await guest.get("/unsubscribe/guess")).status_code, (await guest.post("/unsubscribe/guess")).status_code] == [404, 404]


async def test_who_unsubscribed_gets_tickets_but_no_thanks_and_others_still_do(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, guest: httpx.AsyncClient
) -> None:
    first = await thanked(pool, worker, mailboxes, event, "emil@example.com")
    await guest.post(path_of(first))
    again = await book(pool, event, email="EMIL@example.com")
    await order(pool, event, again, "thanks")
    other = await make_event(pool)
    await order(pool, other, await book(pool, other, email="emil@example.com", mail=False), "thanks")
    await worker.run_until_idle()
    assert sorted(str(mail["Subject"]) for mail in mailboxes.received[1:]) == [
        "Thank you for coming: Networking dinner",
        "Your place is confirmed: Networking dinner",
    ]
    notes = await pool.fetch("select kind, status from mails where booking_id = $1 order by kind", again.booking_id)
    assert [tuple(note) for note in notes] == [("confirmed", "sent"), ("thanks", "suppressed")]
    assert await pool.fetchval("select count(*) from jobs") == 0
