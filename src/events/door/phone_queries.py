"""SQL of the door's phones. One statement a function, the connection first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Phone, Standing
from .phone_facts import Facts
from .phone_list import Duty, ListedPhone

# A phone of last night's dinner opens nothing tomorrow, but the last guests and a late list are still served: without hours of its
# own it works until twelve hours after the event.
_PHONE = """
select d.id, d.name, d.event_id, d.gate_id, g.name as gate, e.title as event_title, e.hue as event_hue, e.time_zone,
       d.last_seen_at, d.role, d.valid_from, coalesce(d.valid_until, e.ends_at + interval '12 hours') as valid_until, d.revoked_at
from devices d
join gates g on g.id = d.gate_id
join events e on e.id = d.event_id
"""

_LISTED = """
select d.id, d.name, g.name as gate, d.role, d.valid_from, d.valid_until,
       coalesce(d.valid_until, e.ends_at + interval '12 hours') as works_until, d.pairing_expires_at, d.paired_at, d.last_seen_at,
       d.revoked_at, d.wiped_at, d.list_at, d.queue_length, d.battery_percent, d.is_charging,
       (select count(*)
        from stranded_scans s
        where s.device_id = d.id
          and s.event_id = d.event_id
          and s.decision is null) as waiting_scans
from devices d
join gates g on g.id = d.gate_id
join events e on e.id = d.event_id
"""


async def insert_phone(
    tx: Connection, phone_id: UUID, duty: Duty, *, event_id: UUID, gate_id: UUID, pairing_hash: bytes, expires_at: datetime
) -> None:
    """A phone that may be paired once with the code whose hash is given, until it expires."""
    await tx.execute(
        """
        insert into devices (id, organiser_id, event_id, gate_id, name, pairing_hash, pairing_expires_at, role, valid_from, valid_until)
        select $1, e.organiser_id, e.id, $3, $4, $5, $6, $7, $8, $9
        from events e
        where e.id = $2
        """,
        phone_id,
        event_id,
        gate_id,
        duty.name,
        pairing_hash,
        expires_at,
        duty.role,
        duty.valid_from,
        duty.valid_until,
    )


async def change_phone(tx: Connection, event_id: UUID, phone_id: UUID, duty: Duty, *, gate_id: UUID) -> bool:
    """Gives the phone another duty. Answers whether there is such a phone that was not taken back."""
    status = await tx.execute(
        """
        update devices
        set name = $3,
            gate_id = $4,
            role = $5,
            valid_from = $6,
            valid_until = $7
        where event_id = $1
          and id = $2
          and revoked_at is null
        """,
        event_id,
        phone_id,
        duty.name,
        gate_id,
        duty.role,
        duty.valid_from,
        duty.valid_until,
    )
    return status == "UPDATE 1"


async def phone_to_pair(db: Executor, pairing_hash: bytes, now: datetime) -> Phone | None:
    """The phone that the code would pair, while it still can."""
    return _phone(
        await db.fetchrow(
            f"""
            {_PHONE}
            where d.pairing_hash = $1
              and d.pairing_expires_at > $2
              and d.paired_at is null
              and d.revoked_at is null
            """,
            pairing_hash,
            now,
        )
    )


async def pair_phone(tx: Connection, pairing_hash: bytes, *, token_hash: bytes, name: str, now: datetime) -> UUID | None:
    """Uses the code up; of two who try at once, one gets the phone. An empty name keeps the organiser's."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        update devices
        set token_hash = $2,
            paired_at = $4,
            last_seen_at = $4,
            name = coalesce(nullif($3, ''), name)
        where pairing_hash = $1
          and pairing_expires_at > $4
          and paired_at is null
          and revoked_at is null
        returning id
        """,
        pairing_hash,
        token_hash,
        name,
        now,
    )


async def phone_by_token(db: Executor, token_hash: bytes, now: datetime) -> Phone | None:
    """The phone with the token, while it may work."""
    phone = await known_phone(db, token_hash)
    return phone if phone and phone.standing(now) == Standing.LIVE else None


async def known_phone(db: Executor, token_hash: bytes) -> Phone | None:
    """The phone with the token, wherever it stands."""
    return _phone(await db.fetchrow(f"{_PHONE} where d.token_hash = $1", token_hash))


async def touch_phone(db: Executor, phone_id: UUID, now: datetime) -> None:
    """Notes that the phone was seen."""
    await db.execute("update devices set last_seen_at = $2 where id = $1", phone_id, now)


async def note_facts(db: Executor, phone_id: UUID, facts: Facts, now: datetime) -> None:
    """Notes what the phone said about itself; what it did not say stays as it was, its battery is only worth anything fresh."""
    await db.execute(
        """
        update devices
        set last_seen_at = $2,
            list_at = coalesce($3, list_at),
            queue_length = coalesce($4, queue_length),
            battery_percent = $5,
            is_charging = $6,
            wiped_at = case when $7 and revoked_at is not null then coalesce(wiped_at, $2) else wiped_at end
        where id = $1
        """,
        phone_id,
        now,
        facts.list_at,
        facts.queue,
        facts.battery,
        facts.charging,
        facts.wiped,
    )


async def note_wiped(db: Executor, phone_id: UUID, now: datetime) -> bool:
    """Notes that a phone that was taken back holds nothing any more. Answers whether it had been taken back."""
    status = await db.execute(
        "update devices set wiped_at = coalesce(wiped_at, $2), last_seen_at = $2 where id = $1 and revoked_at is not null", phone_id, now
    )
    return status == "UPDATE 1"


async def phones_of_event(db: Executor, event_id: UUID) -> list[ListedPhone]:
    """The newest first, revoked ones at the end."""
    rows = await db.fetch(
        f"{_LISTED} where d.event_id = $1 order by d.revoked_at is not null, d.id desc limit 200",
        event_id,
    )
    return [msgspec.convert(dict(row), ListedPhone) for row in rows]


async def listed_phone(db: Executor, event_id: UUID, phone_id: UUID) -> ListedPhone | None:
    row = await db.fetchrow(f"{_LISTED} where d.event_id = $1 and d.id = $2", event_id, phone_id)
    return msgspec.convert(dict(row), ListedPhone) if row else None


async def phone_by_id(db: Executor, event_id: UUID, phone_id: UUID) -> Phone | None:
    """A phone of the event, wherever it stands."""
    return _phone(await db.fetchrow(f"{_PHONE} where d.event_id = $1 and d.id = $2", event_id, phone_id))


async def revoke_phone(tx: Connection, event_id: UUID, phone_id: UUID, now: datetime) -> bool:
    """From this moment on the phone opens nothing. Answers whether there is such a phone."""
    status = await tx.execute(
        "update devices set revoked_at = coalesce(revoked_at, $3) where event_id = $1 and id = $2",
        event_id,
        phone_id,
        now,
    )
    return status == "UPDATE 1"


def _phone(row: Any) -> Phone | None:
    return msgspec.convert(dict(row), Phone) if row else None
