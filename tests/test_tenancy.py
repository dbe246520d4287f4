"""Nothing of one organiser is seen or changed by the people of another, nor by those of its own people whose role does not reach it.

Every address is asked with the ids of one house by people of other houses and of lesser roles; then, by owners of another house,
with one foreign id at a time among ids of their own. What the tables hold about the house afterwards is what they held before.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import ReviewRole, Role
from events.door.access import PHONE_COOKIE
from events.invitations import import_target_queries as targets
from events.invitations import importing
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from tests.builders import BASE_URL
from tests.co_hosts.builders import make_co_host_member
from tests.every_address import House, make_house
from tests.invitations.import_builders import csv_of
from tests.staff import make_session, make_staff, running_app
from tests.visitor import Page, PageForm

_STAFF_ONLY = re.compile(r"^/(organiser|co-hosts|door/(?!pair/)|api/)")  # a pairing code is a secret link
_BRACES = re.compile(r"\{(\w+):\w+\}")
# Addresses that reviewers may open, and door staff: the rest of their own organiser is not theirs.
_OF_REVIEWERS = re.compile(r"^/organiser/events/\{slug:str\}/(applications|guests/\{registration_id:uuid\}/answers|uploads)")
_OF_DOOR_STAFF = re.compile(
    r"^/organiser/events/\{slug:str\}(/stream|/board\.json|/door(/stream|/conflicts.*|/guests.*)?|/badges/(station|claims|requests|\{registration_id).*|/paper-lists.*)?$"
)
_OF_CO_HOSTS = re.compile(r"^/co-hosts/|^/organiser/invitations/")
_CLOSED = {303, 401, 403, 404, 405, 409}  # 409: a mail of another wave is none that can be sent again


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


def staff_addresses(app: Litestar) -> list[tuple[str, str]]:
    """Every method with every address, streams included, that has something in braces and is not for guests."""
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if _STAFF_ONLY.match(route.path) and "{" in route.path:
                found |= {(method, route.path) for method in handler.http_methods & {"GET", "POST", "DELETE", "PUT", "PATCH"}}
    return sorted(found)


async def contents(pool: Pool) -> dict[str, str]:
    """What every table holds, as one digest each; what a request of anybody may leave behind is left out."""
    names = await pool.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"
    )
    left_out = {"rate_limits", "sessions"}
    digest = "select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') from {} t"
    return {name: await pool.fetchval(digest.format(name)) for (name,) in names if name not in left_out}


async def furnished(pool: Pool) -> House:
    """A house that has an import under way as well."""
    house = await make_house(pool)
    async with pool.acquire() as connection:
        target = await targets.target_of(connection, programme_id=None, event_id=house.event.id, co_host_id=None)
    assert target is not None
    content = csv_of(("Platzhalter", "Erika", "erika@example.com", ""))
    house.filled[""]["import_id"] = str(
        await importing.upload(pool, target, actor=house.organiser.actor, file_name="guests.csv", content=content, now=now())
    )
    return house


async def asked(client: httpx.AsyncClient, method: str, address: str, fields: list[tuple[str, str]]) -> int:
    """The status; a stream that opens counts as 200."""
    content = urlencode(fields) if method != "GET" else None
    headers = {"content-type": "application/x-www-form-urlencoded"} if content is not None else None
    try:
        async with asyncio.timeout(3):
            return (await client.request(method, address, content=content, headers=headers)).status_code
    except TimeoutError:
        return 200


async def forms_of(client: httpx.AsyncClient, app: Litestar, house: House) -> dict[str, PageForm]:
    """What the owner's own pages would send, by address."""
    found: dict[str, PageForm] = {}
    for method, path in staff_addresses(app):
        if method == "GET" and not path.endswith("/stream"):
            page = await client.get(house.address(path))
            if page.headers.get("content-type", "").startswith("text/html"):
                found |= {form.action.removeprefix(BASE_URL).partition("?")[0]: form for form in Page(page).forms}
    return found


@pytest.mark.parametrize("who", ["stranger", "nobody", "reviewer", "door", "other co-host", "phone"])
async def test_what_is_not_theirs_stays_closed(app: Litestar, pool: Pool, who: str) -> None:
    house = await furnished(pool)
    cookies, theirs = await _cookies(pool, house, who)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    owner = {SESSION_COOKIE: await make_session(pool, house.organiser)}
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, cookies=owner) as client:
        forms = await forms_of(client, app, house)
    before, opened = await contents(pool), []
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, cookies=cookies) as client:
        for method, path in staff_addresses(app):
            if theirs and theirs.match(path):
                continue
            address = house.address(path)
            fields = forms[address].fields if address in forms else []
            status = await asked(client, method, address, fields)
            if status not in _CLOSED:
                opened.append(f"{status} {method} {path}")
    assert opened == []
    assert await contents(pool) == before


async def test_one_foreign_id_among_ones_own_opens_nothing(app: Litestar, pool: Pool) -> None:
    house, own = await furnished(pool), await furnished(pool)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    cookies = {SESSION_COOKIE: await make_session(pool, own.organiser)}
    before, opened, tried = await contents(pool), [], 0
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, cookies=cookies) as client:
        for method, path in staff_addresses(app):
            foreign = _BRACES.findall(path)
            right = dict(zip(foreign, _parts(path, house), strict=True))
            for name in foreign:
                if right[name] == dict(zip(foreign, _parts(path, own), strict=True))[name]:
                    continue  # a word of everybody's, such as a language
                status = await asked(client, method, own.address(path, {name: right[name]}), [])
                tried += 1
                if status not in _CLOSED:
                    opened.append(f"{status} {method} {path} with a foreign {name}")
    assert opened == []
    assert await contents(pool) == before
    assert tried > 150


def _parts(path: str, house: House) -> list[str]:
    pattern = "^" + _BRACES.sub("([^/]+)", re.sub(r"\.", r"\\.", path)) + "$"
    found = re.match(pattern, house.address(path))
    assert found is not None
    return list(found.groups())


async def _cookies(pool: Pool, house: House, who: str) -> tuple[dict[str, str], re.Pattern[str] | None]:
    """Who asks, and which addresses are theirs."""
    if who == "nobody":
        return {}, None
    if who == "phone":
        return {PHONE_COOKIE: house.phone}, re.compile(r"^/door/")
    if who == "other co-host":
        other = new_id()
        await pool.execute(
            "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, 'other', $3)",
            other,
            house.event.organiser_id,
            {"en": "Other"},
        )
        return {SESSION_COOKIE: await make_session(pool, await make_co_host_member(pool, other))}, None
    if who == "stranger":
        return {SESSION_COOKIE: await make_session(pool, (await make_house(pool)).organiser)}, None
    roles = {"reviewer": (Role.REVIEWER, [ReviewRole.PROTOCOL], _OF_REVIEWERS), "door": (Role.DOOR, [], _OF_DOOR_STAFF)}
    role, reviews, theirs = roles[who]
    staff = await make_staff(pool, UUID(str(house.event.organiser_id)), role=role, reviews=reviews)
    return {SESSION_COOKIE: await make_session(pool, staff)}, theirs
