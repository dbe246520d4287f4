"""An organiser with an event that is judged, and a browser that is signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from tests.selection.builders import make_selective_event
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_selective_event(pool)


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        yield client
