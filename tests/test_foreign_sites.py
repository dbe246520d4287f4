"""What another site can make a browser do here: nothing. Forms sent from elsewhere are refused at every address but one, which ends a
subscription and does no more; pages behind a secret link are kept by nobody on the way, and tell no other site their address."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from tests.every_address import addresses, make_house
from tests.staff import browser, make_session, running_app

OPEN_TO_MAIL_PROVIDERS = ["/unsubscribe/{token:str}"]
FROM_ELSEWHERE = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
)


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


async def test_forms_of_other_sites_are_refused_at_every_address_but_one(app: Litestar, pool: Pool) -> None:
    house = await make_house(pool)
    taken, tried = set(), 0
    async with browser(app, await make_session(pool, house.organiser)) as client:
        client.cookies.set(PHONE_COOKIE, house.phone)
        for path in sorted(set(addresses(app, "POST"))):
            if path.startswith("/api/"):
                continue  # no cookie counts there
            for headers in FROM_ELSEWHERE:
                tried += 1
                answer = await client.post(house.address(path), headers=headers, data={"email": "a@example.com"})
                if answer.status_code != 403:
                    taken.add(path)
    assert sorted(taken) == OPEN_TO_MAIL_PROVIDERS
    assert tried > 300


async def test_mail_providers_end_the_subscription_and_nothing_else(app: Litestar, pool: Pool) -> None:
    house = await make_house(pool)
    other = {"sec-fetch-site": "cross-site"}
    async with browser(app) as client:
        undone = await client.post(house.address("/unsubscribe/{token:str}/undoing"), headers=other)
        unknown = await client.post("/unsubscribe/wrong", headers=other, data={"List-Unsubscribe": "One-Click"})
    assert (undone.status_code, unknown.status_code) == (403, 404)
    assert await pool.fetchval("select count(*) from unsubscriptions") == 0


@pytest.mark.parametrize("who", ["guest", "organiser"])
async def test_personal_pages_are_kept_by_nobody_and_keep_their_address(app: Litestar, pool: Pool, who: str) -> None:
    house = await make_house(pool)
    told, looked = [], 0
    async with browser(app, await make_session(pool, house.organiser) if who == "organiser" else None) as client:
        for path in sorted(set(addresses(app, "GET"))):
            if "{" not in path and not path.startswith("/organiser"):
                continue
            answer = await client.get(house.address(path))
            kept = answer.headers["cache-control"]
            looked += answer.status_code == 200
            if not ("no-store" in kept or kept == "private, no-cache"):
                told.append(f"{path} is kept: {kept}")
            if not path.startswith("/api/") and answer.headers["referrer-policy"] not in ("same-origin", "no-referrer"):
                told.append(f"{path} tells its address")
            if answer.headers["x-content-type-options"] != "nosniff":
                told.append(f"{path} may be taken for something else")
            if (
                "'unsafe-inline'" in answer.headers["content-security-policy"]
                and "sandbox" not in answer.headers["content-security-policy"]
            ):
                told.append(f"{path} runs what stands in it")
    assert told == []
    assert looked > 10
    assert SESSION_COOKIE not in str(told)
