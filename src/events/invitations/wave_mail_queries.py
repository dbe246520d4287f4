"""SQL of the single mails of waves. One statement a function, the connection first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .wave_model import Audience, MailState, Skipped, TroubledMail, WaveMail
from .wave_queries import WAVE

# Where an invitation `i` stands at one event, or (null) at all of its events together.
_STANDING = """
cross join lateral (
    select coalesce(bool_and(x.answer = 'none'), true) as silent,
           coalesce(bool_and(x.answer = 'declined'), false) as declined,
           coalesce(bool_or(x.answer = 'provisional'), false) as provisional
    from invitation_events x
    join events e on e.id = x.event_id
    where x.invitation_id = i.id
      and e.status <> 'cancelled'
      and (%(event)s is null or x.event_id = %(event)s)
) s
"""


_STANDING_INWAVE = _STANDING % {"event": "v.event_id"}


_STANDING_AT_EVENT = _STANDING % {"event": "$2::uuid"}


async def wave_mail(db: Executor, wave_id: UUID, invitation_id: UUID) -> WaveMail | None:
    """One recipient as things stand now. Where the invitation stands is asked for the event of the wave, or for all."""
    row = await db.fetchrow(
        f"""
        select {WAVE}, m.invitation_id, m.round, m.state as mail_state, i.withdrawn_at is not null as withdrawn,
               i.email <> '' or i.delegate_email <> '' as reachable, s.silent, s.declined, s.provisional
        from wave_mails m
        join waves v on v.id = m.wave_id
        join invitations i on i.id = m.invitation_id
        {_STANDING_INWAVE}
        where m.wave_id = $1
          and m.invitation_id = $2
        """,
        wave_id,
        invitation_id,
    )
    return _wave_mail(dict(row)) if row else None


async def move_mail(
    db: Executor, wave_id: UUID, invitation_id: UUID, *, only_from: MailState, to: MailState, reason: str = "", now: datetime
) -> bool:
    """Moves one mail from a state to another. Whether it was there."""
    status = await db.execute(
        """
        update wave_mails
        set state = $4,
            reason = $5,
            changed_at = $6
        where wave_id = $1
          and invitation_id = $2
          and state = $3
        """,
        wave_id,
        invitation_id,
        only_from,
        to,
        reason,
        now,
    )
    return status == "UPDATE 1"


async def settle_by_outbox(db: Executor, wave_id: UUID, invitation_id: UUID, job_id: int, now: datetime) -> bool:
    """Takes over what the outbox noted of the job's mail. Whether it had come to an end."""
    status = await db.execute(
        """
        update wave_mails w
        set state = case o.status when 'suppressed' then 'skipped' else o.status end,
            reason = case o.status when 'suppressed' then 'unsubscribed' else '' end,
            changed_at = $4
        from mails o
        where w.wave_id = $1
          and w.invitation_id = $2
          and w.state in ('queued', 'sending')
          and o.job_id = $3
          and o.status in ('sent', 'bounced', 'failed', 'suppressed')
        """,
        wave_id,
        invitation_id,
        job_id,
        now,
    )
    return status == "UPDATE 1"


async def was_job_settled(db: Executor, job_id: int) -> bool:
    """Whether the job's mail came to an end before; a job that begins anew has none."""
    return bool(await db.fetchval("select exists (select from mails where job_id = $1 and status <> 'queued')", job_id))


async def note_interruption(db: Executor, job_id: int) -> None:
    """The mail of a job that died while sending is no longer on its way."""
    await db.execute(
        "update mails set status = 'failed', last_error = 'interrupted while it was being sent' where job_id = $1 and status = 'queued'",
        job_id,
    )


async def send_again(tx: Connection, wave_id: UUID, invitation_ids: Collection[UUID], now: datetime) -> int:
    """Puts mails that did not go out back in line, each as a mail of its own, and sets the wave to work again."""
    again = await tx.fetch(
        """
        with again as (
            update wave_mails
            set state = 'waiting',
                reason = '',
                round = round + 1,
                changed_at = $3
            where wave_id = $1
              and invitation_id = any ($2::uuid[])
              and (state in ('bounced', 'failed', 'unclear') or (state = 'skipped' and reason = 'no_address'))
            returning invitation_id
        ), awake as (
            update waves
            set state = 'running',
                finished_at = null
            where id = $1
              and state in ('done', 'stopped')
              and exists (select from again)
        )
        select invitation_id from again
        """,
        wave_id,
        list(invitation_ids),
        now,
    )
    return len(again)


async def last_trouble(db: Executor, invitation_id: UUID) -> UUID | None:
    """The last wave in which this invitation's mail did not go out."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select wave_id
        from wave_mails
        where invitation_id = $1
          and (state in ('bounced', 'failed', 'unclear') or (state = 'skipped' and reason = 'no_address'))
        order by changed_at desc
        limit 1
        """,
        invitation_id,
    )


async def troubled_mails(db: Executor, wave_id: UUID) -> list[TroubledMail]:
    """Whoever was not reached by a wave and why, by name; the first two hundred."""
    rows = await db.fetch(
        """
        select m.invitation_id, i.honorific, i.family_name, i.given_name, i.family_name_kana, i.given_name_kana, i.family_name_latin,
               i.given_name_latin, coalesce(nullif(i.delegate_email, ''), i.email) as address, m.state, m.reason,
               coalesce(case when m.state in ('bounced', 'failed') then o.last_error end, '') as error
        from wave_mails m
        join invitations i on i.id = m.invitation_id
        left join lateral (select last_error from mails where invitation_id = i.id order by id desc limit 1) o on true
        where m.wave_id = $1
          and m.state in ('bounced', 'failed', 'unclear', 'skipped')
        order by m.state = 'skipped', i.sort_key collate "C", i.id
        limit 200
        """,
        wave_id,
    )
    return [msgspec.convert(dict(row), TroubledMail) for row in rows]


async def not_to_be_written(
    db: Executor, invitation_ids: Collection[UUID], *, event_id: UUID | None, audience: Audience
) -> dict[Skipped, int]:
    """Of these, how many a wave would leave out as things stand now, and why."""
    rows = await db.fetch(
        f"""
        select case when i.withdrawn_at is not null then 'withdrawn'
                    when i.email = '' and i.delegate_email = '' then 'no_address'
                    when s.declined then 'declined'
                    when $3 = 'silent' and not s.silent then 'answered'
                    when $3 = 'provisional' and not s.provisional then 'answered'
                    when exists (select from unsubscriptions u
                                 where u.organiser_id = i.organiser_id
                                   and u.email = lower(coalesce(nullif(i.delegate_email, ''), i.email))) then 'unsubscribed'
               end as reason, count(*)
        from invitations i
        {_STANDING_AT_EVENT}
        where i.id = any ($1::uuid[])
        group by 1
        """,
        list(invitation_ids),
        event_id,
        audience,
    )
    return {Skipped(row["reason"]): row["count"] for row in rows if row["reason"]}


async def written_before(db: Executor, invitation_ids: Collection[UUID], kind: str) -> int:
    """How many of these have had such a mail already."""
    return int(
        await db.fetchval(
            "select count(distinct invitation_id) from mails where invitation_id = any ($1::uuid[]) and kind = $2 and status = 'sent'",
            list(invitation_ids),
            kind,
        )
    )


def _wave_mail(row: dict[str, Any]) -> WaveMail:
    return msgspec.convert(row | {"wave": row, "state": row["mail_state"]}, WaveMail)
