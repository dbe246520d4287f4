"""Adding a phone, pairing it, taking it back: the organiser's pages and the phone's."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.door import actions
from events.door.access import PHONE_COOKIE
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import TOKENS, make_event, make_organiser
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def organiser_of(app: Litestar, pool: Pool, event: Event, *, role: Role = Role.ORGANISER) -> httpx.AsyncClient:
    return browser(app, await make_session(pool, await make_staff(pool, event.organiser_id, role=role)))


async def add(client: httpx.AsyncClient, event: Event, *, name: str = "Aiko", gate: str = "Garden gate") -> tuple[str, str]:
    """Adds a phone; answers the addresses of its page and of its pairing."""
    added = await client.post(f"/organiser/events/{event.slug}/phones", data={"name": name, "gate": gate})
    assert added.status_code == 303
    shown = await client.get(added.headers["location"])
    pairing = re.search(r'href="[^"]*(/door/pair/\w+)"', shown.text)
    assert pairing is not None
    return added.headers["location"], pairing[1]


async def test_phone_is_added_paired_and_listed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, phone = await organiser_of(app, pool, event), browser(app)
    page, pairing = await add(organiser, event)
    assert (await organiser.get(page, headers={"accept": "application/json"})).json() == {"state": "waiting"}

    offered = await phone.get(pairing)
    assert "Garden gate" in offered.text
    assert (await phone.get("/door")).status_code == 401
    paired = await phone.post(pairing, data={"name": "Aiko’s phone"})

    assert (paired.status_code, paired.headers["location"]) == (303, "/door")
    cookie = paired.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/door"))
    scanner = await phone.get("/door")
    assert (scanner.status_code, "Garden gate · Aiko’s phone" in scanner.text) == (200, True)
    assert (await organiser.get(page, headers={"accept": "application/json"})).json() == {"state": "in_touch"}
    assert "Aiko’s phone" in (await organiser.get(f"/organiser/events/{event.slug}/phones")).text


async def test_pairing_works_once(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    _, pairing = await add(await organiser_of(app, pool, event), event)
    await browser(app).post(pairing)

    for again in (await browser(app).get(pairing), await browser(app).post(pairing)):
        assert (again.status_code, "set-cookie" in again.headers) == (410, False)
        assert "This code no longer connects a phone." in again.text


async def test_pairing_runs_out(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    async with pool.acquire() as connection:
        sixteen_minutes_ago = now() - timedelta(minutes=16)
        phone_id = await actions.add_phone(connection, TOKENS, event_id=event.id, name="Aiko", gate="Main", now=sixteen_minutes_ago)
    code = actions.pairing_code(TOKENS, phone_id)

    assert (await browser(app).post(f"/door/pair/{code}")).status_code == 410
    page = await (await organiser_of(app, pool, event)).get(f"/organiser/events/{event.slug}/phones/{phone_id}")
    assert ("Code ran out" in page.text, code in page.text) == (True, False)


async def test_code_can_be_typed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    _, pairing = await add(await organiser_of(app, pool, event), event)
    code = pairing.rpartition("/")[2]
    spelt = " ".join(code[start : start + 4] for start in range(0, 16, 4)).lower()

    typed = await browser(app).get("/door/pair", params={"code": spelt})
    mistyped = await browser(app).get("/door/pair", params={"code": spelt[:-1]})

    assert (typed.status_code, typed.headers["location"]) == (303, pairing)
    assert (mistyped.status_code, "A code has 16 letters and digits" in mistyped.text) == (200, True)


async def test_guessing_is_slowed_down(app: Litestar) -> None:
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    stranger = httpx.AsyncClient(transport=transport, base_url="http://testserver.local")
    statuses = [(await stranger.get(f"/door/pair/{n:016}")).status_code for n in range(41)]
    assert statuses == [410] * 40 + [429]


async def test_revoked_phone_is_out(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, phone = await organiser_of(app, pool, event), browser(app)
    page, pairing = await add(organiser, event)
    await phone.post(pairing)
    assert (await phone.get("/door")).status_code == 200

    revoked = await organiser.post(f"{page}/revocation")

    assert revoked.status_code == 303
    assert (await phone.get("/door")).status_code == 410
    assert "Asked to forget" in (await organiser.get(revoked.headers["location"])).text
    rows = await pool.fetch("select action, detail from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    assert [tuple(row) for row in rows] == [("phone_added", {}), ("phone_revoked", {})]


async def test_phone_form_keeps_what_was_typed_and_names_what_is_missing(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser = await organiser_of(app, pool, event)
    answer = await organiser.post(f"/organiser/events/{event.slug}/phones", data={"name": "", "gate": "Roof"})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'value="Roof"' in answer.text
    assert await pool.fetchval("select count(*) from devices where event_id = $1", event.id) == 0


async def test_two_phones_of_one_gate_share_it(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser = await organiser_of(app, pool, event)
    for name in ("Aiko", "Jonas"):
        await add(organiser, event, name=name)
    assert [row[0] for row in await pool.fetch("select name from gates where event_id = $1", event.id)] == ["Garden gate"]


async def test_phones_are_the_organisers_alone(app: Litestar, pool: Pool) -> None:
    owner, event = await make_organiser(pool), await make_event(pool, title="Secret dinner")
    organiser = await organiser_of(app, pool, event)
    page, _ = await add(organiser, event)
    stranger = browser(app, await make_session(pool, await make_staff(pool, owner)))
    doorman = await organiser_of(app, pool, event, role=Role.DOOR)
    phones = f"/organiser/events/{event.slug}/phones"

    for client, status in ((stranger, 404), (doorman, 403), (browser(app), 303)):
        answers = [
            await client.get(phones),
            await client.get(page),
            await client.post(phones, data={"name": "x", "gate": "y"}),
            await client.post(f"{page}/revocation"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
        assert all("Secret dinner" not in answer.text for answer in answers)
    assert await pool.fetchval("select count(*) from devices where event_id = $1 and revoked_at is null", event.id) == 1


async def test_strangers_take_no_connection_with_them(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    for path in ("/door", "/door/guests", f"/organiser/events/{event.slug}/phones"):
        for _ in range(5):
            assert (await browser(app).get(path)).status_code in (303, 401)
    own: Pool = app.state.pool
    assert own.get_idle_size() == own.get_size()


async def test_phone_of_one_event_does_not_see_another(app: Litestar, pool: Pool) -> None:
    here, there = await make_event(pool), await make_event(pool, title="Secret dinner")
    phone = browser(app)
    _, pairing = await add(await organiser_of(app, pool, here), here)
    await phone.post(pairing)
    other_page, _ = await add(await organiser_of(app, pool, there), there)

    assert phone.cookies.get(PHONE_COOKIE)
    assert (await phone.get(other_page)).status_code == 303
    assert "Secret dinner" not in (await phone.get("/door")).text
