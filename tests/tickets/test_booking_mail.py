"""From a booking to the mail in the guest's mailbox: the real claim, the real worker, a real SMTP server."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
import zxingcpp
from aiosmtpd import smtp
from icalendar import Calendar
from PIL import Image
from pypdf import PdfReader

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import MOST_ATTEMPTS, Worker
from events.kit.mail_smtp import SmtpTransport
from events.messaging.outbox import Outbox
from events.programme.editing_queries import order_moved_mails
from events.programme.model import Event
from events.registration.actions import cancel_places
from events.registration.model import Outcome
from events.tickets.actions import tickets_of_booking
from events.tickets.jobs import booking_mailer
from tests.builders import BASE_URL, TOKENS, book, make_event, make_guest

HANAKO = make_guest("見本", "花子", family_name_latin="Mihon", given_name_latin="Hanako", company="株式会社みほん光学")
ICHIRO = make_guest("髙見本", "一郎")


class Mailboxes:
    """A server that keeps every mail and refuses recipients as told."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.received: list[EmailMessage] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        return "250 OK"


@pytest.fixture
def mailboxes() -> Mailboxes:
    return Mailboxes()


@pytest.fixture
async def worker(pool: Pool, mailboxes: Mailboxes) -> AsyncIterator[Worker]:
    await pool.execute("truncate jobs")
    listening = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(mailboxes), "127.0.0.1", 0)
    async with listening:
        transport = SmtpTransport(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        outbox = Outbox(transport, TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>")
        yield Worker(pool, {"booking_mail": booking_mailer(outbox)})


async def test_party_gets_one_mail_with_a_ticket_for_each_guest(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, HANAKO, ICHIRO, email="hanako@example.com", locale="ja")
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert (mail["To"], mail["Reply-To"], mail["Content-Language"]) == ("hanako@example.com", "office@example.com", "ja")
    assert mail["Subject"] == "2名様のお席を確保いたしました：Networking dinner"
    codes = [issued.code for issued in outcome.tickets]
    for text in (_text(mail), _html(mail)):
        assert [f"{BASE_URL}/t/{code}?lang=ja" in text for code in codes] == [True, True]
        assert ("見本 花子 様" in text, "髙見本 一郎 様" in text, f"/b/{outcome.token}" in text) == (True, True, True)
    assert _codes_in_pictures(mail) == [f"{BASE_URL.upper()}/T/{code}" for code in codes]


async def test_pdf_and_calendar_are_attached(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    await book(pool, event, HANAKO, ICHIRO)
    await worker.run_until_idle()
    files = {part.get_filename(): part.get_content() for part in mailboxes.received[0].iter_attachments()}
    assert list(files) == [f"tickets-{event.slug}.pdf", f"{event.slug}.ics"]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(files[f"tickets-{event.slug}.pdf"])).pages]
    assert ["Hanako Mihon" in pages[0], "髙見本 一郎" in pages[1], len(pages)] == [True, True, 2]
    [entry] = Calendar.from_ical(files[f"{event.slug}.ics"]).events
    assert (entry["summary"], entry["status"]) == ("Networking dinner", "CONFIRMED")


async def test_mail_is_noted_and_sent_once(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    await book(pool, event)
    job = dict(await pool.fetchrow("select id, name, payload from jobs") or {})
    await worker.run_until_idle()
    # The worker died after sending and before forgetting the job: the same job comes again.
    await pool.execute(
        "insert into jobs (id, name, payload) overriding system value values ($1, $2, $3)", job["id"], job["name"], job["payload"]
    )
    await worker.run_until_idle()
    assert len(mailboxes.received) == 1
    assert await _record(pool, event) == ("confirmed", "sent", 1, None)
    assert await pool.fetchval("select count(*) from jobs") == 0


async def test_waiting_guest_reads_the_position_and_later_gets_the_place(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool, capacity=1)
    first = await book(pool, event, mail=False)
    await book(pool, event, accept_waitlist=True, mail=False)
    await book(pool, event, accept_waitlist=True, email="third@example.com")
    await worker.run_until_idle()
    assert "Your position: 2" in _text(mailboxes.received[0])
    assert list(mailboxes.received[0].iter_attachments()) == []
    await _cancel(pool, event, first, mail=False)
    await worker.run_until_idle()
    assert mailboxes.received[1]["Subject"] == "A place has become free for you: Networking dinner"
    assert "moved up from the waiting list" in _html(mailboxes.received[1])


async def test_cancellation_names_the_guest_and_takes_the_date_out(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest("Eins"), make_guest("Zwei"), locale="de", mail=False)
    await _cancel(pool, event, outcome, only=1)
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert mail["Subject"] == "Storniert: Networking dinner"
    assert re.search(r"Dieser Platz wurde zurückgegeben:\s+- Erika Zwei\s.*Weiterhin dabei.*- Erika Eins\s", _text(mail), re.DOTALL)
    [calendar] = mail.iter_attachments()
    [entry] = Calendar.from_ical(calendar.get_content()).events
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", event.version + 1)


async def test_guest_who_leaves_the_line_has_no_date_to_take_out(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool, capacity=1)
    await book(pool, event, mail=False)
    waiting = await book(pool, event, accept_waitlist=True, mail=False)
    await _cancel(pool, event, waiting)
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert (list(mail.iter_attachments()), "calendar" in _text(mail), "calendar" in _html(mail)) == ([], False, False)


async def test_every_booking_hears_that_the_event_is_called_off(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool, capacity=2)
    left = await book(pool, event, make_guest("Left"), email="left@example.com", mail=False)
    await _cancel(pool, event, left, mail=False)
    for name, locale in (("Eins", "de"), ("Mihon", "ja"), ("Wait", "en")):
        await book(pool, event, make_guest(name), email=f"{locale}@example.com", locale=locale, accept_waitlist=True, mail=False)
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute("update events set status = 'cancelled' where id = $1", event.id)
        rows = await tx.fetch("select id from registrations where event_id = $1 and state <> 'cancelled'", event.id)
        await cancel_places(tx, event.id, [row[0] for row in rows], actor="staff:1", now=now(), kind="called_off")
    await worker.run_until_idle()
    mails = {mail["To"]: mail for mail in mailboxes.received}
    assert {to: mail["Subject"] for to, mail in mails.items()} == {
        "de@example.com": "Abgesagt: Networking dinner",
        "ja@example.com": "開催中止のお知らせ：Networking dinner",
        "en@example.com": "Called off: Networking dinner",
    }
    assert ["does not take place" in part(mails["en@example.com"]) for part in (_text, _html)] == [True, True]
    removals = {to: [_entry_of(file) for file in mail.iter_attachments()] for to, mail in mails.items()}
    taken_out = [("CANCEL", "CANCELLED", 2)]
    assert removals == {"de@example.com": taken_out, "ja@example.com": taken_out, "en@example.com": []}


async def test_new_time_is_told_beside_the_old_one_with_a_new_entry(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool, starts_at=datetime(2031, 4, 22, 9, 30, tzinfo=UTC))
    await book(pool, event, mail=False)
    a_day_later = "update events set starts_at = starts_at + $2, ends_at = ends_at + $2, version = 2 where id = $1"
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute(a_day_later, event.id, timedelta(days=1))
        await order_moved_mails(tx, event.id, event.time_and_place)
    await worker.run_until_idle()
    [mail] = mailboxes.received
    for text in (_text(mail), _html(mail)):
        assert re.search(r"Before: Tue 22 April 2031, 18:30–21:30 \(JST\)", text)
        assert "Wed 23 April 2031, 18:30–21:30 (JST)" in text
        assert "Before: Harbour Terrace" not in text
    _pdf, calendar = mail.iter_attachments()
    assert _entry_of(calendar) == ("PUBLISH", "CONFIRMED", 2)


async def test_mailbox_that_does_not_exist_bounces_for_good(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    mailboxes.refusals["gone@example.com"] = "550 No such mailbox"
    event = await make_event(pool)
    await book(pool, event, email="gone@example.com")
    await worker.run_until_idle()
    assert await _record(pool, event) == ("confirmed", "bounced", 1, "550 No such mailbox")
    assert await pool.fetchval("select count(*) from jobs") == 0


async def test_busy_server_is_tried_again_until_it_takes_the_mail(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    mailboxes.refusals["busy@example.com"] = "451 Come back later"
    event = await make_event(pool)
    await book(pool, event, email="busy@example.com")
    await worker.run_until_idle()
    assert await _record(pool, event) == ("confirmed", "queued", 1, "451 Come back later")
    assert await pool.fetchval("select count(*) from jobs where run_at > now() and failed_at is null") == 1
    mailboxes.refusals.clear()
    await pool.execute("update jobs set run_at = now()")
    await worker.run_until_idle()
    assert await _record(pool, event) == ("confirmed", "sent", 2, None)
    assert len(mailboxes.received) == 1


async def test_mail_that_never_gets_through_is_given_up_and_seen(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    mailboxes.refusals["busy@example.com"] = "451 Come back later"
    event = await make_event(pool)
    await book(pool, event, email="busy@example.com")
    await pool.execute("update jobs set attempts = $1", MOST_ATTEMPTS - 1)
    await worker.run_until_idle()
    assert await _record(pool, event) == ("confirmed", "failed", 1, "451 Come back later")


async def test_mail_that_cannot_be_written_is_given_up_and_seen(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("events.tickets.jobs.write_mail", fail)
    event = await make_event(pool)
    await book(pool, event)
    await pool.execute("update jobs set attempts = $1", MOST_ATTEMPTS - 1)
    await worker.run_until_idle()
    assert await _record(pool, event) == ("confirmed", "failed", 1, "RuntimeError")


async def test_names_are_text_in_every_part(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    await book(pool, await make_event(pool), make_guest("O'Brien <b>", "{{ 7*7 }} #strong[x]"))
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert "{{ 7*7 }} #strong[x] O'Brien <b>" in _text(mail)
    assert "{{ 7*7 }} #strong[x] O'Brien &lt;b&gt;</p>" in _html(mail)
    pdf = next(part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf")
    shown = PdfReader(io.BytesIO(pdf.get_content())).pages[0].extract_text()
    assert "{{ 7*7 }} #strong[x] O'Brien <b>" in re.sub(r"\s+", " ", shown)


async def _record(pool: Pool, event: Event) -> tuple[str, str, int, str | None]:
    [record] = await pool.fetch("select kind, status, attempts, last_error from mails where event_id = $1", event.id)
    return tuple(record)


async def _cancel(pool: Pool, event: Event, outcome: Outcome, *, only: int | None = None, mail: bool = True) -> None:
    ids = [ticket.admissions[0].registration_id for ticket in await tickets_of_booking(pool, outcome.booking_id)]
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, event.id, ids if only is None else ids[only : only + 1], actor="guest", now=now(), mail=mail)


def _entry_of(file: Any) -> tuple[str, str, int]:
    calendar = Calendar.from_ical(file.get_content())
    [entry] = calendar.events
    return str(calendar["method"]), str(entry["status"]), int(str(entry["sequence"]))


def _codes_in_pictures(mail: EmailMessage) -> list[str]:
    pictures = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "image/png"]
    return [zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))[0].text for picture in pictures if isinstance(picture, bytes)]


def _text(mail: EmailMessage) -> str:
    return _body(mail, "plain")


def _html(mail: EmailMessage) -> str:
    return _body(mail, "html")


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")
