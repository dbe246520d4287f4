"""Mails through the real outbox into a local server, beside what that server takes of one mail sent over and over."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import aiosmtplib

from events.kit.database import Pool, open_pool
from events.kit.jobs import BATCH, Worker
from events.kit.mail_smtp import SmtpTransport
from events.kit.tokens import Tokens
from events.messaging.outbox import Outbox
from events.tickets.jobs import booking_mailer

ROOT = Path(__file__).parents[1]
MAILS = 400
STARTS_WITHIN_SECONDS = 20


async def mail_rates(dsn: str, event_id: UUID) -> tuple[float, float]:
    """Mails a second: of the server alone over as many connections as the outbox uses at a time, and of the outbox with a wave of
    mails of real bookings. Raises if one of them was not sent exactly once."""
    pool = await open_pool(dsn, size=BATCH)
    try:
        async with sink() as port:
            alone = await raw_rate(port)
            return alone, await _outbox(pool, port, event_id)
    finally:
        await pool.close()


async def raw_rate(port: int) -> float:
    """What the server takes of one mail sent over and over, by as many connections as the outbox uses at a time."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "x"
    mail.set_content("x" * 12_000)  # about the size of a mail with text and HTML

    async def send(count: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for _ in range(count):
                await client.send_message(mail)

    began = time.perf_counter()
    await asyncio.gather(*(send(MAILS // BATCH) for _ in range(BATCH)))
    return MAILS // BATCH * BATCH / (time.perf_counter() - began)


async def _outbox(pool: Pool, port: int, event_id: UUID) -> float:
    await pool.execute("delete from jobs")
    before = await pool.fetchval("select coalesce(max(id), 0) from mails")
    await pool.execute(
        """
        insert into jobs (name, payload, bulk)
        select 'booking_mail', jsonb_build_object('booking_id', id, 'event_id', event_id, 'kind', 'thanks'), true
        from bookings
        where event_id = $1
        limit $2
        """,
        event_id,
        MAILS,
    )
    ordered = await pool.fetchval("select count(*) from jobs")
    outbox = Outbox(SmtpTransport(f"smtp://127.0.0.1:{port}"), Tokens(b"bench"), base_url="http://localhost", sender="events@example.com")
    began = time.perf_counter()
    await Worker(pool, {"booking_mail": booking_mailer(outbox)}).run_until_idle()
    took = time.perf_counter() - began
    sent = await pool.fetchval("select count(*) from mails where id > $1 and status = 'sent' and attempts = 1", before)
    if sent != ordered or not sent:
        raise RuntimeError(f"{ordered} mails ordered, {sent} sent once")
    return float(sent) / took


@asynccontextmanager
async def sink() -> AsyncIterator[int]:
    """The port of a mail server of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.sink", str(port), cwd=ROOT)
    try:
        await asyncio.wait_for(_until_it_answers(port), STARTS_WITHIN_SECONDS)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _until_it_answers(port: int) -> None:
    while True:
        try:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False):
                return
        except aiosmtplib.SMTPException:
            await asyncio.sleep(0.1)
