"""What is asked at every sign-up is found by an index, however long the tables are."""

from typing import Any
from uuid import uuid4

from events.itinerary import queries
from events.kit.database import Connection


class Explaining:
    """Stands for a connection and keeps the plan of what it is asked."""

    def __init__(self, tx: Connection) -> None:
        self.tx = tx
        self.plan = ""

    async def _explain(self, sql: str, *values: Any) -> None:
        self.plan = "\n".join(row[0] for row in await self.tx.fetch(f"explain {sql}", *values))

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        await self._explain(sql, *values)
        return []

    async def fetchrow(self, sql: str, *values: Any) -> None:
        await self._explain(sql, *values)

    fetchval = fetchrow


async def test_hot_reads_use_their_indexes(tx: Connection) -> None:
    await tx.execute("set local enable_seqscan = off")
    asked: Any = Explaining(tx)
    plans = []
    for read in (
        queries.party_of_key(asked, uuid4(), "programme:key"),
        queries.waiting_confirmation(asked, "programme:key"),
        queries.guests_of_party(asked, uuid4()),
    ):
        await read
        plans.append(asked.plan)
    wanted = ("bookings_key_unique", "jobs_programme_mail", "guests_position_unique")
    assert [index in plan for index, plan in zip(wanted, plans, strict=True)] == [True] * 3
