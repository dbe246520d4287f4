"""HEAD is answered like GET, without a body, by a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from socket import create_server

import httpx
import pytest
import uvicorn

from events.kit.database import Pool
from tests.builders import make_event
from tests.staff import running_app


@pytest.fixture
async def client(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        async with running_app(dsn) as app:
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
            serving = asyncio.create_task(server._serve([listener]))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as opened:
                yield opened
            server.should_exit = True
            await serving


async def test_head_tells_what_get_would(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    for path, status in ((f"/e/{event.slug}", 200), ("/healthz", 200), ("/organiser", 303), ("/nowhere", 404)):
        asked, opened = await client.head(path), await client.get(path)
        assert (asked.status_code, opened.status_code, asked.content) == (status, status, b"")
        assert asked.headers["content-type"] == opened.headers["content-type"]


async def test_head_of_what_cannot_be_read_or_never_ends_is_refused(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    paths = (f"/e/{event.slug}/registrations", "/door/stream", f"/organiser/events/{event.slug}/stream")
    assert [(await client.head(path)).status_code for path in paths] == [405, 405, 405]
