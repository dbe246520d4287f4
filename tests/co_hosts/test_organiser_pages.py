"""Organisers decide who their co-hosts are and who works for them; nobody else does."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role, Staff
from events.kit.database import Pool
from tests.builders import make_organiser
from tests.co_hosts.builders import Hosted, make_hosted_event
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def hosted(pool: Pool) -> Hosted:
    return await make_hosted_event(pool)


@pytest.fixture
async def owner(pool: Pool, hosted: Hosted) -> Staff:
    return await make_staff(pool, hosted.event.organiser_id, role=Role.OWNER)


@pytest.fixture
async def desk(app: Litestar, pool: Pool, owner: Staff) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, owner)) as client:
        yield client


async def test_co_host_is_added_with_people_and_contingents(desk: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    empty = await desk.post("/organiser/co-hosts", data={"name_de": " "})
    added = await desk.post("/organiser/co-hosts", data={"name_de": "Handelskammer Beispielstadt"})
    page = added.headers["location"].partition("?")[0]
    await desk.post(f"{page}/members", data={"member": "見本 花子", "email": "Hanako@example.com", "language": "ja"})
    form = {"name_de": "Handelskammer", "shown": [str(one) for one in hosted.pools.values()], "contingent": str(hosted.pools["berlin"])}
    saved = await desk.post(page, data=form)

    assert (empty.status_code, added.status_code, saved.status_code) == (422, 303, 303)
    shown = (await desk.get(page)).text
    assert ["見本 花子" in shown, "hanako@example.com" in shown] == [True, True]
    rows = await pool.fetch(
        "select c.slug from pools p join co_hosts c on c.id = p.co_host_id where p.event_id = $1 order by p.slug", hosted.event.id
    )
    assert [row[0] for row in rows] == ["handelskammer-beispielstadt", "japan-partner"]


async def test_removed_person_is_signed_out(app: Litestar, desk: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    async with browser(app, await make_session(pool, hosted.member)) as member:
        before = await member.get("/co-hosts")
        await desk.post(f"/organiser/co-hosts/{hosted.co_hosts['japan']}/members/{hosted.member.id}/removal")
        after = await member.get("/co-hosts")

    assert (before.status_code, after.headers["location"].startswith("/sign-in")) == (303, True)


async def test_other_organisers_co_host_does_not_exist(app: Litestar, pool: Pool, hosted: Hosted) -> None:
    stranger = await make_staff(pool, await make_organiser(pool), role=Role.OWNER)
    async with browser(app, await make_session(pool, stranger)) as client:
        page = f"/organiser/co-hosts/{hosted.co_hosts['japan']}"
        answers = [
            (await client.get(page)).status_code,
            (await client.post(page, data={"name_en": "Mine"})).status_code,
            (await client.post(f"{page}/members", data={"member": "Me", "email": "me@example.com"})).status_code,
            (await client.get(f"/co-hosts/{hosted.co_hosts['japan']}")).status_code,
        ]
    assert answers == [404] * 4


async def test_owner_changes_the_team_but_never_leaves_it_without_an_owner(
    desk: httpx.AsyncClient, pool: Pool, hosted: Hosted, owner: Staff
) -> None:
    person = {"member": "Prof. Dr. Müßig", "email": "muessig@example.com", "language": "de"}
    nameless = await desk.post("/organiser/team", data=person | {"role": "reviewer"})
    added = await desk.post("/organiser/team", data=person | {"role": "reviewer", "reviews": "security"})
    stepping_down = await desk.post("/organiser/team", data={"member": "Ada", "email": owner.email, "role": "door"})

    assert (nameless.status_code, added.status_code, stepping_down.status_code) == (422, 303, 422)
    rows = await pool.fetch(
        "select s.email, m.role, m.reviews from memberships m join staff s on s.id = m.staff_id where m.organiser_id = $1 order by m.role",
        hosted.event.organiser_id,
    )
    assert [tuple(row) for row in rows] == [(owner.email, "owner", []), ("muessig@example.com", "reviewer", ["security"])]


async def test_organiser_who_is_not_the_owner_cannot_see_the_team(app: Litestar, pool: Pool, hosted: Hosted) -> None:
    organiser = await make_staff(pool, hosted.event.organiser_id)
    async with browser(app, await make_session(pool, organiser)) as client:
        answers = [(await client.get("/organiser/team")).status_code, (await client.post("/organiser/team", data={})).status_code]
    assert answers == [403, 403]
