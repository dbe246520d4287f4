"""The demo once it is loaded: the numbers that are told elsewhere, loading again, and coming back a week later."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from events.demo import actions
from events.demo.model import DINNER, event_plans
from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.programme.queries import event_by_slug, pools_of_event
from tests.builders import settings_for

SETTINGS = settings_for("postgresql://unused")
COUNTED = (
    "organisers",
    "staff",
    "programmes",
    "events",
    "pools",
    "bookings",
    "guests",
    "waitlist_entries",
    "check_ins",
    "devices",
    "jobs",
    "invitations",
    "answers",
    "reviews",
    "questions",
    "question_answers",
    "mails",
    "audit_entries",
    "co_hosts",
    "door_questions",
    "door_rules",
    "conflict_resolutions",
    "hosts",
    "hosted_guests",
    "contact_cards",
    "contact_meetings",
    "paper_lists",
)


@pytest.fixture(scope="module")
async def demo(pool: Pool) -> Pool:
    """The database of this module with the demo in it."""
    async with pool.acquire() as connection:
        await actions.load(connection, SETTINGS, empty=False)
    return pool


@pytest.fixture
async def tx(demo: Pool) -> AsyncIterator[Connection]:
    """The demo in a transaction that is undone after the test."""
    async with demo.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def counts(db: Connection) -> dict[str, int]:
    return {table: await db.fetchval(f"select count(*) from {table}") for table in COUNTED}


async def dinner_pools(db: Connection) -> list[tuple[str | None, int, int, int]]:
    event = await event_by_slug(db, DINNER)
    assert event is not None
    return [(pool.slug, pool.capacity, pool.taken, pool.waiting) for pool in await pools_of_event(db, event.id)]


async def test_dinner_has_free_places_beside_a_full_contingent_with_a_line(tx: Connection) -> None:
    assert await dinner_pools(tx) == [
        (None, 120, 93, 11),
        ("thuringia", 40, 22, 0),
        ("berlin", 10, 8, 0),
        ("japan", 60, 60, 11),
        ("reserve", 20, 11, 0),
    ]
    assert await tx.fetchval("select max(party_size) from waitlist_entries") == 3


async def test_only_confirmed_guests_have_a_table(tx: Connection) -> None:
    rows = await tx.fetch("select distinct state from registrations where table_name is not null")
    assert [row[0] for row in rows] == ["confirmed"]


async def test_second_loading_changes_nothing(tx: Connection) -> None:
    before = await counts(tx)
    await actions.load(tx, SETTINGS, empty=False)
    assert await counts(tx) == before
    assert before["events"] == len(event_plans()) == 33
    assert before["jobs"] == 0


async def test_states_of_the_story(tx: Connection) -> None:
    rows = await tx.fetch(
        """
        select e.slug, r.state, count(*)
        from registrations r
        join events e on e.id = r.event_id
        where e.slug = any ($1)
        group by e.slug, r.state
        order by e.slug, r.state
        """,
        [DINNER, "embassy-reception"],
    )
    assert [tuple(row) for row in rows] == [
        ("embassy-reception", "awaiting_approval", 9),
        ("embassy-reception", "cancelled", 1),
        ("embassy-reception", "confirmed", 148),
        (DINNER, "cancelled", 5),
        (DINNER, "confirmed", 93),
        (DINNER, "waitlisted", 11),
    ]


async def test_no_shows_and_double_scans_of_the_evening_before(tx: Connection) -> None:
    rows = await tx.fetch(
        """
        select k.verdict, count(*)
        from check_ins k
        join events e on e.id = k.event_id
        where e.slug = 'osaka-networking-evening'
        group by k.verdict
        order by k.verdict
        """
    )
    again = 2 + 1 + 1 + 1  # twice without a network, after some air, waved in, walked in
    assert [tuple(row) for row in rows] == [("admitted", 88 - 17 + again), ("already_in", 2), ("left", 7), ("refused", 2)]


async def test_programme_of_last_week_is_moved_to_today(tx: Connection) -> None:
    await actions.move(tx, timedelta(days=-9))
    before = await counts(tx)
    evening = await event_by_slug(tx, "osaka-networking-evening")
    arrival = await tx.fetchval("select min(device_at) from check_ins where event_id = $1", evening.id if evening else None)
    await actions.load(tx, SETTINGS, empty=False)
    dinner = await event_by_slug(tx, DINNER)
    moved = await event_by_slug(tx, "osaka-networking-evening")
    assert dinner is not None
    assert moved is not None
    assert evening is not None
    assert dinner.takes_sign_ups(now())
    assert moved.starts_at - evening.starts_at == timedelta(days=9)
    assert await tx.fetchval("select min(device_at) from check_ins where event_id = $1", moved.id) == arrival + timedelta(days=9)
    assert await counts(tx) == before
    await actions.load(tx, SETTINGS, empty=False)
    assert await event_by_slug(tx, DINNER) == dinner


async def test_organisers_see_only_their_own(tx: Connection) -> None:
    rows = await tx.fetch(
        "select o.slug, count(*) from events e join organisers o on o.id = e.organiser_id group by o.slug order by o.slug"
    )
    assert [tuple(row) for row in rows] == [("capital-region", 1), ("thuringia", 32)]
