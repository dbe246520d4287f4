"""Whatever is sent to whatever address, by whomever: an answer that says what was wrong, never an error of ours.

Every address is asked with the right ids, with ids of nothing and with nonsense; every form is sent empty, with hostile words in
every field, with single fields missing, and as things that are no form at all.
"""

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from events.kit.ids import new_id
from tests.builders import BASE_URL
from tests.every_address import House, addresses, make_house, parameters
from tests.invitations.import_builders import csv_of
from tests.staff import make_session, running_app
from tests.visitor import Page, PageForm

HOSTILE = (
    "",
    " ",
    "x" * 20_000,
    "-1",
    "99999999999999999999",
    "1e400",
    "NaN",
    "2026-02-30T25:61",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "Robert'); drop table guests;--",
    "<script>alert(1)</script>{{ 7 * 7 }}{name}%s%(x)s",
    "{",
    "\x00",
    "\ud800",
    "葛\U000e0100例\u202e𠮷\u200d👩‍👩‍👧",
    "00000000-0000-0000-0000-000000000000",
    "../../etc/passwd",
    "a@b.c" + "d" * 300,
    "=cmd|' /C calc'!A0",
    "𝟙٣",
    "²",
)
NONSENSE = ("x" * 3000, "%00", "%ed%a0%80", "..%2f", "髙見本", "%22'%3C", "-1", "99999999999999999999999")


class Prober:
    """Sends requests and keeps what went wrong on our side."""

    def __init__(self, client: httpx.AsyncClient, pool: Pool, chance: random.Random) -> None:
        self.client, self.pool, self.chance = client, pool, chance
        self.faults: list[str] = []
        self.statuses: dict[int, int] = {}

    async def ask(self, method: str, address: str, **body: Any) -> httpx.Response:
        await self.pool.execute("delete from rate_limits")
        answer = await self.client.request(method, address, **body)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {method} {address[:200]} {str(body)[:400]}")
        return answer

    async def look(self, house: House, path: str) -> list[PageForm]:
        """Asks for a page in every way, and answers the forms on it."""
        page = await self.ask("GET", house.address(path))
        for wrong in _wrong(path):
            await self.ask("GET", house.address(path, wrong))
        query = f"?q={'x' * 5000}&group=%00&page=-1&done=x&refused=%F0%9D&said=saved&state=%ed%a0%80&lang=xx&sort=%27&target=event-x"
        await self.ask("GET", house.address(path) + query)
        return Page(page).forms if page.headers.get("content-type", "").startswith("text/html") else []

    async def send(self, house: House, path: str, forms: list[PageForm]) -> None:
        """Sends an address everything that is no right form, then forms that are nearly right."""
        address = house.address(path)
        await self.ask("POST", address)
        await self.ask("POST", address, content=b"\xff\xfe{", headers={"content-type": "application/json"})
        await self.ask("POST", address, content=b"--x\r\nnothing", headers={"content-type": "multipart/form-data; boundary=x"})
        await self.ask("POST", address, files={"file": ("x" * 300 + ".csv", b"\x00\xff" * 50)})
        for wrong in _wrong(path):
            await self.ask("POST", house.address(path, wrong), data={"email": "a@example.com"})
        for form in [form for form in forms if form.action.removeprefix(BASE_URL).partition("?")[0] == address]:
            await self._fill(form)

    async def _fill(self, form: PageForm) -> None:
        names = sorted(form.offered)
        for value in HOSTILE:
            await self.ask("POST", form.action, **_body([(name, value) for name in names]))
        for name in names:
            kept = [(one, value) for one, value in form.fields if one != name]
            await self.ask("POST", form.action, **_body([*kept, (name, self.chance.choice(HOSTILE))]))
        for _ in range(6):
            drawn = [(name, self.chance.choice(HOSTILE)) for name in names if self.chance.random() < 0.4]
            await self.ask("POST", form.action, **_body([*form.fields, *drawn]))


def _body(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """As browsers write forms; a lone surrogate comes as the bytes it would be."""
    pairs = httpx.QueryParams([(name, value.encode("utf-8", "replace").decode()) for name, value in fields])
    return {"content": str(pairs).encode(), "headers": {"content-type": "application/x-www-form-urlencoded"}}


def _wrong(path: str) -> list[dict[str, str]]:
    """Each pair of braces filled with an id of nothing, and with nonsense."""
    found = []
    for name, kind in parameters(path):
        if kind == "uuid":
            found += [{name: str(new_id())}, {name: "no-id"}]
        else:
            found += [{name: nonsense} for nonsense in NONSENSE]
    return found


async def bring_a_list(client: httpx.AsyncClient, house: House) -> None:
    """Whoever may import guests has a list under way."""
    page = await client.get("/organiser/imports")
    if page.status_code == 200 and (targets := re.findall(r'<option value="((?:programme|event)-[^"]+)"', page.text)):
        content = csv_of(("Contoh", "", "contoh@example.com", ""))
        sent = await client.post("/organiser/imports", data={"target": targets[0]}, files={"file": ("guests.csv", content)})
        house.filled[""]["import_id"] = sent.headers["location"].split("/")[3]


async def probe(app: Litestar, pool: Pool, house: House, cookies: dict[str, str], *, seed: int) -> Prober:
    """Everywhere: first looking, then sending."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, cookies=cookies) as client:
        prober = Prober(client, pool, random.Random(seed))  # noqa: S311 (a draw, not a secret)
        await bring_a_list(client, house)
        forms: list[PageForm] = []
        for path in sorted(set(addresses(app, "GET"))):
            forms += await prober.look(house, path)
        for path in sorted(set(addresses(app, "POST"))):
            await prober.send(house, path, forms)
        return prober


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


@pytest.mark.parametrize("who", ["guest", "organiser", "co-host", "steward"])
async def test_nobody_can_make_the_house_stumble(app: Litestar, pool: Pool, who: str) -> None:
    house = await make_house(pool)
    cookies = {
        "guest": {},
        "organiser": {SESSION_COOKIE: await make_session(pool, house.organiser)},
        "co-host": {SESSION_COOKIE: await make_session(pool, house.member)},
        "steward": {PHONE_COOKIE: house.phone},
    }[who]
    prober = await probe(app, pool, house, cookies, seed=3)
    assert prober.faults == []
    assert {200, 303, 404, 422} <= set(prober.statuses)
