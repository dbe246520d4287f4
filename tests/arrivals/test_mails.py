"""Mails to hosts: the link, and one for each arrival of their guests, in their language."""

from datetime import timedelta
from pathlib import Path

import pytest

from events.app import _handlers
from events.arrivals.jobs import order_arrival_mails
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail import Message
from events.programme.model import Event
from tests.arrivals.builders import HANAKO, arrive, make_host, places_of, undo
from tests.builders import book, make_guest, settings_for
from tests.visitor import Visitor

Post = tuple[Worker, list[Message]]


class Kept:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def send(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture
async def post(dsn: str, pool: Pool, tmp_path: Path) -> Post:
    """A worker for the jobs of this room, and the mails it has sent."""
    await pool.execute("delete from jobs")
    kept = Kept()
    handlers = _handlers(settings_for(dsn, tmp_path), kept)
    return Worker(pool, handlers), kept.mails


@pytest.mark.parametrize(
    ("locale", "subject_and_words"),
    [
        ("en", ("Your guest has arrived: 見本 花子 (Hanako Mihon)", "見本 花子 (Hanako Mihon) is at Gate B now.")),
        ("de", ("Ihr Gast ist da: 見本 花子 (Hanako Mihon)", "見本 花子 (Hanako Mihon) ist jetzt am Eingang „Gate B“.")),
        ("ja", ("お客様がご到着になりました：見本 花子（ミホン ハナコ）", "様が、ただいまGate Bにご到着になりました。")),
    ],
)
async def test_arrival_is_written_once_in_the_hosts_language(
    pool: Pool, event: Event, post: Post, locale: str, subject_and_words: tuple[str, str]
) -> None:
    subject, words = subject_and_words
    worker, mails = post
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO, mail=False))
    await make_host(pool, event, hanako, email="host@example.com", locale=locale, wants_mail=True)
    await make_host(pool, event, hanako, email="quiet@example.com")
    await arrive(pool, event, hanako, now(), gate="Gate B")
    await order_arrival_mails(pool)
    await order_arrival_mails(pool)
    await worker.run_until_idle()
    (mail,) = mails
    assert (mail.to, mail.subject) == ("host@example.com", subject)
    assert words in mail.text
    assert words in mail.html
    assert "/h/" in mail.text


async def test_arrival_after_an_undo_is_written_again(pool: Pool, event: Event, post: Post) -> None:
    worker, mails = post
    (place,) = await places_of(pool, await book(pool, event, make_guest(), mail=False))
    await make_host(pool, event, place, email="host@example.com", wants_mail=True)
    entry = await arrive(pool, event, place, now())
    await order_arrival_mails(pool)
    await undo(pool, event, entry, now())
    await order_arrival_mails(pool)
    await worker.run_until_idle()
    assert mails == []  # taken back before it was written

    await arrive(pool, event, place, now())
    await order_arrival_mails(pool)
    await worker.run_until_idle()
    assert [mail.subject for mail in mails] == ["Your guest has arrived: Erika Platzhalter"]


async def test_earlier_record_of_the_same_arrival_is_no_second_one(pool: Pool, event: Event, post: Post) -> None:
    worker, mails = post
    (place,) = await places_of(pool, await book(pool, event, make_guest(), mail=False))
    await make_host(pool, event, place, email="host@example.com", wants_mail=True)
    await arrive(pool, event, place, now())
    await order_arrival_mails(pool)
    await arrive(pool, event, place, now() - timedelta(minutes=5), told_at=now())  # another phone, without a connection until now
    await order_arrival_mails(pool)
    await worker.run_until_idle()
    assert len(mails) == 1


async def test_mails_switched_on_late_tell_nothing_of_before(pool: Pool, event: Event, organiser: Visitor) -> None:
    (place,) = await places_of(pool, await book(pool, event, make_guest(), mail=False))
    host, _token = await make_host(pool, event, place, email="host@example.com")
    await pool.execute("update hosts set mails_from = now() - interval '1 hour'")
    await arrive(pool, event, place, now())
    page = await organiser.open(f"/organiser/events/{event.slug}/hosts/{host.id}")
    about = next(form for form in page.forms if form.action.endswith(str(host.id)))
    await organiser.client.post(about.action, data=dict(about.filled({"wants_mail": "yes"})))
    await pool.execute("delete from jobs")
    await order_arrival_mails(pool)
    assert await pool.fetchval("select count(*) from jobs") == 0


async def test_link_is_sent_unless_it_was_replaced_meanwhile(pool: Pool, event: Event, organiser: Visitor, post: Post) -> None:
    worker, mails = post
    host, token = await make_host(pool, event, email="host@example.com", locale="de")
    here = f"/organiser/events/{event.slug}/hosts/{host.id}/link"
    await organiser.client.post(f"{here}/mail")
    await worker.run_until_idle()
    await organiser.client.post(f"{here}/mail")
    await organiser.client.post(here)
    await worker.run_until_idle()
    (mail,) = mails
    assert (mail.to, f"/h/{token}?lang=de" in mail.text) == ("host@example.com", True)
