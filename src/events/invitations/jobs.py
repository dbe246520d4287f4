"""Background work of invitations: the mails of waves."""

from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.database import Pool
from events.kit.jobs import MOST_ATTEMPTS, Handler, Job
from events.kit.mail import Message
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting

from . import wave_mail_queries
from .letter_queries import letters_for
from .letters import Letter
from .mails import envelope_of, write_letter
from .wave_model import MailState, Skipped, WaveMail, WaveState

_SETTLED = frozenset({MailState.SENT, MailState.BOUNCED, MailState.FAILED, MailState.UNCLEAR})


class Order(msgspec.Struct, frozen=True):
    """The payload of `wave_mail`. `round` counts how often a person had it sent again; an older round is void."""

    wave_id: UUID
    invitation_id: UUID
    round: int


def wave_mailer(outbox: Outbox) -> Handler:
    """The handler of `wave_mail`: sends one mail of a wave, unless it has become untimely.

    Before the mail server is spoken to, the mail is marked as `sending`. A worker that finds it so took over from one that died,
    cannot know whether the mail went out, and leaves it to a person.
    """

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        mail = await wave_mail_queries.wave_mail(pool, order.wave_id, order.invitation_id)
        if mail is None or mail.round != order.round:
            return
        if mail.state in _SETTLED and not await wave_mail_queries.was_job_settled(pool, job.id):
            await _move(pool, order, mail.state, MailState.QUEUED)  # somebody had it sent again from the outbox
            await _send(pool, job, order, mail, outbox)
        elif mail.state == MailState.SENDING:
            await _take_over(pool, job, order)
        elif mail.state == MailState.QUEUED and mail.wave.state == WaveState.PAUSED:
            await _move(pool, order, MailState.QUEUED, MailState.WAITING)
        elif mail.state == MailState.QUEUED:
            await _send(pool, job, order, mail, outbox)

    return send


async def _send(pool: Pool, job: Job, order: Order, mail: WaveMail, outbox: Outbox) -> None:
    letter = None if mail.reason_to_skip else await _letter(pool, mail)
    if letter is None:
        await _move(pool, order, MailState.QUEUED, MailState.SKIPPED, reason=mail.reason_to_skip or Skipped.OVER)
        return

    async def write(posting: Posting) -> Message:
        message = write_letter(letter, posting)
        await _move(pool, order, MailState.QUEUED, MailState.SENDING)
        return message

    try:
        await outbox.deliver(pool, job, envelope_of(letter), write)
    except Exception:
        await _move(pool, order, MailState.SENDING, MailState.QUEUED)
        if job.attempts >= MOST_ATTEMPTS:
            await _move(pool, order, MailState.QUEUED, MailState.FAILED)
        raise
    await wave_mail_queries.settle_by_outbox(pool, order.wave_id, order.invitation_id, job.id, clock.now())


async def _take_over(pool: Pool, job: Job, order: Order) -> None:
    if not await wave_mail_queries.settle_by_outbox(pool, order.wave_id, order.invitation_id, job.id, clock.now()):
        await wave_mail_queries.note_interruption(pool, job.id)
        await _move(pool, order, MailState.SENDING, MailState.UNCLEAR)


async def _letter(pool: Pool, mail: WaveMail) -> Letter | None:
    wave = mail.wave
    letters = await letters_for(
        pool, [mail.invitation_id], kind=wave.kind, programme_id=wave.programme_id, event_id=wave.event_id, now=clock.now()
    )
    return letters[0] if letters else None


async def _move(pool: Pool, order: Order, before: MailState, after: MailState, *, reason: str = "") -> None:
    await wave_mail_queries.move_mail(pool, order.wave_id, order.invitation_id, only_from=before, to=after, reason=reason, now=clock.now())
