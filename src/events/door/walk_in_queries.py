"""SQL of guests who were not expected. One statement a function, the connection first."""

from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Entrant


async def claim_at_door(db: Executor, event_id: UUID, request: dict[str, Any], *, must: bool) -> str:
    """Asks for one guest's place; answers what came of it. Whoever must get one and cannot waits in line."""
    return str(await db.fetchval("select claim_at_door($1, $2, $3)", event_id, request, must))


async def registration_exists(db: Executor, event_id: UUID, registration_id: UUID) -> bool:
    """Whether an earlier delivery of the same act made it."""
    return bool(await db.fetchval("select exists (select from registrations where id = $2 and event_id = $1)", event_id, registration_id))


async def words_were_shown(db: Executor, text_hash: bytes) -> bool:
    """Whether the words with this hash stood on our pages once: a phone may have been without a connection when they changed."""
    return bool(await db.fetchval("select exists (select from consent_texts where text_hash = $1)", text_hash))


async def guest_exists(db: Executor, guest_id: UUID) -> bool:
    return bool(await db.fetchval("select exists (select from guests where id = $1)", guest_id))


async def guest_here(db: Executor, event_id: UUID, registration_id: UUID) -> Entrant | None:
    """A guest of the event, as the door knows them."""
    found = await db.fetchval(
        "select guest_at_door(id, null) from registrations where id = $2 and event_id = $1", event_id, registration_id
    )
    return msgspec.convert(found, Entrant) if found else None


async def booking_of(db: Executor, event_id: UUID, registration_id: UUID) -> UUID | None:
    """The booking of a guest of the event."""
    return await db.fetchval(  # type: ignore[no-any-return]
        "select booking_id from registrations where id = $2 and event_id = $1", event_id, registration_id
    )


async def contingent_of(db: Executor, event_id: UUID, pool_id: UUID) -> str | None:
    """How the claim calls a contingent; None for the places that are open to everybody."""
    return await db.fetchval("select slug from pools where id = $2 and event_id = $1", event_id, pool_id)  # type: ignore[no-any-return]


async def wanted_contingent(db: Executor, registration_id: UUID) -> str | None:
    """The contingent a guest asked for, which their companions come from as well."""
    return await db.fetchval(  # type: ignore[no-any-return]
        "select p.slug from registrations r join pools p on p.id = r.wanted_pool_id where r.id = $1", registration_id
    )


async def people_inside(db: Executor, event_id: UUID) -> int:
    return int(await db.fetchval("select count(*) from presences where event_id = $1", event_id))


async def contingents_with_places(db: Executor, event_id: UUID) -> list[tuple[UUID, dict[str, str] | None, int]]:
    """Every pool with its name (none: open to everybody) and the places a newcomer would find there now."""
    rows = await db.fetch(
        """
        select p.id, p.name, cardinality(free_for_newcomers(p.event_id, nullif(p.id, p.event_id), p.capacity)) as free
        from pools p
        where p.event_id = $1
        order by p.position, p.id
        limit 50
        """,
        event_id,
    )
    return [tuple(row) for row in rows]


async def guest_of(db: Executor, registration_id: UUID) -> UUID:
    """Who has the place."""
    return await db.fetchval("select guest_id from registrations where id = $1", registration_id)  # type: ignore[no-any-return]
