"""A scan reads as few rows when the house is full as it did when its plans were made."""

from events.kit.database import Connection
from tests.builders import fill, make_event
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
