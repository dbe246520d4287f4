"""SQL of scans that could not be taken at their word. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.kit.ids import new_id

from .model import Entrant, Phone

MOST_SHOWN = 200


class StrandedScan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that waits for somebody to decide, with the guest it is about if that can be told."""

    id: UUID
    device_id: UUID
    phone: str
    gate: str
    why: str
    scan: Any
    received_at: datetime
    decision: str | None
    registration_id: UUID | None
    guest: Entrant | None


_STRANDED = """
select s.id, s.device_id, d.name as phone, g.name as gate, s.why, s.scan, s.received_at, s.decision, r.id as registration_id,
       case when r.id is not null then guest_at_door(r.id, null) end as guest
from stranded_scans s
join devices d on d.id = s.device_id
join gates g on g.id = d.gate_id
left join tickets t on t.code_hash = case when s.scan ->> 'code_hash' ~ '^[0-9a-f]{64}$' then decode(s.scan ->> 'code_hash', 'hex') end
                   and t.organiser_id = d.organiser_id
left join check_ins c on c.event_id = s.event_id and c.id = uuid_in_text(s.scan ->> 'check_in_id')
left join registrations r on r.event_id = s.event_id
                         and (r.guest_id = t.guest_id
                              or r.id = uuid_in_text(s.scan ->> 'registration_id')
                              or r.id = c.registration_id)
"""


async def keep_stranded(tx: Connection, phone: Phone, scans: Sequence[tuple[bytes, Any]], *, why: str) -> None:
    """Keeps scans (fingerprint, as sent) for people to decide, in their order; one that is kept already adds nothing."""
    ids = sorted(new_id() for _ in scans)
    await tx.executemany(
        """
        insert into stranded_scans (id, event_id, device_id, fingerprint, why, scan)
        values ($1, $2, $3, $4, $5, $6)
        on conflict on constraint stranded_scans_sent_once do nothing
        """,
        [(own_id, phone.event_id, phone.id, fingerprint, why, scan) for own_id, (fingerprint, scan) in zip(ids, scans, strict=True)],
    )


async def open_scans(db: Executor, event_id: UUID) -> list[StrandedScan]:
    """Those that nobody has decided about, the oldest first."""
    rows = await db.fetch(
        f"{_STRANDED} where s.event_id = $1 and s.decision is null order by s.received_at, s.id limit {MOST_SHOWN}",
        event_id,
    )
    return [msgspec.convert(dict(row), StrandedScan) for row in rows]


async def count_open(db: Executor, event_id: UUID) -> dict[UUID, int]:
    """How many scans of each phone wait."""
    rows = await db.fetch(
        "select device_id, count(*)::int from stranded_scans where event_id = $1 and decision is null group by device_id", event_id
    )
    return {row[0]: row[1] for row in rows}


async def is_of_event(db: Executor, event_id: UUID, scan_id: UUID) -> bool:
    """Whether there is such a scan, decided or not."""
    return bool(await db.fetchval("select exists (select from stranded_scans where event_id = $1 and id = $2)", event_id, scan_id))


async def lock_scan(tx: Connection, event_id: UUID, scan_id: UUID) -> StrandedScan | None:
    """The scan, so that two people do not decide about it at once."""
    row = await tx.fetchrow(f"{_STRANDED} where s.event_id = $1 and s.id = $2 for update of s", event_id, scan_id)
    return msgspec.convert(dict(row), StrandedScan) if row else None


async def decide(tx: Connection, scan_id: UUID, decision: str, *, actor: str, now: datetime) -> None:
    """Writes down what became of it: 'taken' or 'discarded'."""
    await tx.execute(
        "update stranded_scans set decision = $2, actor = $3, decided_at = $4 where id = $1 and decision is null",
        scan_id,
        decision,
        actor,
        now,
    )
