"""What the tests of the import share: an application, a programme with two events, somebody who brings lists."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.import_builders import Bringer
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def import_app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def programme_id(pool: Pool) -> UUID:
    return await make_programme(pool, organiser_id=await make_organiser(pool))


@pytest.fixture
async def dinner(pool: Pool, programme_id: UUID) -> Event:
    return await make_event(
        pool, programme_id=programme_id, contingents={"thuringia": 40, "japan": 60}, slug=f"dinner-{programme_id.hex[-8:]}"
    )


@pytest.fixture
async def visit(pool: Pool, programme_id: UUID) -> Event:
    return await make_event(pool, programme_id=programme_id, title="Company visit", kind="visit", slug=f"visit-{programme_id.hex[-8:]}")


@pytest.fixture
async def bringer(import_app: Litestar, pool: Pool, programme_id: UUID, dinner: Event, visit: Event) -> AsyncIterator[Bringer]:
    """An organiser who brings lists for the programme."""
    session = await make_session(pool, await make_staff(pool, dinner.organiser_id))
    async with browser(import_app, session) as client:
        yield Bringer(client, target=f"programme-{programme_id}")
