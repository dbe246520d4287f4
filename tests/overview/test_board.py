"""The live board: figures, contingents, tables, the curve, the latest scans."""

from datetime import timedelta

from events.kit.clock import now
from events.kit.database import Connection
from events.overview.board import read_board
from events.overview.chart import arrivals_chart
from events.overview.model import Figures, ScanLine, Share, Table
from events.people.model import Person
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import book, fill, make_event, make_guest
from tests.overview.doors import arrive, registrations_of, undo

STARTS = (now() + timedelta(days=30)).replace(hour=9, minute=30, second=0, microsecond=0)  # 18:30 in Yokohama, doors at 18:00
DOORS = STARTS - timedelta(minutes=30)


async def dinner(tx: Connection, **details: object) -> Event:
    return await make_event(tx, starts_at=STARTS, closes_at=STARTS, **details)  # type: ignore[arg-type]


async def test_figures_add_up(tx: Connection) -> None:
    event, other = await dinner(tx, capacity=7), await dinner(tx)
    await fill(tx, other, 5)
    couple = await registrations_of(tx, await book(tx, event, make_guest("A"), make_guest("B")))
    (alone,) = await registrations_of(tx, await book(tx, event, make_guest("C"), source="walk_in"))
    await book(tx, event, make_guest("D"), hold_seconds=600)
    (gone,) = await registrations_of(tx, await book(tx, event, make_guest("E")))
    await book(tx, event, make_guest("F"))
    await book(tx, event, make_guest("G"))
    await book(tx, event, make_guest("H"), make_guest("I"), accept_waitlist=True)
    await cancel_places(tx, event.id, [gone], actor="guest", now=now())
    await arrive(tx, event, couple[0], DOORS)
    await arrive(tx, event, alone, DOORS)
    await undo(tx, event, await arrive(tx, event, couple[1], DOORS), DOORS)

    board = await read_board(tx, event.id, now())

    assert board.figures == Figures(
        capacity=7,
        taken=6,
        waiting=2,
        confirmed=5,
        held=1,
        awaiting_approval=0,
        arrived=2,
        inside=2,
        walk_ins=1,
        mail_troubles=0,
        conflicts=0,
    )
    assert (board.figures.free, board.figures.expected) == (1, 3)


async def test_contingent_counts_what_is_inside_it_and_shared_places_come_last(tx: Connection) -> None:
    event = await dinner(tx, capacity=100, contingents={"thuringia": 40, "japan": 50})
    inner = await tx.fetchval(
        """
        insert into pools (id, event_id, parent_id, slug, name, capacity, position)
        select gen_random_uuid(), event_id, id, 'berlin', '{"en": "Berlin"}', 10, 5
        from pools
        where event_id = $1 and slug = 'thuringia'
        returning id
        """,
        event.id,
    )
    assert inner
    (berlin,) = await registrations_of(tx, await book(tx, event, contingent="berlin"))
    await book(tx, event, contingent="thuringia")
    (shared,) = await registrations_of(tx, await book(tx, event))
    for registration_id in (berlin, shared):
        await arrive(tx, event, registration_id, DOORS)

    board = await read_board(tx, event.id, now())

    def share(name: str | None, depth: int, capacity: int, taken: int, arrived: int) -> Share:
        names = {"en": name} if name else None
        return Share(name=names, depth=depth, capacity=capacity, taken=taken, arrived=arrived, waiting=0, is_released=False)

    assert board.shares == [
        share("Thuringia", 0, 40, 2, 1),
        share("Berlin", 1, 10, 1, 1),
        share("Japan", 0, 50, 0, 0),
        share(None, 0, 10, 1, 1),
    ]


async def test_event_without_contingents_has_no_shares(tx: Connection) -> None:
    event = await dinner(tx)
    await fill(tx, event, 3)

    assert (await read_board(tx, event.id, now())).shares == []


