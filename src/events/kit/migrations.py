"""Brings a database to the schema this version needs: plain SQL files, in order, forwards only.

A file is `NNNN_what_it_does.sql`. Each runs in a transaction of its own and is remembered in `schema_migrations` with a checksum,
so that a file changed after the fact, a gap or a database from a newer version is found before anything is touched.
"""

import asyncio
import hashlib
import re
from pathlib import Path

import asyncpg
import msgspec

from events.kit.database import Connection

OLDEST_SERVER = 15

# Any fixed number does; it must not be used for another advisory lock of the same database.
_LOCK = 0x0E3F_0001
_LOCK_WITHIN_SECONDS = 60

# A migration that waits for a table makes everybody behind it wait too: better to fail and try again in a quiet minute.
_PREPARATION = "set local lock_timeout = '5s'; set local statement_timeout = '10min'"

_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class MigrationError(Exception):
    """The database cannot be brought to this version's schema; the message is one plain sentence."""


class Migration(msgspec.Struct, frozen=True):
    """One file. `name` is its file name without the suffix."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(conn: Connection, folder: Path) -> list[str]:
    """Run what is missing and answer the names. Several processes may do this at once: one works, the others wait for it.

    The connection must not be in a transaction nor go through a pooler that shares server connections.
    """
    check_server(conn)
    await _lock(conn)
    try:
        missing = await _missing(conn, folder)
        for migration in missing:
            await _apply(conn, migration)
    finally:
        await conn.execute("select pg_advisory_unlock($1)", _LOCK)
    return [migration.name for migration in missing]


async def pending(conn: Connection, folder: Path) -> list[str]:
    """Names of the files the database has not seen yet; changes nothing, not even the table of the names."""
    check_server(conn)
    return [migration.name for migration in await _missing(conn, folder)]


def check_server(conn: Connection) -> None:
    version = conn.get_server_version()
    if version.major < OLDEST_SERVER:
        raise MigrationError(f"PostgreSQL {version.major} is too old: this programme needs {OLDEST_SERVER} or newer")


async def _lock(conn: Connection) -> None:
    """Poll instead of waiting inside the server, where a waiting statement keeps a snapshot that concurrent index builds wait for."""
    for _ in range(_LOCK_WITHIN_SECONDS * 5):
        if await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            return
        await asyncio.sleep(0.2)
    raise MigrationError(f"another process has been migrating this database for {_LOCK_WITHIN_SECONDS} s; try again when it is done")


async def _missing(conn: Connection, folder: Path) -> list[Migration]:
    files = _files(folder)
    done = await _done(conn)
    for migration, (name, checksum) in zip(files, done, strict=False):
        if migration.name != name:
            raise MigrationError(f"the database has run {name} where this version has {migration.name}")
        if migration.checksum != checksum:
            raise MigrationError(f"{name} was changed after it ran on this database; put the change into a new file")
    if len(done) > len(files):
        raise MigrationError(f"the database has run {done[len(files)][0]}, which this version does not know: it belongs to a newer one")
    return files[len(done) :]


def _files(folder: Path) -> list[Migration]:
    """The folder's migrations in order, numbered 0001, 0002, … without a gap."""
    paths = sorted(folder.glob("*.sql"))
    for number, path in enumerate(paths, start=1):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None or int(match[1]) != number:
            raise MigrationError(f"{path.name} stands where the migration {number:04} is expected")
    if not paths:
        raise MigrationError(f"there are no migrations in {folder}")
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in paths]


async def _done(conn: Connection) -> list[tuple[str, str]]:
    """Names and checksums of what has run, in order."""
    if await conn.fetchval("select to_regclass('schema_migrations')") is None:
        return []
    rows = await conn.fetch("select name, checksum from schema_migrations order by name limit 10000")
    return [(row["name"], row["checksum"]) for row in rows]


async def _apply(conn: Connection, migration: Migration) -> None:
    try:
        async with conn.transaction():
            await conn.execute(_PREPARATION)
            await conn.execute(
                """
                create table if not exists schema_migrations (
                    name text constraint schema_migrations_pkey primary key,
                    checksum text not null,
                    applied_at timestamptz not null default now()
                )
                """
            )
            await conn.execute(migration.sql)
            await conn.execute("insert into schema_migrations (name, checksum) values ($1, $2)", migration.name, migration.checksum)
    except asyncpg.LockNotAvailableError as reason:
        raise MigrationError(f"{migration.name} waited too long for a table in use; nothing was changed, try again") from reason
    except asyncpg.PostgresError as reason:
        raise MigrationError(f"{migration.name} failed and was undone: {reason}") from reason
