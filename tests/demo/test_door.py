"""The demo's doors once it is loaded: everything that an evening brings has happened at one of them, and adds up."""

from datetime import timedelta
from typing import Any

import pytest

from events.demo import actions
from events.demo.model import DINNER
from events.door.queries import attendance_of_event
from events.door.reconcile import differences
from events.kit.database import Pool
from events.programme.queries import event_by_slug
from tests.builders import settings_for

SETTINGS = settings_for("postgresql://unused")
EVENING = "osaka-networking-evening"


@pytest.fixture(scope="module")
async def demo(pool: Pool) -> Pool:
    """The database of this module with the demo in it."""
    async with pool.acquire() as connection:
        await actions.load(connection, SETTINGS, empty=False)
    return pool


async def rows(demo: Pool, statement: str, *given: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await demo.fetch(statement, *given)]


async def test_records_of_the_doors_explain_each_other(demo: Pool) -> None:
    assert await differences(demo) == []


async def test_two_tickets_came_in_twice_and_one_is_still_to_be_decided(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select x.kind, x.decision, f.name, g.name, x.at > x.first_at
        from door_conflicts x
        join gates g on g.id = x.gate_id
        join gates f on f.id = x.first_gate_id
        order by x.at
        """,
    )
    assert found == [("twice", "same_person", "Main entrance", "Garden gate", True), ("twice", None, "Main entrance", "Garden gate", True)]


async def test_some_have_left_one_has_come_back(demo: Pool) -> None:
    event = await event_by_slug(demo, EVENING)
    assert event is not None
    attendance = await attendance_of_event(demo, event.id)
    assert (attendance.arrived, attendance.inside, attendance.walk_ins) == (73, 73 - 6, 1)
    assert attendance.fire_limit == 110
    assert attendance.inside + attendance.crew_inside < 110
    assert await demo.fetchval("select count(*) from movements where event_id = $1 and kind = 'exit'", event.id) == 7


async def test_supervisor_waved_somebody_in_and_said_why(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select r.state, d.role, c.note <> ''
        from check_ins c
        join registrations r on r.id = c.registration_id
        join devices d on d.id = c.device_id
        where c.decided_by = 'supervisor'
        """,
    )
    assert found == [("cancelled", "supervisor", True)]


async def test_walk_in_has_a_place_and_agreed_to_the_words(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select g.family_name, r.state, array_agg(n.channel || ' ' || n.purpose)
        from bookings b
        join registrations r on r.booking_id = b.id
        join guests g on g.id = r.guest_id
        join consents n on n.guest_id = g.id
        where b.source = 'walk_in'
        group by g.family_name, r.state
        """,
    )
    assert found == [("飛入", "confirmed", ["door privacy"])]


async def test_hosts_and_protocol_know_their_guests(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select e.slug, h.name, h.sees_all, count(x.registration_id) > 0, count(nullif(x.note, ''))
        from hosts h
        join events e on e.id = h.event_id
        left join hosted_guests x on x.host_id = h.id
        group by e.slug, h.id
        order by e.slug, h.name collate "C"
        """,
    )
    assert found == [
        (DINNER, "Dr. Gustav Gastfreund", False, True, 2),
        (DINNER, "Protokoll", True, False, 0),
        (DINNER, "接待 文子", False, True, 1),
        (EVENING, "Dr. Gustav Gastfreund", False, True, 2),
        (EVENING, "Protokoll", True, False, 0),
    ]


async def test_cards_went_round_and_one_meeting_is_open(demo: Pool) -> None:
    assert await demo.fetchval("select count(*) from contact_cards") == 9
    found = await rows(demo, "select agreed_at is not null, count(*) from contact_meetings group by 1 order by 1")
    assert found == [(False, 1), (True, 7)]
    assert await demo.fetchval("select count(*) from consents where purpose = 'contacts'") == 9


async def test_both_phones_of_the_evening_have_said_how_they_are(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select d.role, d.queue_length, d.battery_percent
        from devices d
        join events e on e.id = d.event_id
        where e.slug = $1
        order by d.role
        """,
        EVENING,
    )
    assert found == [("steward", 0, 41), ("supervisor", 0, 17)]
    second = await demo.fetchval("select d.role from devices d join events e on e.id = d.event_id where e.slug = $1", DINNER)
    assert second == "supervisor"


async def test_records_reached_the_server_after_they_were_made(demo: Pool) -> None:
    assert await demo.fetchval("select count(*) from check_ins where server_at < device_at") == 0


async def test_a_week_later_everything_at_the_doors_is_as_far_from_the_evening_as_it_was(demo: Pool) -> None:
    distances = """
        select e.starts_at - c.resolved_at, e.starts_at - p.made_at, e.starts_at - max(m.agreed_at), e.starts_at - max(d.last_seen_at)
        from events e
        join conflict_resolutions c on c.event_id = e.id
        join paper_lists p on p.event_id = e.id
        join contact_meetings m on m.event_id = e.id
        join devices d on d.event_id = e.id
        where e.slug = $1
        group by e.id, c.check_in_id, p.id
        """
    async with demo.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        before = await connection.fetch(distances, EVENING)
        await actions.move(connection, timedelta(days=-9))
        after = await connection.fetch(distances, EVENING)
        await transaction.rollback()
    assert len(before) == 1
    assert after == before
