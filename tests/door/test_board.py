"""What the organiser's page about the doors reads: figures, gates, days, feed, conflicts and phones, of one event only."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from events.door import board_queries
from events.door.board import read_door_board
from events.door.board_model import ConflictLine, Crowding, DayLine, GateLine, PhonesNow, crowding
from events.door.model import Act, Attendance, Verdict
from events.door.rules import DoorRules
from events.kit.clock import now
from events.kit.database import Connection
from events.people.model import Person
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import book, make_event, make_guest
from tests.door.board_builders import scanned, set_rules
from tests.door.builders import make_phone, registration_ids

HOUR = timedelta(hours=1)
NOON = now().replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=1)  # yesterday noon in Yokohama
NEXT_NOON = NOON + 12 * HOUR  # still yesterday there; a day later is today


async def evening(tx: Connection, **details: object) -> Event:
    return await make_event(tx, starts_at=NOON + timedelta(days=2), closes_at=NOON + timedelta(days=2), **details)  # type: ignore[arg-type]


async def guests(tx: Connection, event: Event, *names: str) -> list[UUID]:
    return await registration_ids(tx, await book(tx, event, *(make_guest(name, name[0], company=f"{name} GmbH") for name in names)))


async def test_gates_days_and_figures_follow_from_the_movements(tx: Connection) -> None:
    event, other = await evening(tx), await evening(tx)
    await set_rules(tx, event, exits="reentry", fire_limit=10, crew_inside=7)
    (garden, _), (main, _) = await make_phone(tx, event, gate="Garden"), await make_phone(tx, event, gate="Main")
    (elsewhere, _) = await make_phone(tx, other, gate="Secret gate")
    anna, bela, cora, _dora = await guests(tx, event, "Anna", "Bela", "Cora", "Dora")
    (stranger,) = await guests(tx, other, "Secret")
    await scanned(tx, other, elsewhere, stranger, at=NOON)
    await scanned(tx, event, garden, anna, at=NOON)
    await scanned(tx, event, garden, bela, at=NOON + HOUR)
    await scanned(tx, event, main, bela, at=NOON + 2 * HOUR, act=Act.EXIT)
    await scanned(tx, event, main, anna, at=NOON + 3 * HOUR, act=Act.EXIT)
    await scanned(tx, event, main, anna, at=NOON + 20 * HOUR)
    await scanned(tx, event, main, cora, at=NOON + 21 * HOUR)

    board = await read_door_board(tx, event.id, now())

    assert board.attendance == Attendance(
        inside=2, arrived=3, expected=1, confirmed=4, walk_ins=0, fire_limit=10, crew_inside=7, free=board.attendance.free
    )
    assert board.gates == [
        GateLine(name="Garden", entries=2, exits=0, inside=0, last_at=NOON + HOUR),
        GateLine(name="Main", entries=2, exits=2, inside=2, last_at=NOON + 21 * HOUR),
    ]
    first, second = NOON.date(), (NOON + 20 * HOUR + 9 * HOUR).date()
    assert board.days == [
        DayLine(day=first, guests=2, entries=2, exits=2, inside=0),
        DayLine(day=second, guests=2, entries=2, exits=0, inside=2),
    ]
    assert board.crowding == Crowding.CROWDED
    assert [(record.kind, record.gate, record.guest.family_name if record.guest else None) for record in board.feed[:2]] == [
        ("entry", "Main", "Cora"),
        ("entry", "Main", "Anna"),
    ]


@pytest.mark.parametrize(
    ("inside", "limit", "crew", "expected"),
    [
        (500, None, 20, Crowding.UNLIMITED),
        (79, 100, 10, Crowding.ROOM),
        (80, 100, 10, Crowding.CROWDED),
        (90, 100, 10, Crowding.FULL),
        (91, 100, 10, Crowding.OVER),
    ],
)
def test_house_is_told_in_words_near_its_limit(inside: int, limit: int | None, crew: int, expected: Crowding) -> None:
    assert crowding(inside, DoorRules(fire_limit=limit, crew_inside=crew)) == expected


async def test_ticket_that_two_phones_let_in_is_a_conflict_with_both_gates_and_phones(tx: Connection) -> None:
    event, other = await evening(tx), await evening(tx)
    (garden, _) = await make_phone(tx, event, gate="Garden", name="Aiko")
    (main, _) = await make_phone(tx, event, gate="Main", name="Jonas")
    (anna,) = await guests(tx, event, "Anna")
    (stranger,) = await guests(tx, other, "Secret")
    (there, _) = await make_phone(tx, other)
    for minutes in (0, 1):
        await scanned(tx, other, there, stranger, at=NOON + timedelta(minutes=minutes), offline=True)
    second_id, _ = await scanned(tx, event, main, anna, at=NOON + HOUR, offline=True)  # synced first, though it was later
    first_id, _ = await scanned(tx, event, garden, anna, at=NOON, offline=True)

    (conflict,) = (await read_door_board(tx, event.id, now())).conflicts

    assert conflict == ConflictLine(
        check_in_id=second_id,
        registration_id=anna,
        kind="twice",
        reason=conflict.reason,
        at=NOON + HOUR,
        phone_at=NOON + HOUR,
        list_at=NOON + HOUR,
        gate="Main",
        who="Jonas",
        first_check_in_id=first_id,
        first_at=NOON,
        first_gate="Garden",
        first_who="Aiko",
        guest=Person(family_name="Anna", given_name="A", company="Anna GmbH"),
        state="confirmed",
        decision=None,
        note="",
        resolved_at=None,
        resolved_by=None,
    )
    assert await board_queries.conflict_of_entry(tx, event.id, second_id) == conflict
    assert await board_queries.conflict_of_entry(tx, other.id, second_id) is None
    assert await board_queries.conflict_of_entry(tx, event.id, first_id) is None


async def test_cancelled_guest_whom_a_phone_let_in_is_a_conflict_with_its_reason(tx: Connection) -> None:
    event = await evening(tx)
    (phone, _) = await make_phone(tx, event)
    (anna,) = await guests(tx, event, "Anna")
    await cancel_places(tx, event.id, [anna], actor="guest", now=NOON)
    await scanned(tx, event, phone, anna, at=NOON + HOUR, offline=True)

    board = await read_door_board(tx, event.id, now())

    assert [(line.kind, line.reason, line.state) for line in board.conflicts] == [("not_valid", "cancelled", "cancelled")]
    assert (board.attendance.inside, board.attendance.confirmed) == (1, 0)


async def test_phones_at_a_glance_count_those_that_may_work(tx: Connection) -> None:
    event, other = await evening(tx), await evening(tx)
    assert (await read_door_board(tx, event.id, now())).phones == PhonesNow(
        paired=0, connected=0, oldest_seen_at=None, queued=0, stranded=0
    )
    seen = {"here": now(), "silent": now() - HOUR, "revoked": now() - 2 * HOUR}
    for name, at in seen.items():
        (phone, _) = await make_phone(tx, event, name=name)
        revoked_at = now() if name == "revoked" else None
        await tx.execute("update devices set last_seen_at = $2, queue_length = 3, revoked_at = $3 where id = $1", phone.id, at, revoked_at)
    (there, _) = await make_phone(tx, other)
    for device, decision in ((phone.id, None), (phone.id, "discarded"), (there.id, None)):
        await tx.execute(
            """
            insert into stranded_scans (id, event_id, device_id, fingerprint, why, scan, decision, actor, decided_at)
            select gen_random_uuid(), d.event_id, d.id, uuid_send(gen_random_uuid()), 'unreadable', '{}', $2, $2,
                   case when $2::text is not null then now() end
            from devices d
            where d.id = $1
            """,
            device,
            decision,
        )

    phones = (await read_door_board(tx, event.id, now())).phones

    assert phones == PhonesNow(paired=2, connected=1, oldest_seen_at=seen["silent"], queued=6, stranded=1)


async def test_days_are_those_of_the_event_and_empty_before_it(tx: Connection) -> None:
    event = await evening(tx)
    assert (await read_door_board(tx, event.id, now())).days == []
    (phone, _) = await make_phone(tx, event)
    (anna,) = await guests(tx, event, "Anna")
    _, answer = await scanned(tx, event, phone, anna, at=NOON + 13 * HOUR)  # one in the morning in Yokohama: the next day there
    assert answer.verdict == Verdict.ADMITTED
    (day,) = await board_queries.days_of(tx, event.id, event.time_zone)
    assert (day.day, day.guests) == (NOON.date() + timedelta(days=1), 1)
    assert isinstance(day.day, date)
