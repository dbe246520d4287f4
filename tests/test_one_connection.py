"""Nobody asks for a second connection while holding one: a rush that holds them all would wait for itself for ever.

The proof is a service with a single connection: an address that needs two never answers.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from events.programme import shelf as programme_shelf
from events.questions import shelf as questions_shelf
from tests.every_address import addresses, make_house
from tests.staff import browser, make_session, running_app

PATIENCE_SECONDS = 10.0  # what hangs, hangs for ever


@pytest.fixture
async def app(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Litestar]:
    for shelf in (programme_shelf, questions_shelf):  # nothing at hand: every address reads for itself
        monkeypatch.setattr(shelf, "KEPT_SECONDS", 0.0)
    async with running_app(dsn, data_dir=tmp_path, pool_size=1) as running:
        yield running


@pytest.mark.parametrize("who", ["guest", "organiser", "co-host", "steward"])
async def test_no_page_needs_two_connections(app: Litestar, pool: Pool, who: str) -> None:
    house = await make_house(pool)
    cookies = {
        "guest": {},
        "organiser": {SESSION_COOKIE: await make_session(pool, house.organiser)},
        "co-host": {SESSION_COOKIE: await make_session(pool, house.member)},
        "steward": {PHONE_COOKIE: house.phone},
    }[who]
    hanging, answered = [], 0
    async with browser(app) as client:
        client.cookies.update(cookies)
        for path in sorted(set(addresses(app, "GET"))):
            try:
                answer = await asyncio.wait_for(client.get(house.address(path)), PATIENCE_SECONDS)
                answered += answer.status_code < 500
            except TimeoutError:
                hanging.append(path)
    assert hanging == []
    assert answered > 20
