"""What can be done with waves. Who is written to is fixed when a wave is made; whether they still should be, when each mail goes out."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.ids import new_id

from . import reminder_queries, wave_queries
from .list_scope import Scope
from .wave_model import Audience, ReminderPlan, Skipped, Wave, WaveKind, WaveState

UNFINISHED = (WaveState.RUNNING, WaveState.PAUSED)
BETWEEN_MAILS = timedelta(hours=24)  # nobody is reminded on the day after another mail


async def start_wave(
    tx: Connection,
    scope: Scope,
    invitation_ids: Collection[UUID],
    *,
    kind: WaveKind,
    audience: Audience,
    actor: str,
    send_at: datetime | None,
    now: datetime,
) -> Wave:
    """Makes a wave to these invitations and, unless a later time was chosen, sets it to work at once."""
    wave = Wave(
        id=new_id(),
        organiser_id=scope.organiser_id,
        programme_id=scope.programme_id,
        event_id=scope.event_id,
        plan_id=None,
        kind=kind,
        audience=audience,
        state=WaveState.RUNNING,
        send_at=max(send_at or now, now),
        created_at=now,
        co_host_id=scope.co_host_id,
    )
    await wave_queries.insert_wave(tx, wave, actor=actor)
    await wave_queries.insert_recipients(tx, wave, invitation_ids)
    if wave.send_at <= now:
        await wave_queries.feed(tx, wave.id, now)
    return wave


async def pause_wave(tx: Connection, wave: Wave, *, now: datetime) -> bool:
    """Holds a wave back; mails that a worker has in hand still go out."""
    return await wave_queries.turn_wave(tx, wave.id, WaveState.PAUSED, only_from=[WaveState.RUNNING], now=now)


async def resume_wave(tx: Connection, wave: Wave, *, now: datetime) -> bool:
    """Lets a paused wave go on."""
    return await wave_queries.turn_wave(tx, wave.id, WaveState.RUNNING, only_from=[WaveState.PAUSED], now=now)


async def stop_wave(tx: Connection, wave: Wave, *, now: datetime) -> bool:
    """Ends a wave for good. Whoever has not been written to is left out."""
    stopped = await wave_queries.turn_wave(tx, wave.id, WaveState.STOPPED, only_from=UNFINISHED, now=now)
    if stopped:
        await wave_queries.skip_waiting(tx, wave.id, Skipped.STOPPED, now)
    return stopped


async def feed_waves(pool: Pool) -> None:
    """The sweep that keeps waves going: hands the next mails to the workers and ends the waves that are through."""
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        for wave_id in await wave_queries.lock_due_waves(tx, now):
            await wave_queries.feed(tx, wave_id, now)
            await wave_queries.finish_wave(tx, wave_id, now)


async def remind_as_planned(pool: Pool) -> None:
    """The sweep of the reminders that go out by themselves. Each plan reminds everybody at most once."""
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        for plan in await reminder_queries.lock_plans(tx):
            if due := await reminder_queries.due_by_plan(tx, plan, now, quiet_since=now - BETWEEN_MAILS):
                await _planned_wave(tx, plan, due, now)


async def _planned_wave(tx: Connection, plan: ReminderPlan, invitation_ids: list[UUID], now: datetime) -> None:
    wave = Wave(
        id=new_id(),
        organiser_id=plan.organiser_id,
        programme_id=plan.programme_id,
        event_id=plan.event_id,
        plan_id=plan.id,
        kind=WaveKind.REMINDER,
        audience=plan.audience,
        state=WaveState.RUNNING,
        send_at=now,
        created_at=now,
    )
    await wave_queries.insert_wave(tx, wave, actor="system")
    await wave_queries.insert_recipients(tx, wave, invitation_ids)
