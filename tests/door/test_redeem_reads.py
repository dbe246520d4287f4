"""A scan reads as few rows when the house is full as it did when its plans were made."""

from events.door.queries import attendance_of_event
from events.kit.database import Connection
from events.programme.model import Event
from tests.builders import book, fill, make_event
from tests.door.builders import code_of, redeem, scan

TABLES = ["check_ins", "guests", "registrations", "tickets"]


async def rows_read(tx: Connection) -> dict[str, int]:
    """Rows that this transaction has read so far, by table."""
    rows = await tx.fetch(
        "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables where relname = any ($1)", TABLES
    )
    return {row["relname"]: row["read"] for row in rows}


async def test_scan_reads_no_more_rows_when_the_house_is_full(tx: Connection) -> None:
    event = await make_event(tx, capacity=2000)
    early = await fill(tx, event, 12)
    for outcome in early[:11]:  # from the sixth call on the plans are kept
        await redeem(tx, event, scan(code_of(outcome)))
    before = await rows_read(tx)
    await redeem(tx, event, scan(code_of(early[11])))
    small = await rows_read(tx)
    guests = await fill(tx, event, 600, party_size=10)
    for outcome in guests[:-1]:
        await redeem(tx, event, *(scan(code_of(outcome, place)) for place in range(10)))
    grown = await rows_read(tx)
    await redeem(tx, event, scan(code_of(guests[-1])))
    large = await rows_read(tx)
    few = {table: small[table] - before[table] for table in TABLES}
    assert {table: large[table] - grown[table] for table in TABLES if large[table] - grown[table] > few[table] + 5} == {}


async def test_counting_the_house_reads_each_record_a_few_times_whatever_the_statistics_know(tx: Connection) -> None:
    """The statistics were made while only another event had guests; the planner expects nobody at this one."""
    other, event = await make_event(tx, capacity=300), await make_event(tx, capacity=400)
    await everybody_in(tx, other, 300)
    await tx.execute("analyze check_ins, registrations, bookings")
    await everybody_in(tx, event, 400)
    await tx.execute("insert into door_rules (event_id, fire_limit, exits) values ($1, 400, 'reentry')", event.id)
    before = await rows_read(tx)

    full = await attendance_of_event(tx, event.id)
    [refused] = await redeem(tx, event, scan(code_of(await book(tx, event, accept_waitlist=True))))

    after = await rows_read(tx)
    assert (full.inside, refused.reason) == (400, "waitlisted")
    assert {table: after[table] - before[table] for table in TABLES if after[table] - before[table] > 5 * 700} == {}


async def everybody_in(tx: Connection, event: Event, guests: int) -> None:
    for outcome in await fill(tx, event, guests, party_size=10):
        await redeem(tx, event, *(scan(code_of(outcome, place)) for place in range(10)))
