"""What the tests of waves share: a real mail server on a local port, a worker with the real outbox, a programme with guests."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd import smtp

from events.invitations.jobs import wave_mailer
from events.invitations.list_scope import Scope
from events.invitations.model import Invitation
from events.invitations.wave_model import Audience, Wave, WaveKind
from events.invitations.waves import feed_waves, start_wave
from events.kit.clock import now
from events.kit.database import Executor, Pool
from events.kit.jobs import Worker
from events.kit.mail_smtp import SmtpTransport
from events.messaging.outbox import Outbox
from events.programme.model import Event
from events.programme.queries import events_of_programme, programme_by_slug
from tests.builders import BASE_URL, TOKENS

SENDER = "Empfang <events@example.com>"


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

    @property
    def recipients(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.received)


@asynccontextmanager
async def mail_server(mailboxes: Mailboxes) -> AsyncIterator[str]:
    """The `smtp://` address of a server with these mailboxes."""
    listening = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(mailboxes), "127.0.0.1", 0)
    async with listening:
        yield f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def wave_worker(pool: Pool, url: str) -> Worker:
    outbox = Outbox(SmtpTransport(url), TOKENS, base_url=BASE_URL, sender=SENDER)
    return Worker(pool, {"wave_mail": wave_mailer(outbox)})


async def scope_of(db: Executor, *, event: Event | None = None, programme_slug: str | None = None) -> Scope:
    """What the pages work on."""
    if event is not None:
        texts: dict[str, Any] = {"slug": event.slug, "title": event.title, "time_zone": event.time_zone, "hue": event.hue}
        return Scope(organiser_id=event.organiser_id, programme=None, event=event, events=[event], **texts)
    assert programme_slug is not None
    programme = await programme_by_slug(db, programme_slug)
    assert programme is not None
    texts = {"slug": programme.slug, "title": programme.title, "time_zone": programme.time_zone, "hue": programme.hue}
    events = await events_of_programme(db, programme.id)
    return Scope(organiser_id=programme.organiser_id, programme=programme, event=None, events=events, **texts)


async def send_wave(
    pool: Pool,
    scope: Scope,
    invitations: Sequence[Invitation],
    *,
    kind: WaveKind = WaveKind.INVITATION,
    audience: Audience = Audience.EVERYONE,
) -> Wave:
    """Starts a wave to these guests, its first mails with the workers."""
    ids = [invitation.id for invitation in invitations]
    async with pool.acquire() as tx, tx.transaction():
        return await start_wave(tx, scope, ids, kind=kind, audience=audience, actor="system", send_at=None, now=now())


async def work_off(pool: Pool, worker: Worker) -> None:
    """Everything that waves have to send now."""
    while True:
        await worker.run_until_idle()
        await feed_waves(pool)
        if not await pool.fetchval("select count(*) from jobs where name = 'wave_mail' and run_at <= now() and failed_at is null"):
            return


async def states(pool: Pool, wave: Wave) -> dict[str, int]:
    """How many mails of a wave are in which state."""
    rows = await pool.fetch("select state, count(*) from wave_mails where wave_id = $1 group by state", wave.id)
    return {row["state"]: row["count"] for row in rows}


def text_of(mail: EmailMessage) -> str:
    return _content(mail, "plain")


def html_of(mail: EmailMessage) -> str:
    return _content(mail, "html")


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


async def answer(pool: Pool, invitation: Invitation, event: Event, given: str) -> None:
    """An answer as it came in, without the places it takes."""
    await pool.execute(
        "update invitation_events set answer = $3, answered_at = now() where invitation_id = $1 and event_id = $2",
        invitation.id,
        event.id,
        given,
    )
