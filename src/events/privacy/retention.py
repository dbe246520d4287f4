"""Forgetting by itself: one job for everything that has a time to live, in bites, each with a record that proves it."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.database import Executor, Pool

from . import retention_queries
from .records import write_record
from .retention_rules import PERIODS, Kind

BITE = 500  # rows of a table in one transaction: a few milliseconds of locks that nobody waits for


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would forget."""

    organiser: str
    kind: Kind
    rows: int
    before: datetime


async def forget_what_is_due(pool: Pool) -> None:
    """Sweep: everything whose time is over, of every organiser."""
    now = clock.now()
    for organiser_id, _slug in await retention_queries.organisers(pool):
        for kind, before in (await deadlines(pool, organiser_id, now)).items():
            await _forget(pool, organiser_id, kind, before, now=now)


async def what_is_due(db: Executor, *, now: datetime) -> list[Due]:
    """The same without forgetting anything."""
    found = []
    for organiser_id, slug in await retention_queries.organisers(db):
        for kind, before in (await deadlines(db, organiser_id, now)).items():
            if rows := await retention_queries.count_due(db, organiser_id, kind, before):
                found.append(Due(organiser=slug, kind=kind, rows=rows, before=before))
    return found


async def deadlines(db: Executor, organiser_id: UUID, now: datetime) -> dict[Kind, datetime]:
    """For each kind that the organiser forgets by itself the moment before which it must be over."""
    days = await days_of(db, organiser_id)
    return {kind: now - timedelta(days=stay) for kind, stay in days.items() if stay}


async def days_of(db: Executor, organiser_id: UUID) -> dict[Kind, int]:
    """How long everything stays with this organiser. What was promised to guests holds, whatever was written."""
    chosen = await retention_queries.chosen_days(db, organiser_id)
    return {kind: min(chosen.get(kind, period.days), period.most) for kind, period in PERIODS.items()}


async def _forget(pool: Pool, organiser_id: UUID, kind: Kind, before: datetime, *, now: datetime) -> None:
    while await retention_queries.count_due(pool, organiser_id, kind, before):
        async with pool.acquire() as connection, connection.transaction():
            deleted = await retention_queries.forget_due(connection, organiser_id, kind, before, most=BITE, now=now)
            if not deleted:
                return  # somebody is working on the rest; the next run finds it
            remaining = await retention_queries.count_due(connection, organiser_id, kind, before)
            await write_record(connection, organiser_id, kind, deleted=deleted, remaining=remaining, due_before=before, now=now)
