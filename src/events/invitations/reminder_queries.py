"""SQL of the reminders that go out by themselves. One statement a function, the connection first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.kit.times import HOME_ZONES

from .wave_model import ReminderPlan

_PLAN = "p.id, p.organiser_id, p.programme_id, p.event_id, p.audience, p.days_before"


async def plans_of(db: Executor, *, programme_id: UUID | None, event_id: UUID | None) -> list[ReminderPlan]:
    """What goes out by itself, the earliest first."""
    rows = await db.fetch(
        f"""
        select {_PLAN}
        from reminder_plans p
        where (p.programme_id = $1 or p.event_id = $2)
          and p.ended_at is null
        order by p.days_before desc, p.audience
        """,
        programme_id,
        event_id,
    )
    return [msgspec.convert(dict(row), ReminderPlan) for row in rows]


async def insert_plan(tx: Connection, plan: ReminderPlan, *, actor: str, now: datetime) -> bool:
    """Whether there was no such plan yet."""
    status = await tx.execute(
        """
        insert into reminder_plans (id, organiser_id, programme_id, event_id, audience, days_before, actor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing
        """,
        plan.id,
        plan.organiser_id,
        plan.programme_id,
        plan.event_id,
        plan.audience,
        plan.days_before,
        actor,
        now,
    )
    return status == "INSERT 0 1"


async def end_plan(tx: Connection, plan_id: UUID, organiser_ids: Collection[UUID], now: datetime) -> bool:
    """Whether it was at work, for one of these organisers."""
    status = await tx.execute(
        "update reminder_plans set ended_at = $3 where id = $1 and organiser_id = any ($2::uuid[]) and ended_at is null",
        plan_id,
        list(organiser_ids),
        now,
    )
    return status == "UPDATE 1"


async def lock_plans(tx: Connection) -> list[ReminderPlan]:
    """Every plan at work, kept for this transaction; those another process looks at are left to it."""
    rows = await tx.fetch(f"select {_PLAN} from reminder_plans p where p.ended_at is null order by p.id for update skip locked")
    return [msgspec.convert(dict(row), ReminderPlan) for row in rows]


async def due_by_plan(tx: Connection, plan: ReminderPlan, now: datetime, *, quiet_since: datetime) -> list[UUID]:
    """Whom a plan reminds now: written to before, reachable, not yet settled, the day has come and it is between nine and
    eight in the evening where they are: in their own zone, else in the home of their language, else where the event is."""
    rows = await tx.fetch(
        """
        select i.id
        from invitations i
        left join programmes g on g.id = $2
        left join events v on v.id = $3
        cross join lateral (select coalesce(i.time_zone, $9::jsonb ->> i.locale, v.time_zone, g.time_zone) as zone) z
        cross join lateral (
            select coalesce(bool_and(x.answer = 'none'), false) as silent, coalesce(bool_or(x.answer = 'provisional'), false) as provisional
            from invitation_events x
            join events e on e.id = x.event_id
            where x.invitation_id = i.id
              and e.status <> 'cancelled'
              and ($3::uuid is null or x.event_id = $3)
        ) s
        where i.organiser_id = $1
          and ($2::uuid is null or i.programme_id = $2)
          and ($3::uuid is null or exists (select from invitation_events x where x.invitation_id = i.id and x.event_id = $3))
          and i.withdrawn_at is null
          and i.answer_by > $6
          and (i.answer_by at time zone z.zone)::date - $5::int + time '09:00' <= $6 at time zone z.zone
          and ($6 at time zone z.zone)::time between '09:00' and '20:00'
          and case $4 when 'silent' then s.silent else s.provisional end
          and (i.email <> '' or i.delegate_email <> '')
          and exists (select from mails m where m.invitation_id = i.id and m.status = 'sent')
          and not exists (select from mails m where m.invitation_id = i.id and m.created_at > $7)
          and not exists (select from wave_mails w where w.plan_id = $8 and w.invitation_id = i.id)
        order by i.id
        """,
        plan.organiser_id,
        plan.programme_id,
        plan.event_id,
        plan.audience,
        plan.days_before,
        now,
        quiet_since,
        plan.id,
        HOME_ZONES,
    )
    return [row["id"] for row in rows]
