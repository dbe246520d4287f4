"""What guests were promised to be forgotten is forgotten, and nothing else."""

from datetime import timedelta

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.retention import forget_sensitive_details
from tests.builders import book, make_event, make_guest


async def test_food_and_access_needs_are_forgotten_seven_days_after_the_event(pool: Pool) -> None:
    kept_name = make_guest("Platzhalter", "Erika", company="Musterlinse GmbH", diet="vegan", access_needs="ramp")
    old, recent = await make_event(pool), await make_event(pool)
    for event in (old, recent):
        await book(pool, event, kept_name, make_guest("Contoh", ""))
    for event, ended_ago in ((old, timedelta(days=7, minutes=1)), (recent, timedelta(days=6, hours=23))):
        ended = now() - ended_ago
        begun = ended - timedelta(hours=3)
        await pool.execute("update events set doors_at = $2, starts_at = $2, ends_at = $3 where id = $1", event.id, begun, ended)
    assert [await forget_sensitive_details(pool), await forget_sensitive_details(pool)] == [1, 0]
    rows = await pool.fetch(
        """
        select b.event_id = $1 as old, g.family_name, g.company, g.diet, g.access_needs
        from guests g
        join bookings b on b.id = g.booking_id
        order by old desc, g.position
        """,
        old.id,
    )
    assert [tuple(row) for row in rows] == [
        (True, "Platzhalter", "Musterlinse GmbH", "", ""),
        (True, "Contoh", "", "", ""),
        (False, "Platzhalter", "Musterlinse GmbH", "vegan", "ramp"),
        (False, "Contoh", "", "", ""),
    ]
