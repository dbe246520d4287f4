"""Hosts, and arrivals as the door writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from events.arrivals import editing_queries, queries
from events.arrivals.model import Host, HostDetails, host_token
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import TOKENS, make_guest

HANAKO = make_guest(
    "見本",
    "花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    family_name_latin="Mihon",
    given_name_latin="Hanako",
    company="株式会社みほん光学",
)


async def make_host(pool: Pool, event: Event, *registration_ids: UUID, name: str = "Jonas Hoffmann", **details: Any) -> tuple[Host, str]:
    """A host of these guests, and the token of the link."""
    host_id = new_id()
    token = host_token(TOKENS, host_id, 1)
    async with pool.acquire() as connection:
        await editing_queries.insert_host(
            connection,
            host_id,
            HostDetails(name=name, **details),
            organiser_id=event.organiser_id,
            event_id=event.id,
            token_hash=token_hash(token),
        )
        await editing_queries.assign_guests(connection, host_id, event.id, registration_ids)
        host = await queries.host_by_id(connection, host_id)
    assert host is not None
    return host, token


async def arrive(
    pool: Pool, event: Event, registration_id: UUID, at: datetime, *, told_at: datetime | None = None, gate: str | None = None
) -> UUID:
    """An entry that counts; `told_at` is when a phone without a connection brought it in."""
    check_in_id, gate_id = new_id(), None
    if gate:
        gate_id = await pool.fetchval("select id from gates where event_id = $1 and name = $2", event.id, gate) or new_id()
        await pool.execute("insert into gates (id, event_id, name) values ($1, $2, $3) on conflict do nothing", gate_id, event.id, gate)
    await pool.execute(
        """
        insert into check_ins (id, event_id, registration_id, gate_id, operator, kind, verdict, device_at, server_at)
        values ($1, $2, $3, $4, 'staff:test', 'entry', 'admitted', $5, $6)
        """,
        check_in_id,
        event.id,
        registration_id,
        gate_id,
        at,
        told_at or at,
    )
    return check_in_id


async def undo(pool: Pool, event: Event, check_in_id: UUID, at: datetime) -> None:
    await pool.execute(
        """
        insert into check_ins (id, event_id, registration_id, operator, kind, undoes, verdict, device_at)
        select $1, $2, c.registration_id, 'staff:test', 'undo', c.id, 'undone', $4
        from check_ins c
        where c.id = $3
        """,
        new_id(),
        event.id,
        check_in_id,
        at,
    )


async def places_of(pool: Pool, outcome: Outcome) -> list[UUID]:
    """The registrations of a booking, the registrant's first."""
    rows = await pool.fetch(
        "select r.id from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
        outcome.booking_id,
    )
    return [row["id"] for row in rows]
