"""What the tests of the organiser's pages share: an application, somebody signed in, a count of statements."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from asyncpg import Connection
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def event(pool: Pool) -> Event:
    """A dinner for 120 with two contingents."""
    return await make_event(pool, capacity=120, contingents={"thuringia": 40, "japan": 60})


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who organises the event."""
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    async with browser(app, session) as client:
        yield client


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL that is sent while the block lasts."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        seen: list[str] = []
        original = Connection._execute  # type: ignore[attr-defined]  # private

        async def noted(self: Any, query: str, *rest: Any, **options: Any) -> Any:
            seen.append(query)
            return await original(self, query, *rest, **options)

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "_execute", noted)
            yield seen

    return collecting
