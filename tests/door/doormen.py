"""Phones at the door as a process of its own: `python -m tests.door.doormen <job.json>`.

Each of its connections scans every code once, all at the same time, and answers how often it admitted somebody. With `naive` it
decides as a check-then-insert would: looks whether the guest is inside, and writes the entry if not.
"""

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from events.door.model import Scan, Verdict
from events.door.queries import redeem_tickets
from events.kit.clock import now
from events.kit.database import Connection, prepare_connection
from events.kit.ids import new_id
from events.kit.tokens import token_hash

NAIVE_INSERT = """
insert into check_ins (id, event_id, registration_id, operator, kind, verdict, device_at)
values ($1, $2, $3, 'token:naive', 'entry', 'admitted', now())
"""


class Order(msgspec.Struct, frozen=True):
    """What one process of phones is to do."""

    dsn: str
    event_id: UUID
    codes: list[str]
    phones: int
    naive: bool = False


async def scan_everything(order: Order) -> int:
    """How many guests these phones admitted."""
    connections = [await asyncpg.connect(order.dsn) for _ in range(order.phones)]
    for connection in connections:
        await prepare_connection(connection)
    admitted = await asyncio.gather(*(_phone(connection, order) for connection in connections))
    await asyncio.gather(*(connection.close() for connection in connections))
    return sum(admitted)


async def _phone(connection: Connection, order: Order) -> int:
    admit = _admit_naively if order.naive else _admit
    return sum([await admit(connection, order.event_id, code) for code in order.codes])


async def _admit(connection: Connection, event_id: UUID, code: str) -> bool:
    [answer] = await redeem_tickets(connection, event_id, [Scan(id=new_id(), code=code, at=now(), operator="token:test")])
    return answer.verdict == Verdict.ADMITTED


async def _admit_naively(connection: Connection, event_id: UUID, code: str) -> bool:
    registration_id = await connection.fetchval(
        "select r.id from tickets t join registrations r on r.guest_id = t.guest_id where r.event_id = $1 and t.code_hash = $2",
        event_id,
        token_hash(code),
    )
    if await connection.fetchval("select exists (select from attendances where registration_id = $1)", registration_id):
        return False
    await connection.execute(NAIVE_INSERT, new_id(), event_id, registration_id)
    return True


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(scan_everything(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Order)))))
