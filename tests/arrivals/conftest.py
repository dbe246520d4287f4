"""An application, an event this evening, and the browser of somebody who organises it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Visitor


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    """A dinner that has begun an hour ago."""
    return await make_event(pool, starts_at=now() - timedelta(hours=1), closes_at=now() + timedelta(hours=1))


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[Visitor]:
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    async with browser(app, session) as client:
        yield Visitor(client)


@pytest.fixture
async def host(app: Litestar) -> AsyncIterator[Visitor]:
    """Somebody's phone, without any account."""
    async with browser(app) as client:
        yield Visitor(client)
