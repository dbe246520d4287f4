"""Scans of a disconnected phone, and those nobody understands: kept, shown, and taken in or discarded by a person."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.door.access import PHONE_COOKIE
from events.door.model import Phone
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, make_phone, registration_ids
from tests.staff import browser, make_session, make_staff, running_app

IN = {"verdict": "admitted", "by": "phone"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def organiser_of(app: Litestar, pool: Pool, event: Event, *, role: Role = Role.ORGANISER) -> httpx.AsyncClient:
    return browser(app, await make_session(pool, await make_staff(pool, event.organiser_id, role=role)))


async def phone_of(app: Litestar, pool: Pool, event: Event) -> tuple[Phone, httpx.AsyncClient]:
    async with pool.acquire() as connection:
        phone, token = await make_phone(connection, event)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return phone, client


async def hand_over(client: httpx.AsyncClient, *scans: Any, skew: timedelta = timedelta()) -> httpx.Response:
    body = {"sent_at": (now() + skew).isoformat(), "facts": {"queue": 0}, "scans": scans}
    return await client.post("/door/scans", json=body, headers={"accept": "application/json"})


def entry(code: str, **more: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "at": now().isoformat(), "act": "entry", "code_hash": token_hash(code).hex(), "decided": IN} | more


async def revoke(organiser: httpx.AsyncClient, event: Event, phone: Phone) -> None:
    answer = await organiser.post(f"/organiser/events/{event.slug}/phones/{phone.id}/revocation")
    assert answer.status_code == 303


async def waiting(pool: Pool, event: Event) -> list[UUID]:
    rows = await pool.fetch("select id from stranded_scans where event_id = $1 and decision is null order by received_at, id", event.id)
    return [row[0] for row in rows]


async def records(pool: Pool, event: Event) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "select id::text, kind, verdict, decided_by, device_id from check_ins where event_id = $1 order by device_at, id", event.id
    )
    return [tuple(row) for row in rows]


async def test_revoked_phone_hands_over_once_and_forgets(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(), make_guest("Muster"))
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    phones = f"/organiser/events/{event.slug}/phones"
    await revoke(organiser, event, phone)
    assert "Asked to forget" in (await organiser.get(phones)).text

    queue = [entry(code_of(outcome, 0)), entry(code_of(outcome, 1))]
    answers = [await hand_over(client, *queue) for _ in range(2)]

    assert [(a.status_code, a.json()["code"], a.json()["wipe"]) for a in answers] == [(410, "phone_disconnected", True)] * 2
    assert await records(pool, event) == []
    assert len(await waiting(pool, event)) == 2
    assert "2 scans wait for your decision" in (await organiser.get(phones)).text

    forgotten = await client.post("/door/wiped")
    assert (forgotten.status_code, "device=" in forgotten.headers["set-cookie"]) == (204, True)
    assert "Has forgotten everything" in (await organiser.get(phones)).text
    assert (await client.get("/door/list")).status_code in (401, 410)


async def test_connected_phone_cannot_forget(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone, client = await phone_of(app, pool, event)
    answer = await client.post("/door/wiped", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_still_connected")
    assert await pool.fetchval("select wiped_at from devices where id = $1", phone.id) is None
    assert (await browser(app).post("/door/wiped")).status_code == 401


async def test_taken_in_as_the_phone_has_shown_it(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(), make_guest("Muster"))
    [first, _] = await registration_ids(pool, outcome)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    await revoke(organiser, event, phone)
    made_at = now() - timedelta(minutes=20)
    scan = entry(code_of(outcome), at=(made_at + timedelta(minutes=10)).isoformat())
    await hand_over(client, scan, skew=timedelta(minutes=10))
    [stranded] = await waiting(pool, event)
    page = f"/organiser/events/{event.slug}/phones/stranded"

    shown = await organiser.get(page)
    assert all(words in shown.text for words in ("Erika Platzhalter", "after the phone had been disconnected", "the guest was let through"))
    for _ in range(2):
        assert (await organiser.post(f"{page}/{stranded}", data={"decision": "taken"})).status_code == 303

    assert await records(pool, event) == [(scan["id"], "entry", "admitted", "phone", phone.id)]
    device_at = await pool.fetchval("select device_at from check_ins where registration_id = $1", first)
    assert abs(device_at - made_at) < timedelta(seconds=5), "a clock that is wrong is set right here, too"
    rows = await pool.fetch("select action from audit_entries where organiser_id = $1 and action like 'stranded%'", event.organiser_id)
    assert [row[0] for row in rows] == ["stranded_scan_taken"]
    assert (await waiting(pool, event), "Nothing to decide" in (await organiser.get(page)).text) == ([], True)


async def test_discarded_counts_for_nothing_and_stays_on_record(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    await revoke(organiser, event, phone)
    await hand_over(client, entry(code_of(await book(pool, event))))
    [stranded] = await waiting(pool, event)
    page = f"/organiser/events/{event.slug}/phones/stranded/{stranded}"

    await organiser.post(page, data={"decision": "discarded"})
    await organiser.post(page, data={"decision": "taken"})  # somebody else was slower

    assert await records(pool, event) == []
    decided = await pool.fetchrow("select decision, actor, decided_at is not null as told from stranded_scans where id = $1", stranded)
    assert decided is not None
    assert (decided["decision"], decided["actor"].startswith("staff:"), decided["told"]) == ("discarded", True, True)


async def test_all_at_once_in_their_order(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await pool.execute("insert into door_rules (event_id, exits) values ($1, 'reentry')", event.id)
    outcome = await book(pool, event)
    [guest] = await registration_ids(pool, outcome)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    await revoke(organiser, event, phone)
    start = now() - timedelta(hours=1)
    first = entry(code_of(outcome), at=start.isoformat())
    out = {"id": str(new_id()), "at": (start + timedelta(minutes=5)).isoformat(), "act": "exit", "registration_id": str(guest)}
    undo = {"id": str(new_id()), "at": (start + timedelta(minutes=6)).isoformat(), "act": "undo", "check_in_id": out["id"]}
    await hand_over(client, first, out, undo, "nonsense")
    page = f"/organiser/events/{event.slug}/phones/stranded"
    shown = (await organiser.get(page)).text
    assert ("Take in all 3" in shown, "What the phone sent" in shown) == (True, True)

    await organiser.post(page, data={"decision": "taken", "scan": [str(n) for n in await waiting(pool, event)]})

    assert [(kind, verdict) for _, kind, verdict, _, _ in await records(pool, event)] == [
        ("entry", "admitted"),
        ("exit", "left"),
        ("undo", "undone"),
    ]
    assert len(await waiting(pool, event)) == 1, "what nobody understands stays until it is discarded"
    await organiser.post(page, data={"decision": "discarded", "scan": [str(n) for n in await waiting(pool, event)]})
    assert await waiting(pool, event) == []


async def test_override_of_somebody_who_may_not_waits_for_a_person(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where booking_id = $1", outcome.booking_id)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    scan = entry(code_of(outcome), decided={"verdict": "admitted", "by": "supervisor"}, note="The minister’s husband")

    answered = await hand_over(client, scan)
    [stranded] = await waiting(pool, event)
    page = f"/organiser/events/{event.slug}/phones/stranded"
    shown = (await organiser.get(page)).text

    assert (answered.status_code, answered.json()["answers"][0]["kind"]) == (200, "unreadable")
    assert "The minister’s husband" in shown
    await organiser.post(f"{page}/{stranded}", data={"decision": "taken"})
    assert await records(pool, event) == [(scan["id"], "entry", "admitted", "phone", phone.id)]
    assert await pool.fetchval("select kind from door_conflicts where event_id = $1", event.id) == "not_valid"


async def test_phone_off_duty_is_still_heard(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone, client = await phone_of(app, pool, event)
    await pool.execute("update devices set valid_until = now() - interval '1 minute' where id = $1", phone.id)
    answered = await hand_over(client, entry(code_of(await book(pool, event))))
    assert (answered.status_code, answered.json()["standing"]) == (200, "over")
    assert [record[2] for record in await records(pool, event)] == ["admitted"]
    assert (await client.get("/door/list")).status_code == 403


async def test_only_the_events_own_organisers_decide(app: Litestar, pool: Pool) -> None:
    event, owner = await make_event(pool), await make_organiser(pool)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    await revoke(organiser, event, phone)
    await hand_over(client, entry(code_of(await book(pool, event))))
    [stranded] = await waiting(pool, event)
    stranger = browser(app, await make_session(pool, await make_staff(pool, owner)))
    doorman = await organiser_of(app, pool, event, role=Role.DOOR)
    elsewhere = await make_event(pool)
    page = f"/organiser/events/{event.slug}/phones/stranded"

    for client_, status in ((stranger, 404), (doorman, 403), (browser(app), 303)):
        answers = [
            await client_.get(page),
            await client_.post(page, data={"decision": "taken", "scan": str(stranded)}),
            await client_.post(f"{page}/{stranded}", data={"decision": "taken"}),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3
    other = await organiser_of(app, pool, elsewhere)
    crossed = await other.post(f"/organiser/events/{elsewhere.slug}/phones/stranded/{stranded}", data={"decision": "taken"})
    assert crossed.status_code == 404
    assert (await organiser.post(f"{page}/{stranded}", data={"decision": "eaten"})).status_code == 422
    assert (len(await waiting(pool, event)), await records(pool, event)) == (1, [])
