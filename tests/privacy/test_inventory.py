"""Whoever adds a column that may hold words says here whether they are about people."""

from events.kit.database import Pool

from .inventory import ABOUT_NOBODY, ABOUT_PEOPLE, DERIVED, columns
from .whole_database import text_columns


async def test_every_column_with_words_is_known(pool: Pool) -> None:
    there = {f"{table}.{column}" for table, column, _kind in await text_columns(pool)}
    known = columns(ABOUT_PEOPLE) + columns(DERIVED) + columns(ABOUT_NOBODY)
    assert {
        "new: say in tests/privacy/inventory.py what becomes of them when somebody is erased": sorted(there - set(known)),
        "gone": sorted(set(known) - there),
        "twice": sorted({one for one in known if known.count(one) > 1}),
    } == {"new: say in tests/privacy/inventory.py what becomes of them when somebody is erased": [], "gone": [], "twice": []}
