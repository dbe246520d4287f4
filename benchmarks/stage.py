"""What is measured on: a database of its own, events of known size, the service and the reference as processes of their own."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import msgspec

from events.accounts.actions import issue_token
from events.accounts.model import Scope
from events.demo import queries
from events.demo.model import frame
from events.kit.clock import now
from events.kit.database import Connection, prepare_connection
from events.kit.ids import new_id
from events.kit.migrations import migrate
from events.kit.places import migrations_folder
from events.settings import Settings

ROOT = Path(__file__).parents[1]
ORGANISER = "benchmark"
CONTINGENTS = (("thuringia", 1 / 3), ("japan", 1 / 2), ("reserve", 1 / 6))


class Stage(msgspec.Struct):
    """Where everything is while a measurement runs."""

    dsn: str
    token: str
    service: int = 0
    reference: int = 0
    events: dict[str, UUID] = {}


@asynccontextmanager
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    """Sets everything up on the server of `settings`, and removes it afterwards."""
    assert settings.database_url is not None
    async with (
        _new_database(settings.database_url) as dsn,
        asyncpg.create_pool(dsn, min_size=1, max_size=1, init=prepare_connection) as pool,
    ):
        async with pool.acquire() as connection:
            await migrate(connection, migrations_folder())
            plan = frame().organisers[0]
            await queries.ensure_organiser(connection, ORGANISER, name=plan.name, contact_email=plan.contact_email)
            built = Stage(dsn, await issue_token(connection, ORGANISER, list(Scope)))
        async with _service(settings, dsn) as built.service, _reference(dsn) as built.reference:
            yield built


async def add_event(db: Connection, slug: str, capacity: int) -> UUID:
    """An event like the demo's dinner, its places set aside for three contingents that are open to all."""
    organiser_id = await queries.ensure_organiser(db, ORGANISER, name={}, contact_email="")
    event_id, starts_at, plan = new_id(), now() + timedelta(days=30), frame()
    texts = plan.programme.title, plan.programme.lead
    facts = {"dress": plan.dress["business"], "languages": plan.languages["tables"]}
    times = (starts_at - timedelta(minutes=30), starts_at, starts_at + timedelta(hours=3))
    row: tuple[Any, ...] = (
        event_id,
        organiser_id,
        None,
        None,
        slug,
        "dinner",
        *texts,
        [],
        facts,
        270,
        "Asia/Tokyo",
        *times,
        None,
        starts_at,
        starts_at,
        False,
        3,
    )
    await queries.insert_events(db, [row])
    await queries.insert_pools(db, [(event_id, event_id, None, None, {}, capacity, 0)])
    shares = [(new_id(), event_id, event_id, name, {"en": name}, int(capacity * share), nr) for nr, (name, share) in enumerate(CONTINGENTS)]
    await queries.insert_pools(db, shares)
    return event_id


@asynccontextmanager
async def _new_database(server: str) -> AsyncIterator[str]:
    name = f"bench_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"create database {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@asynccontextmanager
async def _service(settings: Settings, dsn: str) -> AsyncIterator[int]:
    """`events serve`, as it is run in production: one process, mails and other background work elsewhere."""
    port = _free_port()
    chosen = {"DATABASE_URL": dsn, "PORT": str(port), "EVENTS_DATA_DIR": str(settings.data_dir), "EVENTS_SECRET_KEY": secrets.token_hex(32)}
    async with _process([sys.executable, "-m", "events", "serve"], {**os.environ, **chosen}, f"http://127.0.0.1:{port}/readyz"):
        yield port


@asynccontextmanager
async def _reference(dsn: str) -> AsyncIterator[int]:
    port = _free_port()
    async with _process([sys.executable, "-m", "benchmarks.reference", dsn, str(port)], dict(os.environ), f"http://127.0.0.1:{port}/page"):
        yield port


@asynccontextmanager
async def _process(command: list[str], environment: dict[str, str], address: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient() as client:
            while not await _answers(client, address):
                if process.returncode is not None:
                    raise RuntimeError(f"{' '.join(command[1:4])} ended before it was ready")
                await asyncio.sleep(0.1)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
