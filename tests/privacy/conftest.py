"""What the tests of this room share: the application and people who work with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from events.kit.database import Pool
from tests.staff import browser, running_app
from tests.visitor import Visitor


@pytest.fixture
async def app(dsn: str, pool: Pool, tmp_path: Path) -> AsyncIterator[Litestar]:
    await pool.execute("truncate rate_limits, jobs")
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


@pytest.fixture
async def nobody_else(pool: Pool) -> None:
    """For tests that look into the whole database: whatever earlier tests left is gone."""
    await pool.execute("truncate organisers, staff cascade")


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)
