"""What the tests of the mails share: an application, its organiser, a mail server that keeps what arrives, and a worker."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd import smtp
from litestar import Litestar

from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail_smtp import SmtpTransport
from events.messaging.outbox import Outbox
from events.programme.model import Event
from events.tickets.jobs import booking_mailer
from tests.builders import BASE_URL, TOKENS, make_event
from tests.staff import browser, make_session, make_staff, running_app


class Mailboxes:
    """A server that keeps every mail, the bytes too, and refuses recipients as told."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        self.raw.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailboxes() -> Mailboxes:
    return Mailboxes()


@pytest.fixture
async def outbox(mailboxes: Mailboxes) -> AsyncIterator[Outbox]:
    listening = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(mailboxes), "127.0.0.1", 0)
    async with listening:
        transport = SmtpTransport(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        yield Outbox(transport, TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>")


@pytest.fixture
async def worker(pool: Pool, outbox: Outbox) -> Worker:
    await pool.execute("truncate jobs")
    return Worker(pool, {"booking_mail": booking_mailer(outbox)})


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool)


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who organises the event."""
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    async with browser(app, session) as client:
        yield client
