"""Check-ins for boards and lists, at moments the test chooses."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Executor
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.model import Outcome


async def registrations_of(db: Executor, outcome: Outcome) -> list[UUID]:
    """The registrations of a booking, the registrant's first."""
    rows = await db.fetch(
        "select r.id from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
        outcome.booking_id,
    )
    return [row["id"] for row in rows]


async def arrive(
    db: Executor, event: Event, registration_id: UUID | None, at: datetime, *, verdict: str = "admitted", reason: str | None = None
) -> UUID:
    """Writes an entry as the door does."""
    check_in_id = new_id()
    await db.execute(
        """
        insert into check_ins (id, event_id, registration_id, operator, kind, verdict, reason, device_at, server_at)
        values ($1, $2, $3, 'staff:test', 'entry', $4, $5, $6, $6)
        """,
        check_in_id,
        event.id,
        registration_id,
        verdict,
        reason,
        at,
    )
    return check_in_id


async def undo(db: Executor, event: Event, check_in_id: UUID, at: datetime) -> None:
    await db.execute(
        """
        insert into check_ins (id, event_id, registration_id, operator, kind, undoes, verdict, device_at, server_at)
        select $1, $2, c.registration_id, 'staff:test', 'undo', c.id, 'undone', $4, $4
        from check_ins c
        where c.id = $3
        """,
        new_id(),
        event.id,
        check_in_id,
        at,
    )
