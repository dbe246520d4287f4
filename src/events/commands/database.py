"""The database a command works on: the one named in the settings, else the embedded one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import msgspec

from events.commands.lifecycle import CommandError
from events.kit.database import Connection, prepare_connection
from events.kit.migrations import check_server, pending
from events.kit.places import migrations_folder
from events.kit.postgres import embedded
from events.settings import Settings

_CONNECT_WITHIN_SECONDS = 10


@asynccontextmanager
async def database(settings: Settings, *, shared: bool = True) -> AsyncIterator[Settings]:
    """The settings with the URL of a database that answers. `shared` as in `embedded`: false where a command must own it."""
    if settings.database_url is None:
        async with embedded(settings.data_dir / "postgres", shared=shared) as url:
            yield msgspec.structs.replace(settings, database_url=url)
        return
    connection = await _connect(settings.database_url)
    try:
        check_server(connection)
    finally:
        await connection.close()
    yield settings


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """One connection, outside any transaction."""
    assert settings.database_url is not None
    connection = await _connect(settings.database_url)
    try:
        await prepare_connection(connection)
        yield connection
    finally:
        await connection.close()


async def check_migrated(settings: Settings) -> None:
    """Raise `CommandError` when the database lacks migrations, `MigrationError` when it has others than these."""
    async with connected(settings) as connection:
        missing = await pending(connection, migrations_folder())
    if missing:
        raise CommandError(f"the database is not migrated ({len(missing)} missing, first {missing[0]}): run “events migrate” once")


async def _connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(url, timeout=_CONNECT_WITHIN_SECONDS)
    except TimeoutError as reason:
        raise CommandError(f"the database {place(url)} did not answer within {_CONNECT_WITHIN_SECONDS} s") from reason
    except OSError as reason:
        raise CommandError(f"the database {place(url)} cannot be reached: {reason.strerror or reason}") from reason
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as reason:
        raise CommandError(f"the database {place(url)} cannot be reached: {reason}") from reason


def place(url: str) -> str:
    """For people: host and database name of a URL, without user and password."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"
