"""Contingents whose date has come: their unused places are everybody's, by themselves and once."""

from datetime import timedelta

from events.kit.clock import now
from events.kit.database import Pool
from events.registration import reconcile
from events.registration.actions import release_contingents
from tests.builders import book, make_event, make_guest


async def test_release_by_itself_serves_who_waits_and_is_written_down_once(pool: Pool) -> None:
    event = await make_event(pool, capacity=3, contingents={"japan": 2, "later": 1})
    await pool.execute("update pools set open_to_all = false where event_id = $1 and parent_id is not null", event.id)
    inside = await book(pool, event, make_guest("Mihon"), contingent="japan")
    waiting = await book(pool, event, make_guest("Platzhalter"), accept_waitlist=True)
    dates = {"japan": now() - timedelta(minutes=1), "later": now() + timedelta(days=1)}
    for slug, at in dates.items():
        await pool.execute("update pools set release_at = $3 where event_id = $1 and slug = $2", event.id, slug, at)
    for _ in range(2):
        await release_contingents(pool)
    states = await pool.fetch("select booking_id, state from registrations where event_id = $1", event.id)
    released = await pool.fetch("select slug from pools where event_id = $1 and released_at is not null", event.id)
    entries = await pool.fetch("select actor, subject, detail from audit_entries where action = 'contingent_released'")

    assert waiting.state == "waitlisted"
    assert {row["booking_id"]: row["state"] for row in states} == {inside.booking_id: "confirmed", waiting.booking_id: "confirmed"}
    assert [row["slug"] for row in released] == ["japan"]
    assert [tuple(row) for row in entries] == [("system", f"event:{event.slug}", {"contingent": "japan", "unused": 1})]
    assert await reconcile.differences(pool) == []
