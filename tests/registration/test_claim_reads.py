"""The claim reads as few rows when the tables are large as it did when its plans were made."""

from events.kit.database import Connection
from events.programme.model import Event
from events.registration.claims import new_claim
from events.registration.model import SignUp
from events.registration.queries import claim_places
from tests.builders import TOKENS, make_event, make_guest

TABLES = ["bookings", "guests", "pools", "registrations", "tickets", "waitlist_entries"]


async def claim(tx: Connection, event: Event, keys: list[str]) -> None:
    sign_ups = [SignUp(key=key, email="guest@example.com", locale="en", source="api", guests=[make_guest()]) for key in keys]
    await claim_places(tx, event.id, [new_claim(sign_up, TOKENS).request for sign_up in sign_ups], None)


async def rows_read(tx: Connection) -> dict[str, int]:
    """Rows that this transaction has read so far, by table."""
    rows = await tx.fetch(
        "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables where relname = any ($1)", TABLES
    )
    return {row["relname"]: row["read"] for row in rows}


async def test_claim_reads_no_more_rows_when_tables_have_grown(tx: Connection) -> None:
    event = await make_event(tx, capacity=5000)
    for number in range(10):  # from the sixth call on the plans are kept
        await claim(tx, event, [f"early-{number}"])
    before = await rows_read(tx)
    await claim(tx, event, ["small"])
    small = await rows_read(tx)
    for start in range(0, 1600, 32):
        await claim(tx, event, [f"rush-{start + number}" for number in range(32)])
    grown = await rows_read(tx)
    await claim(tx, event, ["large"])
    large = await rows_read(tx)
    few = {table: small[table] - before[table] for table in TABLES}
    assert {table: large[table] - grown[table] for table in TABLES if large[table] - grown[table] > few[table] + 5} == {}
