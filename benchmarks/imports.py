"""A list of ten thousand guests, five hundred of them faulty: read, looked through, taken in; beside a bare COPY of the same rows."""

import csv
import io
import time
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from events.demo.people import people
from events.invitations import import_queries, importing
from events.invitations.import_model import Defaults, Import
from events.invitations.import_target_queries import target_of
from events.kit.clock import now
from events.kit.database import Pool, open_pool
from events.kit.jobs import Worker
from events.kit.tokens import Tokens

LINES, BAD = 10_000, 500
HEADER = ("Family name", "Given name", "Family name (kana)", "Given name (kana)", "E-mail", "Company", "Department", "Position", "Language")


class ImportRates(msgspec.Struct, frozen=True):
    """Lines a second: read and staged with every fault and every twin found; taken in; copied into a table without an index."""

    staged: float
    taken_in: float
    bare_copy: float

    @property
    def whole(self) -> float:
        """From the upload to the last invitation."""
        return 1 / (1 / self.staged + 1 / self.taken_in)


async def import_rates(dsn: str, event_id: UUID) -> ImportRates:
    """Raises if the good lines are not there once, or if the same list brings somebody again."""
    pool = await open_pool(dsn, size=4)
    try:
        content = _list()
        began = time.perf_counter()
        list_ = await _staged(pool, content, event_id)
        staged = time.perf_counter()
        done = await _taken_in(pool, list_)
        ended = time.perf_counter()
        again = await _taken_in(pool, await _staged(pool, content, event_id))
        if (done.imported, done.bad, again.imported) != (LINES - BAD, BAD, 0):
            raise RuntimeError(f"{done.imported} of {LINES} lines came in, {done.bad} were faulty, {again.imported} came in again")
        return ImportRates(LINES / (staged - began), done.imported / (ended - staged), await _copied(dsn, list_.id))
    finally:
        await pool.close()


def _list() -> bytes:
    """The people of the demo again and again, each time with another number."""
    guests = [person for group in people().values() for person in group]
    paper = io.StringIO()
    writer = csv.writer(paper)
    writer.writerow(HEADER)
    for number in range(LINES):
        person = guests[number % len(guests)]
        guest = person.guest
        family_name = f"{guest.family_name} {number}" if number % (LINES // BAD) else ""
        names = (family_name, guest.given_name, guest.family_name_kana, guest.given_name_kana)
        writer.writerow((*names, f"guest-{number}@example.com", guest.company, guest.department, guest.job_title, person.locale))
    return paper.getvalue().encode()


async def _staged(pool: Pool, content: bytes, event_id: UUID) -> Import:
    target = await target_of(pool, programme_id=None, event_id=event_id)
    assert target is not None
    import_id = await importing.upload(pool, target, actor="system", file_name="guests.csv", content=content, now=now())
    await importing.stage(pool, await _read(pool, import_id), target, Defaults(events={event_id: None}))
    return await _read(pool, import_id)


async def _taken_in(pool: Pool, list_: Import) -> Import:
    tokens, target = Tokens(b"bench"), await importing.target_of_import(pool, list_)
    async with pool.acquire() as connection, connection.transaction():
        await importing.start(connection, list_, target, tokens=tokens, now=now())
    await Worker(pool, {importing.JOB: importing.importer(tokens)}).run_until_idle()
    return await _read(pool, list_.id)


async def _read(pool: Pool, import_id: UUID) -> Import:
    list_ = await import_queries.import_by_id(pool, import_id)
    assert list_ is not None
    return list_


async def _copied(dsn: str, import_id: UUID) -> float:
    """The fastest way there is to bring the same rows into the same server."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select * from invitations where batch_id = $1", import_id)
        await connection.execute("create table bare (like invitations)")
        records = [tuple(row) for row in rows]
        began = time.perf_counter()
        await connection.copy_records_to_table("bare", records=records)
        took = time.perf_counter() - began
        await connection.execute("drop table bare")
        return len(records) / took
    finally:
        await connection.close()
