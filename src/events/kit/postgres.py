"""A real PostgreSQL inside the data folder, for installations that name no server of their own.

`async with embedded(folder) as dsn:` makes the cluster if there is none, starts its server, and stops it at the end. The server
listens on a unix socket only, in a folder closed to others, and asks for a password even there. `folder` belongs to this module:

    cluster/     PostgreSQL's own files
    password     of the database role, mode 0600
    server.log   what the server said since its last start; server.log.1 before that
    lock         held by the process that owns the server

The lock goes away with its owner, however that ends. A server whose owner was killed is found and taken over by the next one.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import structlog

from events.kit.postgres_places import PostgresError, claim_folder, connection_url, owner_of_lock, plain_io_errors, socket_folder
from events.kit.postgres_process import BINARIES, Server, initialise, running_server

log: structlog.stdlib.BoundLogger = structlog.get_logger("events.postgres")

__all__ = ["PostgresError", "embedded", "program"]

# Crash recovery replays the log since the last checkpoint; at 512 MB of it this is minutes only on a failing disk.
READY_WITHIN_SECONDS = 120

# Connections of a crashed server finish their statement before they notice; until then a new server must not touch the files.
_ORPHANS_END_WITHIN_SECONDS = 20

_LOOKED_AFTER_EVERY_SECONDS = 0.5

# Values for a small machine. Parallel plans and JIT pay off for reports over millions of rows, and their shared memory does not
# fit the 64 MB that containers have by default.
_SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}

# For tests: a crash of the machine may lose everything, a crash of the process loses nothing.
_WITHOUT_DURABILITY = {"fsync": "off", "full_page_writes": "off"}


@asynccontextmanager
async def embedded(folder: Path, *, durable: bool = True, shared: bool = False) -> AsyncIterator[str]:
    """A connection URL of the embedded server, running as long as the block does. `folder` is an absolute path.

    With `shared`, a server that another process owns is used and left running; without, that is a `PostgresError`, as is
    everything else that keeps the server from running (no space, no right to write): one plain sentence.
    """
    with plain_io_errors(folder):
        lock = claim_folder(folder)
    if lock is None:
        if not shared:
            raise PostgresError(f"the data folder {folder} is in use by another process ({owner_of_lock(folder)})")
        yield await _borrowed(folder)
        return
    try:
        with plain_io_errors(folder):
            server = await _started(folder, durable=durable)
        async with _kept_alive(server, folder, durable=durable):
            yield connection_url(folder)
    finally:
        os.close(lock)


@asynccontextmanager
async def _kept_alive(server: Server, folder: Path, *, durable: bool) -> AsyncIterator[None]:
    """Starts the server again whenever it dies by itself, as when the machine runs out of memory; stops it at the end."""
    current = server

    async def keep() -> None:
        nonlocal current
        while True:
            await asyncio.sleep(_LOOKED_AFTER_EVERY_SECONDS)
            if current.alive():
                continue
            log.error("the database ended by itself and is started again", said=current.last_words())
            try:
                current = await _started(folder, durable=durable)
            except (PostgresError, OSError) as reason:
                log.error("the database does not start", reason=str(reason))

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        try:
            await asyncio.gather(keeping, return_exceptions=True)
        finally:
            await current.stop()


async def _started(folder: Path, *, durable: bool) -> Server:
    """The folder's server, ready: taken over if one was left behind, else started on a cluster made if there is none."""
    if not (folder / "cluster" / "PG_VERSION").exists():
        await _new_cluster(folder)
    settings = _SERVER_SETTINGS | ({} if durable else _WITHOUT_DURABILITY) | {"unix_socket_directories": str(socket_folder(folder))}
    for _ in range(_ORPHANS_END_WITHIN_SECONDS):
        server = running_server(folder) or Server.start(folder, settings)
        if await _ready_or_stopped(server, folder):
            return server
        if server.process and not server.waits_for_orphans():
            break
        await asyncio.sleep(1)
    raise PostgresError(f"the database did not start: {server.last_words()}")


async def _ready_or_stopped(server: Server, folder: Path) -> bool:
    try:
        return await _ready(server, folder)
    except BaseException:
        await server.stop()
        raise


async def _new_cluster(folder: Path) -> None:
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(32), encoding="ascii")
    await initialise(folder)


async def _ready(server: Server, folder: Path) -> bool:
    """True when the server answers, False when it ended instead."""
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_SECONDS
    while server.alive():
        if await _answers(folder):
            return True
        if asyncio.get_running_loop().time() > deadline:
            raise PostgresError(f"the database has not answered for {READY_WITHIN_SECONDS} s; see {folder / 'server.log'}")
        await asyncio.sleep(0.05)
    return False


async def _answers(folder: Path) -> bool:
    try:
        connection = await asyncpg.connect(connection_url(folder), timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


async def _borrowed(folder: Path) -> str:
    """The URL of a server that another process owns; it may still be starting."""
    for _ in range(100):
        if await _answers(folder):
            return connection_url(folder)
        await asyncio.sleep(0.1)
    raise PostgresError(f"the data folder {folder} is in use by another process ({owner_of_lock(folder)}), whose database does not answer")


def program(name: str) -> Path:
    """One of PostgreSQL's own programmes (`psql`, `pg_dump`, `pgbench`) of the embedded server's version."""
    return BINARIES / name
