"""SQL of the mails an event sends by itself."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent by itself: a reminder so many days before (None: none), thanks afterwards. What was sent is not sent again."""

    reminder_days: int | None = None
    thanks: bool = False
    reminded_at: datetime | None = None
    thanked_at: datetime | None = None


async def plan_of(db: Executor, event_id: UUID) -> Plan:
    """An event without a row sends nothing by itself."""
    row = await db.fetchrow("select reminder_days, thanks, reminded_at, thanked_at from mail_plans where event_id = $1", event_id)
    return msgspec.convert(dict(row or {}), Plan)


async def save_plan(tx: Executor, event_id: UUID, *, reminder_days: int | None, thanks: bool) -> None:
    await tx.execute(
        """
        insert into mail_plans (event_id, reminder_days, thanks)
        values ($1, $2, $3)
        on conflict (event_id) do update
        set reminder_days = excluded.reminder_days,
            thanks = excluded.thanks
        """,
        event_id,
        reminder_days,
        thanks,
    )
