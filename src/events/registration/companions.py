"""Whether somebody more may come along with a booking."""

from datetime import datetime

from events.kit.database import Executor
from events.programme.model import Access, Event

from . import self_service_queries
from .model import Booking


async def may_add(db: Executor, booking: Booking, event: Event, *, invited: bool, now: datetime) -> bool:
    """Until the event's deadline for companions, while it takes sign-ups and admits more. With an invitation its page decides."""
    if invited or not booking.live_places or event.access != Access.PUBLIC or not event.takes_sign_ups(now):
        return False
    if now >= event.deadline("companions"):
        return False
    return await self_service_queries.guests_there(db, booking.party_id, event.id) < 1 + event.max_companions
