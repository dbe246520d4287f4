"""SQL of waves. One statement a function, the connection first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .wave_model import Progress, Skipped, Wave, WaveState

IN_FLIGHT = 200  # jobs of one wave at a time, so that a pause takes hold within seconds
JOB = "wave_mail"

WAVE = """
v.id, v.organiser_id, v.programme_id, v.event_id, v.plan_id, v.kind, v.audience, v.state,
v.send_at, v.created_at, v.finished_at, v.co_host_id
"""
_PROGRESS = """
count(m.invitation_id) as recipients,
count(*) filter (where m.state in ('waiting', 'queued', 'sending')) as open,
count(*) filter (where m.state = 'sent') as sent,
count(*) filter (where m.state = 'bounced') as bounced,
count(*) filter (where m.state = 'failed') as failed,
count(*) filter (where m.state = 'unclear') as unclear,
count(*) filter (where m.state = 'skipped') as skipped
"""


async def insert_wave(tx: Connection, wave: Wave, *, actor: str) -> None:
    await tx.execute(
        """
        insert into waves (id, organiser_id, programme_id, event_id, plan_id, kind, audience, state, send_at, actor, created_at, co_host_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        wave.id,
        wave.organiser_id,
        wave.programme_id,
        wave.event_id,
        wave.plan_id,
        wave.kind,
        wave.audience,
        wave.state,
        wave.send_at,
        actor,
        wave.created_at,
        wave.co_host_id,
    )


async def insert_recipients(tx: Connection, wave: Wave, invitation_ids: Collection[UUID]) -> int:
    """Who gets the mail. Whoever had it by the same plan is left out. Answers how many were added."""
    added = await tx.fetch(
        """
        insert into wave_mails (wave_id, invitation_id, plan_id, changed_at)
        select $1, r.id, $3, $4
        from unnest($2::uuid[]) as r (id)
        on conflict do nothing
        returning invitation_id
        """,
        wave.id,
        list(invitation_ids),
        wave.plan_id,
        wave.created_at,
    )
    return len(added)


async def wave_of_organiser(db: Executor, organiser_ids: Collection[UUID], wave_id: UUID) -> Wave | None:
    """A wave of one of these organisers."""
    row = await db.fetchrow(
        f"select {WAVE} from waves v where v.id = $1 and v.organiser_id = any ($2::uuid[])", wave_id, list(organiser_ids)
    )
    return msgspec.convert(dict(row), Wave) if row else None


async def progress_of(db: Executor, wave_id: UUID) -> tuple[WaveState, Progress]:
    row = await db.fetchrow(
        f"select v.state, {_PROGRESS} from waves v left join wave_mails m on m.wave_id = v.id where v.id = $1 group by v.id", wave_id
    )
    assert row is not None
    return WaveState(row["state"]), msgspec.convert(dict(row), Progress)


async def waves_of(
    db: Executor, *, programme_id: UUID | None, event_id: UUID | None, co_host_id: UUID | None = None
) -> list[tuple[Wave, Progress]]:
    """The latest waves of a programme, or of an event, with how far they are."""
    rows = await db.fetch(
        f"""
        select {WAVE}, {_PROGRESS}
        from waves v
        left join wave_mails m on m.wave_id = v.id
        where (v.programme_id = $1 or v.event_id = $2)
          and ($3::uuid is null or v.co_host_id = $3)
        group by v.id
        order by v.id desc
        limit 50
        """,
        programme_id,
        event_id,
        co_host_id,
    )
    return [(msgspec.convert(dict(row), Wave), msgspec.convert(dict(row), Progress)) for row in rows]


async def turn_wave(tx: Connection, wave_id: UUID, state: WaveState, *, only_from: Collection[WaveState], now: datetime) -> bool:
    """Moves a wave to another state if it is in one of those. Whether it was."""
    status = await tx.execute(
        """
        update waves
        set state = $2,
            finished_at = case when $2 in ('stopped', 'done') then $4::timestamptz end
        where id = $1
          and state = any ($3::text[])
        """,
        wave_id,
        state,
        list(only_from),
        now,
    )
    return status == "UPDATE 1"


async def skip_waiting(tx: Connection, wave_id: UUID, reason: Skipped, now: datetime) -> None:
    """Whoever has not been written to yet will not be."""
    await tx.execute(
        """
        update wave_mails
        set state = 'skipped',
            reason = $2,
            changed_at = $3
        where wave_id = $1
          and state = 'waiting'
        """,
        wave_id,
        reason,
        now,
    )


async def lock_due_waves(tx: Connection, now: datetime) -> list[UUID]:
    """The waves at work whose time has come, kept for this transaction; those another process looks at are left to it."""
    rows = await tx.fetch("select id from waves where state = 'running' and send_at <= $1 order by send_at, id for update skip locked", now)
    return [row["id"] for row in rows]


async def feed(tx: Connection, wave_id: UUID, now: datetime) -> int:
    """Gives the next mails of a wave to the workers, up to `IN_FLIGHT` at a time. Answers how many."""
    fed = await tx.fetch(
        """
        with fed as (
            update wave_mails
            set state = 'queued',
                changed_at = $3
            where wave_id = $1
              and invitation_id in (
                    select invitation_id
                    from wave_mails
                    where wave_id = $1
                      and state = 'waiting'
                    order by invitation_id
                    limit greatest(0, $2 - (select count(*) from wave_mails where wave_id = $1 and state in ('queued', 'sending')))
                    for update skip locked)
            returning invitation_id, round
        )
        insert into jobs (name, payload, bulk)
        select $4, jsonb_build_object('wave_id', $1::text, 'invitation_id', f.invitation_id, 'round', f.round), true
        from fed f
        returning id
        """,
        wave_id,
        IN_FLIGHT,
        now,
        JOB,
    )
    return len(fed)


async def finish_wave(tx: Connection, wave_id: UUID, now: datetime) -> None:
    """A wave with nobody left to write to is done."""
    await tx.execute(
        """
        update waves
        set state = 'done',
            finished_at = $2
        where id = $1
          and state = 'running'
          and not exists (select from wave_mails where wave_id = $1 and state in ('waiting', 'queued', 'sending'))
        """,
        wave_id,
        now,
    )
