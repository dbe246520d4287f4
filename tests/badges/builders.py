"""What the tests of badges need on top of the common builders: guests who have come in, looks, claims of a station."""

from typing import Any
from uuid import UUID

from events.badges import actions, queries
from events.badges.model import Bearer, Choice, Layout, Look, Which
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.people.keys import search_words
from events.programme.model import Event
from events.registration.model import GuestDetails
from tests.builders import book
from tests.door.builders import redeem, registration_ids, scan


async def make_look(pool: Pool, event: Event, **changes: Any) -> Look:
    look = Look(**changes)
    async with pool.acquire() as tx, tx.transaction():
        await queries.keep_look(tx, event.id, look, now())
    return look


async def confirm(pool: Pool, event: Event, *guests: GuestDetails, **details: Any) -> list[UUID]:
    """Guests with a place, of one booking; their registrations."""
    async with pool.acquire() as connection:
        return await registration_ids(connection, await book(connection, event, *guests, mail=False, **details))


async def arrive(pool: Pool, event: Event, *ids: UUID) -> None:
    """Lets guests in at the door."""
    async with pool.acquire() as connection:
        await redeem(connection, event, *(scan(registration_id=id) for id in ids))


async def chosen(
    pool: Pool, event: Event, *, layout: Layout = Layout.CARD, which: Which = Which.ALL, query: str = "", **details: Any
) -> list[Bearer]:
    choice = Choice(which=which, words=search_words(query), **details)
    return await queries.bearers(pool, event.id, choice, layout, most=100)


async def take(pool: Pool, event: Event, station: UUID, request: UUID | None = None) -> UUID | None:
    """The request a station is given."""
    async with pool.acquire() as tx, tx.transaction():
        taken = await actions.take_next(tx, event.id, station, now=now(), request_id=request)
    return taken.id if taken else None


async def finish(pool: Pool, event: Event, station: UUID, request: UUID) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await actions.finish(tx, request, station_id=station, look=Look(), actor="staff:test", now=now())


async def ask(pool: Pool, event: Event, registration: UUID, *, id: UUID | None = None) -> UUID:
    waiting = await actions.request_badge(
        pool, event_id=event.id, registration_id=registration, actor="device:test", now=now(), request_id=id or new_id()
    )
    return waiting.id


async def prints(pool: Pool, event: Event) -> list[tuple[UUID, str, str]]:
    """What came out of printers: whose, of which kind, by whom."""
    rows = await pool.fetch("select registration_id, layout, actor from badge_prints where event_id = $1 order by printed_at, id", event.id)
    return [tuple(row) for row in rows]
