"""The outbox on the wire: names byte for byte, one mail a job, attempts and refusals noted whatever the room."""

import asyncio
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail import MailDelayed, Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.programme.model import Event
from events.tickets.jobs import booking_mailer
from tests.builders import book, make_guest
from tests.messaging.builders import order
from tests.messaging.conftest import Mailboxes

DEMO_NAMES = [
    ("髙見本", "一郎", "髙見本 一郎 様"),
    ("𠮷例", "次郎", "𠮷例 次郎 様"),
    ("葛󠄀例", "三郎", "葛󠄀例 三郎 様"),
    ("Przykład", "Łukasz", "Łukasz Przykład 様"),
]


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@pytest.mark.parametrize(("family", "given", "addressed"), DEMO_NAMES)
async def test_name_arrives_byte_for_byte_in_subject_text_and_html(  # noqa: PLR0917 (fixtures and cases)
    pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event, family: str, given: str, addressed: str
) -> None:
    words = "insert into mail_texts (organiser_id, kind, locale, subject, lead, updated_by) values ($1, 'confirmed', 'ja', $2, $3, 'test')"
    await pool.execute(words, event.organiser_id, "{name}、{event}", "{name}、お待ちしております。")
    await book(pool, event, make_guest(family, given), locale="ja")
    await worker.run_until_idle()
    [mail], [raw] = mailboxes.received, mailboxes.raw
    headers = raw.partition(b"\r\n\r\n")[0]
    subject = next(line for line in headers.replace(b"\r\n ", b" ").split(b"\r\n") if line.startswith(b"Subject: "))
    assert headers.isascii()
    assert str(make_header(decode_header(subject.decode()[len("Subject: ") :]))).encode() == f"{addressed}、Networking dinner".encode()
    for kind in ("plain", "html"):
        assert f"{addressed}、お待ちしております。".encode() in body(mail, kind).encode()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


class Rooms:
    """Another room's mail, written with the templates of the booking's thanks; fails as told."""

    def __init__(self, outbox: Outbox, event: Event) -> None:
        self.outbox, self.event = outbox, event
        self.written: list[str] = []
        self.trouble: Exception | None = None

    async def send(self, pool: Pool, job: object) -> None:
        envelope = Envelope(organiser_id=self.event.organiser_id, kind="thanks", recipient="guest@example.com", locale="de", courtesy=True)
        await self.outbox.deliver(pool, job, envelope, self.write)  # type: ignore[arg-type]  # a job of the worker

    async def write(self, posting: Posting) -> Message:
        self.written.append(posting.message_id)
        if self.trouble:
            raise self.trouble
        event = {"title": "T", "when": "W", "venue": "V", "address": "", "organiser": "O", "programme": "", "deep": "#111", "brand": "#222"}
        page = "https://example.com/x"
        words = {"name": "N", "event": event, "link": page, "booking_url": page, "contact": "c@example.com"}
        return posting.message(words, reply_to="c@example.com")


async def test_mail_about_neither_booking_nor_event_is_sent_once_with_one_id(
    pool: Pool, outbox: Outbox, mailboxes: Mailboxes, event: Event
) -> None:
    await pool.execute("truncate jobs")
    rooms = Rooms(outbox, event)
    worker = Worker(pool, {"room_mail": rooms.send})
    rooms.trouble = MailDelayed("the server is away")
    job_id = await pool.fetchval("insert into jobs (name, payload) values ('room_mail', '{\"thing_id\": 7}') returning id")
    await worker.run_until_idle()
    first = await pool.fetchrow("select status, last_error, attempts from mails where organiser_id = $1", event.organiser_id)
    assert tuple(first or ()) == ("queued", "the server is away", 1)
    rooms.trouble = None
    await pool.execute("update jobs set run_at = now()")
    await asyncio.gather(worker.run_until_idle(), Worker(pool, {"room_mail": rooms.send}).run_until_idle())
    await pool.execute("insert into jobs (id, name, payload) overriding system value values ($1, 'room_mail', '{\"thing_id\": 7}')", job_id)
    await worker.run_until_idle()
    [mail] = mailboxes.received
    row = await pool.fetchrow(
        "select status, attempts, job_name, job_payload, event_id, booking_id from mails where organiser_id = $1", event.organiser_id
    )
    assert tuple(row or ()) == ("sent", 2, "room_mail", {"thing_id": 7}, None, None)
    assert len({*rooms.written, str(mail["Message-ID"]).strip("<>")}) == 1
    assert mail["List-Unsubscribe"] is not None


async def test_wave_with_a_busy_server_sends_every_mail_once(
    pool: Pool, outbox: Outbox, worker: Worker, mailboxes: Mailboxes, event: Event
) -> None:
    busy = {f"wave-{number}@example.com": "451 Come back later" for number in range(0, 24, 3)}
    gone = {f"wave-{number}@example.com": "550 No such mailbox" for number in range(1, 24, 6)}
    mailboxes.refusals |= busy | gone
    for number in range(24):
        outcome = await book(pool, event, make_guest(f"Wave {number}"), email=f"wave-{number}@example.com", mail=False)
        await order(pool, event, outcome, "thanks", bulk=True)
    workers = [worker, *(Worker(pool, {"booking_mail": booking_mailer(outbox)}) for _ in range(2))]
    await asyncio.gather(*(one.run_until_idle() for one in workers))
    for address in busy:
        del mailboxes.refusals[address]
    await pool.execute("update jobs set run_at = now()")
    await asyncio.gather(*(one.run_until_idle() for one in workers))
    reached = sorted(str(mail["To"]) for mail in mailboxes.received)
    assert reached == sorted(f"wave-{number}@example.com" for number in range(24) if f"wave-{number}@example.com" not in gone)
    states = await pool.fetch("select status, count(*) from mails where event_id = $1 group by status", event.id)
    assert ({row["status"]: row["count"] for row in states}, await pool.fetchval("select count(*) from jobs")) == (
        {"sent": 20, "bounced": 4},
        0,
    )
    assert len({mail["Message-ID"] for mail in mailboxes.received}) == 20
