"""The embedded server: private, one owner, and back after every kind of end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from events.kit import postgres_process
from events.kit.postgres import PostgresError, embedded, program
from events.kit.postgres_places import socket_folder

OWNER = """
import asyncio, sys
from pathlib import Path
from events.kit.postgres import embedded

async def main():
    async with embedded(Path(sys.argv[1]), durable=False) as url:
        print(url, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def start_owner(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that owns the folder's server, and the server's URL."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    return owner, owner.stdout.readline().strip()


def server_of(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def is_running(pid: int) -> bool:
    """False also for one that nobody has buried, as in containers without an init."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return state != "" and not state.startswith("Z")


async def answer(url: str, query: str) -> object:
    """The value, or nothing while the server is away."""
    try:
        return await value(url, query)
    except (OSError, asyncpg.PostgresError):
        return None


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_server_that_dies_by_itself_is_started_again(tmp_path: Path) -> None:
    """As when the machine ran out of memory; nobody sits beside it at an event."""
    async with embedded(tmp_path, durable=False) as url:
        await value(url, "create table kept as select 7 as n")
        killed = server_of(tmp_path)
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(20):
            while await answer(url, "select n from kept") != 7:  # noqa: ASYNC110 (nobody tells when it is back)
                await asyncio.sleep(0.1)
        second = server_of(tmp_path)
        assert second != killed
    assert not is_running(second)


async def test_data_survive_a_restart(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        await value(url, "create table guests as select 'Kuzuha' as name")
    assert not (tmp_path / "cluster" / "postmaster.pid").exists()
    async with embedded(tmp_path) as url:
        assert await value(url, "select name from guests") == "Kuzuha"


async def test_the_server_is_safe_for_guests(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        connection = await asyncpg.connect(url)
        shown = {
            name: await connection.fetchval(f"show {name}")
            for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "server_encoding", "timezone")
        }
        locale = await connection.fetchrow("select datlocprovider::text, datlocale from pg_database where datname = 'events'")
        methods = await connection.fetch("select distinct auth_method from pg_hba_file_rules")
        await connection.close()
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "timezone": "UTC",
    }
    assert locale is not None
    assert tuple(locale) == ("b", "C.UTF-8")
    assert [row["auth_method"] for row in methods] == ["scram-sha-256"]


async def test_japanese_has_trigrams(tmp_path: Path) -> None:
    async with embedded(tmp_path, durable=False) as url:
        await value(url, "create extension pg_trgm")
        assert await value(url, "select cardinality(show_trgm('見本花子'))") == 5


async def test_strangers_are_kept_out(tmp_path: Path) -> None:
    async with embedded(tmp_path, durable=False) as url:
        password = (tmp_path / "password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(password, "guess"))
        assert {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "password", tmp_path / "cluster")} == {
            "password": "0o600",
            "cluster": "0o700",
        }


async def test_a_second_owner_is_refused_and_a_guest_is_let_in(tmp_path: Path) -> None:
    async with embedded(tmp_path, durable=False) as url:
        with pytest.raises(PostgresError, match=rf"^the data folder {tmp_path} is in use by another process \(process {os.getpid()}\)$"):
            async with embedded(tmp_path):
                pass
        async with embedded(tmp_path, shared=True) as borrowed:
            assert borrowed == url
        assert await value(url, "select 1") == 1


async def test_an_abandoned_server_is_taken_over(tmp_path: Path) -> None:
    owner, url = start_owner(tmp_path)
    await value(url, "create table guests as select 'Kuzuha' as name")
    server = server_of(tmp_path)
    owner.kill()
    owner.communicate()
    assert is_running(server)

    async with embedded(tmp_path) as url:
        assert server_of(tmp_path) == server
        assert await value(url, "select name from guests") == "Kuzuha"
    assert not is_running(server)


async def test_a_crashed_server_recovers(tmp_path: Path) -> None:
    owner, url = start_owner(tmp_path)
    await value(url, "create table guests as select 'Kuzuha' as name")
    owner.kill()
    owner.communicate()
    os.kill(server_of(tmp_path), signal.SIGKILL)

    started_at = time.monotonic()
    async with embedded(tmp_path) as url:
        assert await value(url, "select name from guests") == "Kuzuha"
    assert time.monotonic() - started_at < 5


async def test_orphans_of_a_crashed_server_are_waited_for(tmp_path: Path) -> None:
    owner, url = start_owner(tmp_path)
    busy = await asyncpg.connect(url)
    await busy.execute("create table guests (name text)")
    # Computing without a pause to look around, as a large sort would.
    statement = asyncio.create_task(busy.fetchval("select count(*) from generate_series(1, 12000000) g where md5(g::text) = ''"))
    await asyncio.sleep(0.2)
    owner.kill()
    owner.communicate()
    os.kill(server_of(tmp_path), signal.SIGKILL)
    async with embedded(tmp_path) as url:
        assert await value(url, "select count(*) from guests") == 0
    await asyncio.gather(statement, return_exceptions=True)
    busy.terminate()


@pytest.mark.parametrize("content", [f"{os.getpid()}\n/somewhere\n", "", "rubbish\n"], ids=["of another process", "empty", "unreadable"])
async def test_a_stale_mark_is_removed(tmp_path: Path, content: str) -> None:
    async with embedded(tmp_path, durable=False):
        pass
    (tmp_path / "cluster" / "postmaster.pid").write_text(content)
    async with embedded(tmp_path, durable=False) as url:
        assert await value(url, "select 1") == 1


async def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18\n")
    async with embedded(tmp_path, durable=False) as url:
        assert await value(url, "select 1") == 1


async def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("very-" * 20) / "long"
    async with embedded(folder, durable=False) as url:
        assert socket_folder(folder).stat().st_mode & 0o777 == 0o700
        assert await value(url, "show data_directory") == str(folder / "cluster")
    socket_folder(folder).rmdir()


async def test_cancelling_while_it_stops_ends_it_at_once(tmp_path: Path) -> None:
    async def own() -> None:
        async with embedded(tmp_path, durable=False):
            started.set()
            await asyncio.sleep(600)

    started = asyncio.Event()
    task = asyncio.create_task(own())
    await started.wait()
    server = server_of(tmp_path)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(server)


async def test_a_file_in_the_way_is_a_plain_refusal(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(PostgresError, match=rf"^the data folder {tmp_path}/data/postgres cannot be used: a file is in the way$"):
        async with embedded(tmp_path / "data" / "postgres"):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses the user PostgreSQL runs as")
async def test_root_without_namespaces_starts_it_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works = postgres_process._works
    monkeypatch.setattr(postgres_process, "_works", lambda command: command[0] != "unshare" and works(command))
    async with embedded(tmp_path, durable=False) as url:
        await value(url, "create table guests as select 'Kuzuha' as name")
        assert Path(f"/proc/{server_of(tmp_path)}").stat().st_uid == postgres_process.NOBODY
    monkeypatch.undo()
    async with embedded(tmp_path, durable=False) as url:
        assert await value(url, "select name from guests") == "Kuzuha"


@pytest.mark.parametrize("name", ["psql", "pg_dump", "pgbench"])
def test_the_programmes_are_there(name: str) -> None:
    assert subprocess.run([program(name), "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        f"{name} (PostgreSQL)"
    )
