"""A wave of invitations through the real worker and outbox into a local server, beside what that server takes at all."""

import time
from uuid import UUID

from events.invitations.actions import invite
from events.invitations.jobs import wave_mailer
from events.invitations.list_scope import Scope
from events.invitations.model import NewInvitation
from events.invitations.wave_model import Audience, Wave, WaveKind
from events.invitations.waves import feed_waves, start_wave
from events.kit.clock import now
from events.kit.database import Pool, open_pool
from events.kit.ids import new_id
from events.kit.jobs import BATCH, Worker
from events.kit.mail_smtp import SmtpTransport
from events.kit.tokens import Tokens
from events.messaging.outbox import Outbox
from events.programme.queries import event_by_id

from .mails import MAILS, raw_rate, sink

LOCALES = ("de", "en", "ja")


async def invitation_rates(dsn: str, event_id: UUID) -> tuple[float, float]:
    """Mails a second: of the server alone, and of a wave with everything that belongs to it: feeding, asking again who still wants
    it, writing in three languages, sending, noting. Raises if somebody was not written to exactly once."""
    pool = await open_pool(dsn, size=BATCH)
    tokens = Tokens(new_id().bytes)
    try:
        async with sink() as port:
            alone = await raw_rate(port)
            wave = await _wave(pool, tokens, event_id)
            outbox = Outbox(SmtpTransport(f"smtp://127.0.0.1:{port}"), tokens, base_url="http://localhost", sender="events@example.com")
            worker = Worker(pool, {"wave_mail": wave_mailer(outbox)})
            return alone, await _sent(pool, worker, wave)
    finally:
        await pool.close()


async def _wave(pool: Pool, tokens: Tokens, event_id: UUID) -> Wave:
    event = await event_by_id(pool, event_id)
    assert event is not None
    scope = Scope(
        organiser_id=event.organiser_id,
        slug=event.slug,
        title=event.title,
        time_zone=event.time_zone,
        hue=event.hue,
        programme=None,
        event=event,
        events=[event],
    )
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute("delete from jobs")
        guests = [
            NewInvitation(
                organiser_id=event.organiser_id,
                locale=LOCALES[nr % 3],
                email=f"invited-{nr}@example.com",
                family_name="Platzhalter",
                given_name=f"Erika {nr}",
            )
            for nr in range(MAILS)
        ]
        ids = [await invite(tx, tokens, guest, events={event.id: None}, now=now()) for guest in guests]
        return await start_wave(
            tx, scope, ids, kind=WaveKind.INVITATION, audience=Audience.EVERYONE, actor="bench", send_at=None, now=now()
        )


async def _sent(pool: Pool, worker: Worker, wave: Wave) -> float:
    began = time.perf_counter()
    while await pool.fetchval("select exists (select from waves where id = $1 and state = 'running')", wave.id):
        await worker.run_until_idle()
        await feed_waves(pool)
    took = time.perf_counter() - began
    statement = """
        select count(*)
        from mails m
        join wave_mails w on w.invitation_id = m.invitation_id
        where w.wave_id = $1
          and m.status = 'sent'
          and m.attempts = 1
        """
    if (sent := await pool.fetchval(statement, wave.id)) != MAILS:
        raise RuntimeError(f"{MAILS} invitations, {sent} sent once")
    return MAILS / took