async def test_tables_are_in_the_order_of_their_numbers(tx: Connection) -> None:
    event = await dinner(tx)
    seats = {}
    for name, table in (("A", "10"), ("B", "2"), ("C", "2"), ("D", None), ("E", "Hosts")):
        (seats[name],) = await registrations_of(tx, await book(tx, event, make_guest(name, table_name=table)))
    await arrive(tx, event, seats["B"], DOORS)

    board = await read_board(tx, event.id, now())

    assert board.tables == [
        Table(name="2", guests=2, arrived=1),
        Table(name="10", guests=1, arrived=0),
        Table(name="Hosts", guests=1, arrived=0),
        Table(name=None, guests=1, arrived=0),
    ]


async def test_curve_climbs_in_steps_of_five_minutes_from_the_doors(tx: Connection) -> None:
    event = await dinner(tx)
    guests = [(await registrations_of(tx, outcome))[0] for outcome in await fill(tx, event, 4)]
    for guest, minutes in zip(guests, (1, 4, 6, 21), strict=True):
        await arrive(tx, event, guest, DOORS + timedelta(minutes=minutes))

    board = await read_board(tx, event.id, DOORS + timedelta(minutes=30))
    chart = arrivals_chart(board)

    assert [(step.at - DOORS, step.guests) for step in board.arrivals] == [
        (timedelta(0), 2),
        (timedelta(minutes=5), 1),
        (timedelta(minutes=20), 1),
    ]
    assert (chart.arrived, chart.end_y, chart.hours[0][1], chart.hours[-1][1]) == (4, 18.0, "18:00", "19:00")
    heights = [float(point.split(",")[1]) for point in chart.line.split()]
    assert heights == sorted(heights, reverse=True)
    assert chart.now_x == chart.end_x


async def test_curve_before_the_doors_is_an_empty_frame(tx: Connection) -> None:
    event = await dinner(tx)
    chart = arrivals_chart(await read_board(tx, event.id, DOORS - timedelta(days=20)))

    assert (chart.line, chart.area, chart.now_x, next(hour for _x, hour in chart.hours)) == ("", "", None, "18:00")


async def test_late_sync_next_morning_does_not_flatten_the_curve(tx: Connection) -> None:
    event = await dinner(tx)
    guests = [(await registrations_of(tx, outcome))[0] for outcome in await fill(tx, event, 2)]
    await arrive(tx, event, guests[0], DOORS)
    await arrive(tx, event, guests[1], DOORS + timedelta(hours=30))

    chart = arrivals_chart(await read_board(tx, event.id, DOORS + timedelta(hours=31)))

    assert (chart.arrived, chart.hours[-1][1]) == (2, "06:00")


async def test_rehearsal_days_before_is_shown_at_its_own_hour(tx: Connection) -> None:
    event = await dinner(tx)
    (guest,) = await registrations_of(tx, await book(tx, event))
    rehearsal = DOORS - timedelta(days=3, minutes=-2)
    await arrive(tx, event, guest, rehearsal)

    chart = arrivals_chart(await read_board(tx, event.id, rehearsal))

    assert (chart.hours[0][1], chart.hours[-1][1], chart.arrived) == ("18:00", "18:30", 1)


async def test_latest_scans_come_first_with_who_where_and_why(tx: Connection) -> None:
    event, other = await dinner(tx), await dinner(tx)
    (guest,) = await registrations_of(tx, await book(tx, event, make_guest("見本", "花子", table_name="7")))
    (stranger,) = await registrations_of(tx, await book(tx, other, make_guest("Secret")))
    await arrive(tx, other, stranger, DOORS)
    await arrive(tx, event, guest, DOORS)
    await arrive(tx, event, None, DOORS + timedelta(minutes=1), verdict="refused", reason="unknown")

    board = await read_board(tx, event.id, now())

    assert board.scans == [
        ScanLine(
            at=DOORS + timedelta(minutes=1), verdict="refused", reason="unknown", gate=None, table_name=None, is_walk_in=False, guest=None
        ),
        ScanLine(
            at=DOORS,
            verdict="admitted",
            reason=None,
            gate=None,
            table_name="7",
            is_walk_in=False,
            guest=Person(family_name="見本", given_name="花子"),
        ),
    ]
