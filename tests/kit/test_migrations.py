"""The migration runner on real databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from asyncpg.types import ServerVersion

from events.kit import migrations
from events.kit.migrations import MigrationError, check_server, migrate, pending
from events.kit.places import migrations_folder
from tests.conftest import new_database


@pytest.fixture
async def url(postgres: str) -> AsyncIterator[str]:
    async with new_database(postgres) as name:
        yield name


@pytest.fixture
async def conn(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_chairs.sql").write_text("create table chairs (id int primary key);")
    (tmp_path / "0002_tables.sql").write_text("create table tables (id int primary key); insert into tables values (1);")
    return tmp_path


async def tables_of(conn: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    rows = await conn.fetch("select tablename from pg_tables where schemaname = 'public' order by tablename")
    return [row["tablename"] for row in rows]


async def test_migrate_runs_missing_files_once(conn: asyncpg.Connection[asyncpg.Record], folder: Path) -> None:
    assert await pending(conn, folder) == ["0001_chairs", "0002_tables"]
    assert await tables_of(conn) == []
    assert await migrate(conn, folder) == ["0001_chairs", "0002_tables"]
    assert await migrate(conn, folder) == []
    (folder / "0003_more.sql").write_text("insert into tables values (2);")
    assert await pending(conn, folder) == ["0003_more"]
    assert await migrate(conn, folder) == ["0003_more"]
    assert await conn.fetchval("select array_agg(id order by id) from tables") == [1, 2]
    assert await pending(conn, folder) == []


async def test_migrate_at_the_same_time_works_once(url: str, folder: Path) -> None:
    async def one_replica() -> list[str]:
        conn = await asyncpg.connect(url)
        try:
            return await migrate(conn, folder)
        finally:
            await conn.close()

    done = await asyncio.gather(*(one_replica() for _ in range(8)))
    assert sorted(done, key=len) == [[]] * 7 + [["0001_chairs", "0002_tables"]]


async def test_a_failing_file_leaves_nothing_behind(conn: asyncpg.Connection[asyncpg.Record], folder: Path) -> None:
    (folder / "0003_broken.sql").write_text("create table glasses (id int); select 1 / 0;")
    with pytest.raises(MigrationError, match=r"^0003_broken failed and was undone: division by zero$"):
        await migrate(conn, folder)
    assert await tables_of(conn) == ["chairs", "schema_migrations", "tables"]
    assert await pending(conn, folder) == ["0003_broken"]


async def test_a_changed_file_is_refused(conn: asyncpg.Connection[asyncpg.Record], folder: Path) -> None:
    await migrate(conn, folder)
    (folder / "0001_chairs.sql").write_text("create table chairs (id bigint primary key);")
    with pytest.raises(MigrationError, match=r"^0001_chairs was changed after it ran on this database"):
        await migrate(conn, folder)


async def test_a_newer_database_is_refused(conn: asyncpg.Connection[asyncpg.Record], folder: Path) -> None:
    await migrate(conn, folder)
    (folder / "0002_tables.sql").unlink()
    with pytest.raises(MigrationError, match=r"^the database has run 0002_tables, which this version does not know"):
        await pending(conn, folder)


async def test_another_history_is_refused(conn: asyncpg.Connection[asyncpg.Record], folder: Path) -> None:
    await migrate(conn, folder)
    (folder / "0002_tables.sql").rename(folder / "0002_desks.sql")
    with pytest.raises(MigrationError, match=r"^the database has run 0002_tables where this version has 0002_desks$"):
        await migrate(conn, folder)


@pytest.mark.parametrize("stray", ["0004_gap.sql", "0002_twice.sql", "3_short.sql", "notes.sql"])
async def test_a_gap_or_a_strange_name_is_refused(conn: asyncpg.Connection[asyncpg.Record], folder: Path, stray: str) -> None:
    (folder / stray).write_text("select 1;")
    with pytest.raises(MigrationError, match=r"stands where the migration 000\d is expected$"):
        await migrate(conn, folder)
    assert await tables_of(conn) == []


async def test_an_empty_folder_is_refused(conn: asyncpg.Connection[asyncpg.Record], tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match=r"^there are no migrations in "):
        await pending(conn, tmp_path)


async def test_a_table_in_use_is_not_waited_for(
    url: str, conn: asyncpg.Connection[asyncpg.Record], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_PREPARATION", "set local lock_timeout = '50ms'")
    await migrate(conn, folder)
    (folder / "0003_wider.sql").write_text("alter table chairs add column colour text;")
    guest = await asyncpg.connect(url)
    async with guest.transaction():
        await guest.execute("select * from chairs")
        with pytest.raises(MigrationError, match=r"^0003_wider waited too long for a table in use"):
            await migrate(conn, folder)
    await guest.close()
    assert await migrate(conn, folder) == ["0003_wider"]


def test_an_old_server_is_refused() -> None:
    class OldServer:
        def get_server_version(self) -> ServerVersion:
            return ServerVersion(14, 9, 0, "final", 0)

    with pytest.raises(MigrationError, match=r"^PostgreSQL 14 is too old: this programme needs 15 or newer$"):
        check_server(OldServer())  # type: ignore[arg-type]


async def test_the_schema_of_this_version_is_complete(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    assert await pending(conn, migrations_folder()) == []
    await conn.close()
