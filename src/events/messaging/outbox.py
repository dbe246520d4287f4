"""The one way out for the mails of every room: noted, written, sent, and how it ended written down."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import uuid4

from events.kit import clock
from events.kit.database import Pool
from events.kit.jobs import MOST_ATTEMPTS, Job
from events.kit.mail import MailDelayed, MailRefused, Message, Transport
from events.kit.tokens import Tokens, token_hash

from . import queries
from .model import Attempt, Envelope, MailStatus
from .stationery import Posting, new_stationery

Write = Callable[[Posting], Awaitable[Message]]
"""Writes the mail itself: looks up what it needs and answers `posting.message(words, reply_to=…)`."""


class Outbox:
    """Made once by app.py and handed to whoever sends mail."""

    def __init__(self, transport: Transport, tokens: Tokens, *, base_url: str, sender: str) -> None:
        self.stationery = new_stationery(tokens, base_url=base_url, sender=sender)
        self._transport = transport

    async def deliver(self, pool: Pool, job: Job, envelope: Envelope, write: Write) -> None:
        """Sends the mail of a job; the whole of a job handler once it knows whom it writes to.

        Nothing here runs inside a transaction. The mail keeps its Message-ID over retries, and one that was sent is not sent
        again; only a crash between the server's yes and our note of it sends twice. What the recipient's side refuses for good
        is noted as bounced and the job is done; every other trouble is noted and raised, so that the job is tried again.
        """
        if not envelope.recipient:
            return  # whom it was about has been erased since: there is nobody to write to
        attempt = await self._attempt(pool, job, envelope)
        if attempt is None or attempt.status == MailStatus.SUPPRESSED:
            return
        try:
            await self._transport.send(await write(await self._posting(pool, attempt, envelope)))
        except MailRefused as refusal:
            await queries.settle_mail(pool, attempt.id, MailStatus.BOUNCED, error=str(refusal))
        except Exception as trouble:  # also a fault of ours: the organiser sees every mail that did not go out
            status = MailStatus.FAILED if job.attempts >= MOST_ATTEMPTS else MailStatus.QUEUED
            told = str(trouble) if isinstance(trouble, MailDelayed) else type(trouble).__name__
            await queries.settle_mail(pool, attempt.id, status, error=told)
            raise
        else:
            await queries.settle_mail(pool, attempt.id, MailStatus.SENT, sent_at=clock.now())

    async def _attempt(self, pool: Pool, job: Job, envelope: Envelope) -> Attempt | None:
        key = uuid4()  # random, unlike other ids: part of what the recipient's servers see
        hashed = token_hash(self.stationery.tokens.token("unsubscribe", key)) if envelope.courtesy else None
        return await queries.attempt_mail(pool, job, envelope, key=key, unsubscribe_hash=hashed)

    async def _posting(self, pool: Pool, attempt: Attempt, envelope: Envelope) -> Posting:
        stationery = self.stationery
        token = stationery.tokens.token("unsubscribe", attempt.key) if envelope.courtesy else ""
        return Posting(
            stationery=stationery,
            envelope=envelope,
            wording=await queries.wording(pool, envelope),
            message_id=f"mail.{attempt.key.hex}@{urlsplit(stationery.base_url).hostname}",
            written_at=attempt.created_at,
            unsubscribe_url=f"{stationery.base_url}/unsubscribe/{token}?lang={envelope.locale}" if token else "",
        )
