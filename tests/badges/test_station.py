"""The print station: who waits, each badge at one printer only, nothing twice and nothing forgotten."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.badges import actions, station_queries
from events.badges.errors import BadgeTakenElsewhere
from events.door.access import PHONE_COOKIE
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.errors import NotFound
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import make_event, make_guest
from tests.door.builders import make_phone
from tests.staff import browser, make_session, make_staff, running_app

from .builders import arrive, ask, chosen, confirm, finish, make_look, prints, take
from .test_pages import home, visitor

ALONE, OTHER = new_id(), new_id()


@pytest.fixture
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


async def waiting(pool: Pool, event: Event) -> list[tuple[UUID, str]]:
    queue, _ = await station_queries.queue_of_event(pool, event.id)
    return [(one.bearer.registration_id, one.state) for one in queue]


async def test_who_arrives_without_a_badge_gets_one(pool: Pool) -> None:
    event = await make_event(pool)
    early, printed, late = await confirm(pool, event, make_guest("A"), make_guest("B"), make_guest("C"))
    await arrive(pool, event, early)
    look = await make_look(pool, event, on_arrival=True)
    staff = await make_staff(pool, event.organiser_id)
    async with pool.acquire() as tx:
        await actions.note_printed(tx, event, staff, await chosen(pool, event, registration_ids=[printed]), look, now=now())
    await arrive(pool, event, printed, late)
    assert await waiting(pool, event) == [(late, "waiting")]
    taken = await take(pool, event, ALONE)
    assert taken is not None
    assert await waiting(pool, event) == [(late, "printing")]
    await finish(pool, event, ALONE, taken)
    assert (await waiting(pool, event), await take(pool, event, ALONE)) == ([], None)
    assert [one[0] for one in await prints(pool, event)] == [printed, late]


async def test_walk_in_is_a_guest_like_any_other(pool: Pool) -> None:
    event = await make_event(pool)
    await make_look(pool, event, on_arrival=True)
    [walk_in] = await confirm(pool, event, make_guest("Spontan"), source="walk_in")
    await arrive(pool, event, walk_in)
    assert await waiting(pool, event) == [(walk_in, "waiting")]


async def test_without_the_wish_nobody_waits(pool: Pool) -> None:
    event = await make_event(pool)
    await arrive(pool, event, *await confirm(pool, event))
    assert (await waiting(pool, event), await take(pool, event, ALONE)) == ([], None)


async def test_withdrawn_badge_does_not_come_back(pool: Pool) -> None:
    event = await make_event(pool)
    await make_look(pool, event, on_arrival=True)
    await arrive(pool, event, *await confirm(pool, event))
    [(_, _)], [one] = await waiting(pool, event), (await station_queries.queue_of_event(pool, event.id))[0]
    async with pool.acquire() as tx, tx.transaction():
        await station_queries.ask_for_arrivals(tx, event.id)
        assert await station_queries.withdraw_request(tx, event.id, one.id, now())
    assert (await waiting(pool, event), await take(pool, event, ALONE)) == ([], None)


async def test_badge_of_a_guest_who_lost_the_place_is_not_printed(pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    await ask(pool, event, one)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where id = $1", one)
    assert await take(pool, event, ALONE) is None


async def test_asking_again_with_the_same_id_asks_once(pool: Pool) -> None:
    event = await make_event(pool)
    one, two = await confirm(pool, event, make_guest("A"), make_guest("B"))
    id = new_id()
    assert [await ask(pool, event, one, id=id), await ask(pool, event, one, id=id)] == [id, id]
    assert await waiting(pool, event) == [(one, "waiting")]
    with pytest.raises(NotFound):
        await ask(pool, event, two, id=id)


async def test_thirty_badges_go_to_four_stations_once_each(pool: Pool) -> None:
    event = await make_event(pool)
    guests = await confirm(pool, event, *(make_guest(f"Gast {n}") for n in range(30)))
    for one in guests:
        await ask(pool, event, one)
    took = [one for station in await asyncio.gather(*(_print_all(pool, event) for _ in range(4))) for one in station]
    assert (len(took), len({*took})) == (30, 30)
    assert sorted(one[0] for one in await prints(pool, event)) == sorted(guests)


async def test_without_the_lock_stations_would_print_twice(pool: Pool) -> None:
    """The control: looking and then taking, two stations find the same badge."""
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    await ask(pool, event, one)
    both = asyncio.Barrier(2)

    async def take_naively(station: UUID) -> UUID | None:
        found = await pool.fetchval("select id from badge_requests where event_id = $1 and station_id is null limit 1", event.id)
        await both.wait()
        await pool.execute("update badge_requests set station_id = $2, taken_at = now() where id = $1", found, station)
        return UUID(str(found)) if found else None

    naive = await asyncio.gather(take_naively(ALONE), take_naively(OTHER))
    assert naive[0] == naive[1] is not None


async def test_what_a_station_took_stays_with_it_until_a_person_decides(pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    id = await ask(pool, event, one)
    assert (await take(pool, event, ALONE), await take(pool, event, OTHER), await take(pool, event, OTHER, id)) == (id, None, None)
    with pytest.raises(BadgeTakenElsewhere):
        await finish(pool, event, OTHER, id)
    async with pool.acquire() as tx:
        assert await station_queries.give_back_request(tx, event.id, id)
    assert await take(pool, event, OTHER) == id
    await finish(pool, event, OTHER, id)
    await finish(pool, event, OTHER, id)
    assert len(await prints(pool, event)) == 1


async def test_station_takes_prints_and_tells(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    visit, staff = await visitor(app, pool, event, role=Role.DOOR)
    asked = await visit.client.post(f"{home(event)}/requests", data={"registration_id": str(one)})
    again = await visit.client.post(f"{home(event)}/requests", data={"registration_id": str(one)})
    assert (asked.status_code, again.status_code, await waiting(pool, event)) == (303, 303, [(one, "waiting")])
    claim = (await visit.client.post(f"{home(event)}/claims", data={"station_id": str(ALONE)})).json()["badge"]
    assert (claim["name"], claim["layout"], claim["picture"]) == ("Erika Platzhalter", "card", f"{home(event)}/{one}/picture.svg")
    assert (await visit.client.get(claim["picture"])).status_code == 200
    done = await visit.client.post(
        f"{home(event)}/requests/{claim['id']}/print", data={"station_id": str(ALONE)}, headers={"accept": "application/json"}
    )
    none = (await visit.client.post(f"{home(event)}/claims", data={"station_id": str(ALONE)})).json()
    assert (done.json()["state"], none, await prints(pool, event)) == ("printed", {"badge": None}, [(one, "card", staff.actor)])
    assert "Printed" in (await visit.open(f"{home(event)}/station?q=platz")).text
    nonsense = await visit.client.post(f"{home(event)}/claims", data={"station_id": "x"})
    assert nonsense.status_code == 422


async def test_phone_asks_for_a_badge_of_its_own_event(app: Litestar, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [one], [foreign] = await confirm(pool, event), await confirm(pool, other)
    async with pool.acquire() as connection:
        phone, token = await make_phone(connection, event)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token)
    id = str(new_id())
    answers = [await client.post("/door/badges", json={"id": id, "registration_id": str(one)}) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"id": id, "registration_id": str(one), "state": "waiting"})
    ] * 2
    assert await pool.fetchval("select actor from badge_requests where event_id = $1", event.id) == phone.operator
    refused = await client.post("/door/badges", json={"id": str(new_id()), "registration_id": str(foreign)})
    broken = await client.post("/door/badges", json=["x"], headers={"accept": "application/json"})
    half = await client.post("/door/badges", content=b'{"id": ', headers={"content-type": "application/json", "accept": "application/json"})
    assert half.status_code == 400
    stranger = await browser(app).post("/door/badges", json={"id": id, "registration_id": str(one)})
    assert (refused.status_code, broken.status_code, stranger.status_code) == (404, 422, 401)
    assert await waiting(pool, other) == []


async def test_strangers_change_nothing(app: Litestar, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [one] = await confirm(pool, event)
    id = await ask(pool, event, one)
    owner = await make_staff(pool, other.organiser_id, role=Role.OWNER)
    client = browser(app, await make_session(pool, owner))
    requests = [f"/requests/{id}/{deed}" for deed in ("print", "return", "withdrawal")]
    paths = ["/claims", "/requests", *requests, "/look", "/sheets.pdf", f"/{one}/badge.pdf"]
    fields = {"station_id": str(ALONE), "registration_id": str(one)}
    assert [(await client.post(home(event) + path, data=fields)).status_code for path in paths] == [404] * len(paths)
    own = [(await client.post(f"{home(other)}{path}", data=fields)).status_code for path in paths[2:5]]
    assert (own, await waiting(pool, event)) == ([404, 404, 404], [(one, "waiting")])


async def _print_all(pool: Pool, event: Event) -> list[UUID]:
    station, took = new_id(), []
    while (id := await take(pool, event, station)) is not None:
        took.append(id)
        await asyncio.sleep(0)
        await finish(pool, event, station, id)
    return took
