"""What is forgotten, and when: food and access needs go seven days after the event, as guests are told when they agree to them."""

from datetime import timedelta

from events.kit.clock import now
from events.kit.database import Pool

from . import queries

SENSITIVE_DETAILS_STAY = timedelta(days=7)


async def forget_sensitive_details(pool: Pool) -> int:
    """Sweep: empties food and access needs of guests whose last event is long enough over. Answers how many guests."""
    return await queries.forget_sensitive_details(pool, now() - SENSITIVE_DETAILS_STAY)
