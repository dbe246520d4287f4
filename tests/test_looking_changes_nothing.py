"""Mail programs, link scanners and browsers open addresses unasked: no GET writes anything, whoever asks for whatever.

The proof is a database that takes no writes: an address that tries to write answers with an error of ours. Counting how often somebody
guesses is no change of anything, and left out.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.door.access import PHONE_COOKIE
from events.kit import limits
from events.kit.database import Pool
from tests.every_address import addresses, make_house
from tests.staff import browser, make_session, running_app


async def _uncounted(*_who: object, **_rule: object) -> bool:
    return True


@pytest.fixture
async def app(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Litestar]:
    monkeypatch.setattr(limits, "allow", _uncounted)
    async with running_app(f"{dsn}{'&' if '?' in dsn else '?'}default_transaction_read_only=on", data_dir=tmp_path) as running:
        yield running


@pytest.mark.parametrize("who", ["guest", "organiser", "co-host", "steward"])
async def test_no_address_writes_when_it_is_opened(app: Litestar, pool: Pool, who: str) -> None:
    house = await make_house(pool)
    cookies = {
        "guest": {},
        "organiser": {SESSION_COOKIE: await make_session(pool, house.organiser)},
        "co-host": {SESSION_COOKIE: await make_session(pool, house.member)},
        "steward": {PHONE_COOKIE: house.phone},
    }[who]
    writing, answered = [], 0
    async with browser(app) as client:
        client.cookies.update(cookies)
        for path in sorted(set(addresses(app, "GET"))):
            for method in ("GET", "HEAD"):
                answer = await client.request(method, house.address(path))
                answered += answer.status_code == 200
                if answer.status_code >= 500:
                    writing.append(f"{answer.status_code} {method} {path}")
    assert writing == []
    assert answered > 20


async def test_this_database_takes_no_writes(app: Litestar, pool: Pool) -> None:
    """Or the test above would prove nothing."""
    house = await make_house(pool)
    async with browser(app, await make_session(pool, house.organiser)) as client:
        answer = await client.post(house.address("/organiser/events/{slug:str}/guests.csv"))
    assert answer.status_code == 503
