"""What a phone may do and when, what it says about itself, and how its organiser sees that."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.door.access import PHONE_COOKIE
from events.door.model import Phone, phones_topic
from events.door.phone_facts import Facts, facts_of
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.live import Live
from events.programme.form_fields import typed_moment
from events.programme.model import Event
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, make_phone
from tests.staff import browser, make_session, make_staff, running_app

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def organiser_of(app: Litestar, pool: Pool, event: Event, *, role: Role = Role.ORGANISER) -> httpx.AsyncClient:
    return browser(app, await make_session(pool, await make_staff(pool, event.organiser_id, role=role)))


async def phone_of(app: Litestar, pool: Pool, event: Event, *, role: str = "steward") -> tuple[Phone, httpx.AsyncClient]:
    async with pool.acquire() as connection:
        phone, token = await make_phone(connection, event)
    await pool.execute("update devices set role = $2 where id = $1", phone.id, role)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return phone, client


def phones(event: Event) -> str:
    return f"/organiser/events/{event.slug}/phones"


def duty(**changes: str) -> dict[str, str]:
    return {"name": "Aiko", "gate": "Garden gate", "role": "steward", "valid_from": "", "valid_until": ""} | changes


async def test_phone_gets_role_and_hours_on_the_events_clock(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser = await organiser_of(app, pool, event)
    begin, end = event.starts_at - timedelta(hours=1), event.ends_at
    hours = {"valid_from": typed_moment(begin, event.time_zone), "valid_until": typed_moment(end, event.time_zone)}

    added = await organiser.post(phones(event), data=duty(role="supervisor", **hours))

    row = await pool.fetchrow("select role, valid_from, valid_until from devices where event_id = $1", event.id)
    assert (added.status_code, row and tuple(row)) == (
        303,
        ("supervisor", begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)),
    )
    shown = await organiser.get(phones(event))
    assert all(words in shown.text for words in ("Garden gate · Supervisor", "Waiting for the phone"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "emperor"}, "role"),
        ({"valid_from": "2027-04-22T18:00", "valid_until": "2027-04-22T17:00"}, "valid_until"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"gate": ""}, "gate"),
    ],
)
async def test_duty_that_makes_no_sense_is_asked_again(app: Litestar, pool: Pool, changes: dict[str, str], field: str) -> None:
    event = await make_event(pool)
    answer = await (await organiser_of(app, pool, event)).post(phones(event), data=duty(**changes))
    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    assert await pool.fetchval("select count(*) from devices where event_id = $1", event.id) == 0


async def test_changed_duty_holds_at_once(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, (phone, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    assert (await client.get("/door/list")).json()["phone"]["gate"] == "Main entrance"

    changed = await organiser.post(f"{phones(event)}/{phone.id}", data=duty(gate="Roof", role="supervisor"))
    told = (await client.get("/door/list")).json()["phone"]
    assert (changed.status_code, told["gate"], told["role"], told["name"]) == (303, "Roof", "supervisor", "Aiko")

    past = typed_moment(now() - timedelta(hours=1), event.time_zone)
    await organiser.post(f"{phones(event)}/{phone.id}", data=duty(valid_until=past))
    assert (await client.get("/door/list", headers=JSON)).json()["code"] == "phone_off_duty"
    assert "Off duty" in (await organiser.get(phones(event))).text
    page = await organiser.get(f"{phones(event)}/{phone.id}")
    assert ("This phone is not on duty now" in page.text, f'value="{past}"' in page.text) == (True, True)
    rows = await pool.fetch("select action from audit_entries where organiser_id = $1", event.organiser_id)
    assert [row[0] for row in rows] == ["phone_changed", "phone_changed"]


async def test_disconnected_phone_gets_no_duty(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, (phone, _) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    await organiser.post(f"{phones(event)}/{phone.id}/revocation")
    assert (await organiser.post(f"{phones(event)}/{phone.id}", data=duty())).status_code == 404


async def test_phone_off_duty_is_told_why_on_its_page(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone, client = await phone_of(app, pool, event)
    await pool.execute("update devices set valid_from = now() + interval '1 hour' where id = $1", phone.id)
    early = await client.get("/door")
    await pool.execute("update devices set revoked_at = now() where id = $1", phone.id)
    gone = await client.get("/door")
    assert (early.status_code, "This phone is not on duty now." in early.text) == (403, True)
    assert (gone.status_code, "The organiser has disconnected this phone." in gone.text) == (410, True)


async def test_facts_are_shown_to_the_organiser(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    organiser, (_, client) = await organiser_of(app, pool, event), await phone_of(app, pool, event)
    assert "no list yet" in (await organiser.get(phones(event))).text
    facts = {"list_at": now().isoformat(), "queue": 7, "battery": 12, "charging": False}

    await client.post("/door/scans", json={"sent_at": now().isoformat(), "facts": facts, "scans": []}, headers=JSON)

    text = (await organiser.get(phones(event))).text
    assert all(words in text for words in ("Connected", "list of", "7 scans not sent yet", "battery 12 %"))
    assert re.search(r'class="phones-fact-warn">\s*<svg[^§]*?battery 12', text), "somebody should bring a charger"
    await pool.execute("update devices set last_seen_at = now() - interval '5 minutes' where event_id = $1", event.id)
    assert "No contact since" in (await organiser.get(phones(event))).text


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, Facts()),
        ("nonsense", Facts()),
        ({"queue": -1, "battery": 101, "charging": "yes", "list_at": "yesterday", "wiped": 1}, Facts()),
        ({"queue": True, "battery": 55.4, "charging": True, "wiped": True}, Facts(battery=55, charging=True, wiped=True)),
        ({"queue": float("inf"), "list_at": "2027-04-22T18:00:00"}, Facts()),
    ],
)
def test_nonsense_about_itself_does_not_stop_a_phone(given: Any, read: Facts) -> None:
    assert facts_of(given) == read


async def test_kiosk_reads_no_names(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest("Secretperson", company="Opencompany", diet="vegan"))
    _, kiosk = await phone_of(app, pool, event, role="kiosk")
    registration = await pool.fetchval("select id from registrations where booking_id = $1", outcome.booking_id)
    refused = [
        await kiosk.get("/door/guests", params={"q": "secret"}, headers=JSON),
        await kiosk.post("/door/check-ins", data={"id": str(new_id()), "registration_id": str(registration)}, headers=JSON),
        await kiosk.get("/door/walk-ins", headers=JSON),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "not_for_kiosks")] * 3
    assert all("ecretperson" not in answer.text for answer in refused)


async def test_kiosk_greets_whoever_holds_the_ticket_and_says_no_more(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(company="Opencompany", diet="vegan"))
    _, kiosk = await phone_of(app, pool, event, role="kiosk")
    code_hash = await pool.fetchval("select encode(code_hash, 'hex') from tickets order by issued_at desc limit 1")
    scans = [{"id": str(new_id()), "at": now().isoformat(), "act": "entry", "source": "kiosk", "code_hash": code_hash}]
    answer = await kiosk.post("/door/scans", json={"scans": scans}, headers=JSON)
    [told] = answer.json()["answers"]
    assert (told["verdict"], told["announcement"]["card"]["name"]) == ("admitted", "Erika Platzhalter")
    assert [word for word in ("Opencompany", "egan", code_of(outcome)) if word in answer.text] == []


async def test_list_of_phones_keeps_itself_up_to_date(app: Litestar, pool: Pool, dsn: str) -> None:
    event = await make_event(pool)
    organiser = await organiser_of(app, pool, event)
    live: Live = app.state.live
    with live.subscribe(phones_topic(event.id)) as changes:
        await changes.wait(5)
        added = await organiser.post(phones(event), data=duty())
        assert await changes.wait(2) is not None
        phone_id = added.headers["location"].rpartition("/")[2]
        code = re.search(r"/door/pair/(\w+)", (await organiser.get(added.headers["location"])).text)
        assert code is not None
        phone = browser(app)
        await phone.post(f"/door/pair/{code[1]}", data={"name": "Jonas"})
        assert await changes.wait(2) is not None, "paired"
        await phone.post("/door/scans", json={"facts": {"queue": 1}, "scans": []}, headers=JSON)
        assert await changes.wait(2) is not None, "facts"
        await organiser.post(f"{phones(event)}/{phone_id}/revocation")
        assert await changes.wait(2) is not None, "asked to forget"
        await phone.post("/door/wiped")
        assert await changes.wait(2) is not None, "forgot"
    page = (await organiser.get(phones(event))).text
    assert f'data-stream="{phones(event)}/stream"' in page


async def test_phones_of_others_are_not_found(app: Litestar, pool: Pool) -> None:
    event, owner = await make_event(pool, title="Secret dinner"), await make_organiser(pool)
    phone, _ = await phone_of(app, pool, event)
    stranger = browser(app, await make_session(pool, await make_staff(pool, owner)))
    doorman = await organiser_of(app, pool, event, role=Role.DOOR)
    for client, status in ((stranger, 404), (doorman, 403), (browser(app), 303)):
        answers = [await client.get(f"{phones(event)}/stream"), await client.post(f"{phones(event)}/{phone.id}", data=duty())]
        assert [answer.status_code for answer in answers] == [status] * 2
    elsewhere = await make_event(pool)
    other = await organiser_of(app, pool, elsewhere)
    crossed = [
        await other.get(f"{phones(elsewhere)}/{phone.id}"),
        await other.post(f"{phones(elsewhere)}/{phone.id}", data=duty()),
        await other.post(f"{phones(elsewhere)}/{phone.id}/revocation"),
    ]
    assert [answer.status_code for answer in crossed] == [404] * 3
    assert await pool.fetchval("select revoked_at from devices where id = $1", phone.id) is None
