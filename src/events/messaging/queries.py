"""SQL of the outbox and of the organisers' words. One statement a function, the connection first."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.jobs import Job

from .model import Attempt, Envelope, MailStatus, Wording


async def attempt_mail(db: Executor, job: Job, envelope: Envelope, *, key: UUID, unsubscribe_hash: bytes | None) -> Attempt | None:
    """Notes an attempt to send the mail of a job. None when there is nothing to send: it went out or bounced.

    A courtesy mail to somebody who wants none is noted as suppressed.
    """
    row = await db.fetchrow(
        """
        insert into mails as m (organiser_id, event_id, booking_id, invitation_id, kind, job_id, job_name, job_payload, recipient,
                                locale, attempts, key, unsubscribe_hash, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12::bytea,
                case when $12::bytea is not null
                      and exists (select from unsubscriptions where organiser_id = $1 and email = lower($9::text))
                     then 'suppressed' else 'queued' end)
        on conflict on constraint mails_one_per_job do update
        set attempts = m.attempts + 1,
            recipient = excluded.recipient,
            locale = excluded.locale,
            status = excluded.status
        where m.status in ('queued', 'failed')
        returning m.id, m.key, m.status, m.created_at
        """,
        envelope.organiser_id,
        envelope.event_id,
        envelope.booking_id,
        envelope.invitation_id,
        envelope.kind,
        job.id,
        job.name,
        job.payload,
        envelope.recipient,
        envelope.locale,
        key,
        unsubscribe_hash,
    )
    return msgspec.convert(dict(row), Attempt) if row else None


async def settle_mail(db: Executor, mail_id: int, status: MailStatus, *, error: str | None = None, sent_at: datetime | None = None) -> None:
    """Writes down how an attempt ended."""
    await db.execute(
        """
        update mails
        set status = $2,
            last_error = $3,
            sent_at = $4
        where id = $1
        """,
        mail_id,
        status,
        error,
        sent_at,
    )


async def wording(db: Executor, envelope: Envelope) -> Wording:
    """The organiser's words for a mail, each part from the event's own words, else from those for all events."""
    row = await db.fetchrow(
        """
        select coalesce(e.subject, o.subject) as subject, coalesce(e.lead, o.lead) as lead, coalesce(e.body, o.body) as body,
               coalesce(e.closing, o.closing) as closing
        from (select 1) as always
        left join mail_texts e on e.organiser_id = $1 and e.event_id = $2 and e.kind = $3 and e.locale = $4
        left join mail_texts o on o.organiser_id = $1 and o.event_id is null and o.kind = $3 and o.locale = $4
        """,
        envelope.organiser_id,
        envelope.event_id,
        envelope.kind,
        envelope.locale,
    )
    return msgspec.convert(dict(row or {}), Wording)


async def note_bounce(db: Executor, key: UUID, *, told: str) -> bool:
    """A mail that seemed to have arrived has not. False if it is unknown or was known to have failed."""
    found = await db.fetchval(
        """
        update mails
        set status = 'bounced',
            last_error = $2
        where key = $1
          and status in ('queued', 'sent')
        returning id
        """,
        key,
        told,
    )
    return found is not None
