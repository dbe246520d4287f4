"""What every test may ask for: a real PostgreSQL, migrated once, and a database of its own for each test module.

The server is the embedded one, in a temporary folder and without waiting for the disk. `TEST_DATABASE_URL` names another server
instead; its role must be allowed to create databases.
"""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from events.kit.database import Pool, open_pool, prepare_connection
from events.kit.migrations import migrate
from events.kit.places import migrations_folder
from events.kit.postgres import embedded


def pytest_configure() -> None:
    """End a run that is told to end, as by `timeout`, like one interrupted by Ctrl-C: its servers end with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """URL of a server for the whole run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    async with embedded(tmp_path_factory.mktemp("postgres"), durable=False) as url:
        yield url


@pytest.fixture(scope="session")
async def template(postgres: str) -> AsyncIterator[str]:
    """Name of a migrated database to be cloned."""
    async with new_database(postgres) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, migrations_folder())
        await connection.close()
        yield urlsplit(url).path[1:]


@pytest.fixture(scope="module")
async def dsn(postgres: str, template: str) -> AsyncIterator[str]:
    """URL of the module's own database: migrated, empty, gone afterwards."""
    async with new_database(postgres, template=template) as url:
        yield url


@pytest.fixture(scope="module")
async def empty_dsn(postgres: str) -> AsyncIterator[str]:
    """URL of a database without any schema."""
    async with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="module")
async def pool(dsn: str) -> AsyncIterator[Pool]:
    """Connections to the module's database; what tests commit stays until the module ends."""
    opened = await open_pool(dsn, size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def tx(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection in a transaction that is undone after the test."""
    connection = await asyncpg.connect(dsn)
    await prepare_connection(connection)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@asynccontextmanager
async def new_database(server: str, *, template: str = "template1") -> AsyncIterator[str]:
    """URL of a new database on the server, dropped at the end even when connections are still open."""
    name = f"test_{secrets.token_hex(6)}"
    await _at(server, f"create database {name} template {template}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        await _at(server, f"drop database {name} with (force)")


async def _at(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
