"""A worker that stops in the middle of its third portion, for the test that kills it there."""

import asyncio
import sys
from typing import Any
from uuid import UUID

from events.invitations import import_queries, import_run_queries, importing
from events.kit.clock import now
from events.kit.database import open_pool
from tests.builders import TOKENS

PORTION = 20
DIES_IN_PORTION = 3


async def main(dsn: str, import_id: str) -> None:
    """Says "here" when the invitations of the portion are written and the lines not yet settled."""
    pool = await open_pool(dsn, size=2)
    list_ = await import_queries.import_by_id(pool, UUID(import_id))
    assert list_ is not None
    target = await importing.target_of_import(pool, list_)
    importing.PORTION = PORTION
    settle = import_run_queries.settle_rows
    portions = 0

    async def settle_or_die(*given: Any) -> None:
        nonlocal portions
        portions += 1
        if portions == DIES_IN_PORTION:
            sys.stdout.write("here\n")
            sys.stdout.flush()
            await asyncio.sleep(3600)
        await settle(*given)

    setattr(import_run_queries, "settle_rows", settle_or_die)  # noqa: B010 (a stand-in of another shape)
    while True:
        async with pool.acquire() as connection, connection.transaction():
            await importing.take_portion(connection, list_, target, tokens=TOKENS, now=now())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
