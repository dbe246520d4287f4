"""Builders of what the mails' tests need beyond bookings."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Pool
from events.kit.jobs import insert_job
from events.programme.model import Event
from events.registration.model import Outcome


async def order(pool: Pool, event: Event, outcome: Outcome, kind: str, *, bulk: bool = False) -> None:
    """Has a mail of a booking written."""
    async with pool.acquire() as tx, tx.transaction():
        payload = {"booking_id": str(outcome.booking_id), "event_id": str(event.id), "kind": kind}
        await insert_job(tx, "booking_mail", payload, bulk=bulk)


async def admit(pool: Pool, event: Event, outcome: Outcome) -> None:
    """Lets the booking's guests in at the door."""
    await pool.execute(
        """
        insert into check_ins (id, event_id, registration_id, operator, kind, verdict, device_at)
        select gen_random_uuid(), event_id, id, 'staff:test', 'entry', 'admitted', now()
        from registrations
        where event_id = $1
          and booking_id = $2
        """,
        event.id,
        outcome.booking_id,
    )


async def plan(
    pool: Pool, event_id: UUID, *, reminder_days: int | None = None, thanks: bool = False, starts_at: datetime | None = None
) -> None:
    """What the event sends by itself; `starts_at` moves it, with its end three hours later."""
    await pool.execute("insert into mail_plans (event_id, reminder_days, thanks) values ($1, $2, $3)", event_id, reminder_days, thanks)
    if starts_at:
        await pool.execute(
            "update events set doors_at = $2, starts_at = $2, ends_at = $2::timestamptz + interval '3 hours' where id = $1",
            event_id,
            starts_at,
        )
