"""SQL of the waiting list. One statement a function, the connection first; always by the event first."""

from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Lapse

PAGE_SIZE = 50
LATEST_SERVED = 20


async def latest_lapse(db: Executor, event_id: UUID, booking_id: UUID) -> Lapse | None:
    """When the party's last offer ran out, unless it stands in line again."""
    row = await db.fetchrow(
        """
        select w.settled_at as at, w.party_size
        from waitlist_entries w
        where w.event_id = $1
          and w.booking_id = $2
          and w.state = 'lapsed'
          and not exists (select
                          from waitlist_entries n
                          where n.event_id = w.event_id
                            and n.booking_id = w.booking_id
                            and n.id > w.id)
        """,
        event_id,
        booking_id,
    )
    return msgspec.convert(dict(row), Lapse) if row else None
