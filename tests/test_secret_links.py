"""A secret opens what it was made for and nothing else: each right one is tried at every other kind of address."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from events.kit.database import Pool
from tests.every_address import addresses, make_house, parameters
from tests.staff import browser, running_app

SECRETS = {"token", "code", "name", "secret"}
# The invitee's and the delegate's link lead to one page, which asks the link itself, and not the address, who is answering.
FAMILIES = {"/b/": "booking", "/i/": "invitation", "/d/": "invitation", "/t/": "ticket", "/T/": "ticket", "/c/": "calendar", "/h/": "host"}


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


async def test_each_secret_opens_its_own_kind_of_address_only(app: Litestar, pool: Pool) -> None:
    house = await make_house(pool)
    feed = house.filled[""]["name"]
    secrets = {FAMILIES[start]: one.get("token") or one["code"] for start, one in house.filled.items() if start in FAMILIES}
    secrets |= {"calendar": feed, "calendar without its ending": feed.removesuffix(".ics")}
    opened, tried = [], 0
    async with browser(app) as client:
        for method in ("GET", "POST"):
            for path in sorted(set(addresses(app, method))):
                own = FAMILIES.get(path[:3])
                for name in {name for name, _kind in parameters(path)} & SECRETS:
                    for kind, secret in secrets.items():
                        if kind != own:
                            tried += 1
                            status = (await client.request(method, house.address(path, {name: secret}))).status_code
                            opened += [] if status in (404, 410, 422, 429) else [f"{status} {method} {path} by the {kind}'s secret"]
    assert opened == []
    assert tried > 200
