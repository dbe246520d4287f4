"""The list a phone carries: what is on it, what is not, and that only what changed is sent again."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.door.access import PHONE_COOKIE
from events.door.actions import undo
from events.door.list_queries import BUCKETS
from events.door.model import Phone
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of, crowd, make_phone, redeem, registration_ids, scan
from tests.staff import browser, running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def phone_of(app: Litestar, pool: Pool, event: Event, *, role: str = "steward") -> tuple[Phone, httpx.AsyncClient]:
    async with pool.acquire() as connection:
        phone, token = await make_phone(connection, event)
        await connection.execute("update devices set role = $2 where id = $1", phone.id, role)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return phone, client


async def fetch(phone: httpx.AsyncClient, **params: str) -> dict[str, Any]:
    answer = await phone.get("/door/list", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def entries(answer: dict[str, Any]) -> dict[str, Any]:
    return {entry["id"]: entry for bucket in answer["buckets"].values() for entry in bucket}


def bucket_of(registration_id: UUID) -> str:
    return str(registration_id.bytes[15] % BUCKETS)


async def test_whole_list_at_first(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    hanako = make_guest("見本", "花子", family_name_kana="みほん", given_name_kana="はなこ", company="例示商事", job_title="部長")
    outcome = await book(pool, event, make_guest(), hanako)
    [erika_id, hanako_id] = await registration_ids(pool, outcome)
    phone, client = await phone_of(app, pool, event)

    answer = await fetch(client)

    assert (answer["full"], answer["language"], len(answer["digests"])) == (True, "en", BUCKETS + 1)
    assert list(answer["buckets"]) == [str(n) for n in range(BUCKETS)]
    found = entries(answer)
    assert set(found) == {str(erika_id), str(hanako_id)}
    entry = found[str(hanako_id)]
    assert entry["code"] == token_hash(code_of(outcome, 1)).hex()
    assert (entry["state"], entry["party"], entry["position"]) == ("confirmed", str(outcome.booking_id), 1)
    assert (entry["card"]["name"], entry["card"]["spoken"], entry["card"]["job_title"]) == ("見本 花子", "Hanako Mihon", "部長")
    assert (found[str(erika_id)]["unnamed"], entry["unnamed"]) == (2, 2)
    assert (answer["event"]["title"], answer["rules"]["exits"], answer["questions"]) == ("Networking dinner", "off", [])
    assert [gate["name"] for gate in answer["gates"]] == ["Main entrance"]
    assert (answer["phone"]["id"], answer["phone"]["role"]) == (str(phone.id), "steward")
    assert answer["pools"] == [{"id": str(event.id), "name": "", "free": 118}]
    assert (answer["attendance"]["confirmed"], answer["movements"]) == (2, [])
    assert "my details are used to organise this event" in answer["privacy"]


async def test_only_changed_buckets_are_sent_again(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    async with pool.acquire() as connection:
        await crowd(connection, event, 100)
    _, client = await phone_of(app, pool, event)
    have = ",".join((await fetch(client))["digests"])

    unchanged = await fetch(client, have=have)
    [(changed_id, guest_id)] = await pool.fetch("select id, guest_id from registrations where event_id = $1 limit 1", event.id)
    await pool.execute("update guests set company = 'Neue Werke' where id = $1", guest_id)
    changed = await fetch(client, have=have)
    german = await client.get("/door/list", params={"have": have}, headers={"accept-language": "de"})

    assert (unchanged["full"], unchanged["buckets"], unchanged["elsewhere"], unchanged["former"]) == (False, {}, None, None)
    assert list(changed["buckets"]) == [bucket_of(changed_id)]
    assert entries(changed)[str(changed_id)]["card"]["company"] == "Neue Werke"
    assert len(german.json()["buckets"]) > 1, "another language is another list"


async def test_bucket_that_became_empty_is_sent_as_empty(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    [registration_id] = await registration_ids(pool, await book(pool, event))
    _, client = await phone_of(app, pool, event)
    have = ",".join((await fetch(client))["digests"])
    await pool.execute("delete from registrations where id = $1", registration_id)
    assert (await fetch(client, have=have))["buckets"] == {bucket_of(registration_id): []}


@pytest.mark.parametrize("have", ["", "nonsense", "a,b", ",".join(["00000000"] * 40), "x" * 5000])
async def test_strange_digests_bring_the_whole_list(app: Litestar, pool: Pool, have: str) -> None:
    event = await make_event(pool)
    _, client = await phone_of(app, pool, event)
    assert (await fetch(client, have=have))["full"] is True


async def test_list_since_the_beginning_of_time_is_the_whole_story(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    _, client = await phone_of(app, pool, event)
    await redeem(pool, event, entry := scan(code_of(await book(pool, event))))
    assert [m["id"] for m in (await fetch(client, since="0001-01-01T00:00:05Z"))["movements"]] == [str(entry.id)]


async def test_movements_since(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(), make_guest("Muster"))
    [first, second] = await registration_ids(pool, outcome)
    phone, client = await phone_of(app, pool, event)
    entry, refused = scan(code_of(outcome, 0), gate_id=phone.gate_id), scan("NONSENSE")
    await redeem(pool, event, entry, refused)
    await pool.execute("update check_ins set server_at = server_at - interval '1 hour' where event_id = $1", event.id)
    late = scan(code_of(outcome, 1), operator=phone.operator)
    await redeem(pool, event, late)
    taken_back = new_id()
    await undo(pool, phone, taken_back, late.id, now())

    everything = (await fetch(client))["movements"]
    latest = (await fetch(client, since=(now() - timedelta(minutes=5)).isoformat()))["movements"]

    assert [(m["id"], m["registration_id"], m["kind"], m["gate"], m["by"], m["undoes"]) for m in everything] == [
        (str(entry.id), str(first), "entry", "Main entrance", "server", None),
        (str(late.id), str(second), "entry", "", "server", None),
        (str(taken_back), str(second), "undo", "Main entrance", "server", str(late.id)),
    ]
    assert latest == everything[1:]
    assert (await client.get("/door/list", params={"since": "yesterday"})).status_code == 422


async def test_codes_that_open_nothing_here(app: Litestar, pool: Pool) -> None:
    here = await make_event(pool)
    there = await make_event(pool, organiser_id=here.organiser_id, title="Factory visit")
    foreign = await make_event(pool)
    mine, theirs, strangers = await book(pool, here), await book(pool, there), await book(pool, foreign)
    ticket_id = await pool.fetchval("select id from tickets where code_hash = $1", token_hash(code_of(mine)))
    await pool.execute("insert into former_codes values ($1, $2, now())", token_hash("OLDOLDOLDOLDOLDO"), ticket_id)
    _, client = await phone_of(app, pool, here)

    answer = await fetch(client)

    assert answer["elsewhere"] == {token_hash(code_of(theirs)).hex(): 0}
    assert answer["events"][0]["title"] == "Factory visit"
    assert answer["former"] == [token_hash("OLDOLDOLDOLDOLDO").hex()]
    assert token_hash(code_of(strangers)).hex() not in (await client.get("/door/list")).text


async def test_list_has_only_what_a_door_needs(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    guest = make_guest("Secretperson", company="Opencompany", department="Searched for", diet="vegan", access_needs="step-free")
    outcome = await book(pool, event, guest, email="hidden-mail@example.com")
    await pool.execute(
        "update bookings set payer = $2, registrant_name = 'Hiddenregistrant' where id = $1",
        outcome.booking_id,
        {"name": "Hiddenpayer", "address": "Hiddenstreet 1", "email": "hidden-payer@example.com"},
    )
    question_id = new_id()
    await pool.execute(
        """
        insert into questions (id, event_id, slug, kind, label, sensitivity)
        values ($1, $2, 'passport', 'text', '{"en": "Hiddenquestion"}', 'security')
        """,
        question_id,
        event.id,
    )
    await pool.execute(
        "insert into question_answers (question_id, booking_id, sealed, answered_at) values ($1, $2, 'Hiddenpassport', now())",
        question_id,
        outcome.booking_id,
    )
    _, client = await phone_of(app, pool, event)

    text = (await client.get("/door/list")).text
    [entry] = entries(await fetch(client)).values()

    assert "Secretperson" in text
    assert [word for word in ("idden", code_of(outcome), "@", "payer", "email", "token") if word in text] == []
    assert set(entry) == {"id", "code", "state", "card", "search", "sort", "party", "position", "unnamed"}
    shown = "registration_id name name_lang spoken spoken_lang also also_lang company job_title table host diet access_needs flags"
    assert set(entry["card"]) == set(shown.split())


async def test_list_is_packed_once(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event)
    _, client = await phone_of(app, pool, event)
    packed = await client.get("/door/list", headers={"accept-encoding": "gzip"})
    plain = await client.get("/door/list", headers={"accept-encoding": "identity"})
    assert [answer.headers.get("content-encoding") for answer in (packed, plain)] == ["gzip", None]
    assert packed.json()["digests"] == plain.json()["digests"]


async def test_kiosk_carries_no_names(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest("Secretperson", company="Opencompany", diet="vegan", flags=["vip", "speaker"]))
    await pool.execute("update registrations set table_name = '7' where booking_id = $1", outcome.booking_id)
    await pool.execute(
        "insert into door_questions (id, event_id, position, label, only_flags) values ($1, $2, 0, $3, '{speaker}')",
        new_id(),
        event.id,
        {"en": "Badge handed out?"},
    )
    await redeem(pool, event, scan(code_of(outcome)))
    _, kiosk = await phone_of(app, pool, event, role="kiosk")

    answer = await fetch(kiosk)

    [entry] = entries(answer).values()
    assert [word for word in ("ecretperson", "pencompany", "vegan", "vip") if word in str(answer)] == []
    assert (entry["code"], entry["state"]) == (token_hash(code_of(outcome)).hex(), "confirmed")
    assert (entry["card"]["table"], entry["card"]["flags"], entry["search"], entry["party"]) == ("7", ["speaker"], "", None)
    assert (len(answer["movements"]), answer["pools"], answer["phone"]["role"]) == (1, [], "kiosk")


async def test_lease_ends_with_the_hours_of_the_phone(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, starts_at=now() - timedelta(hours=4))  # it ended an hour ago, so phones have eleven more
    await pool.execute("insert into door_rules (event_id, lease_hours) values ($1, 6)", event.id)
    phone, client = await phone_of(app, pool, event)

    async def lease() -> timedelta:
        until = datetime.fromisoformat((await fetch(client))["phone"]["lease_until"])
        return timedelta(minutes=round((until - now()).total_seconds() / 60))

    assert await lease() == timedelta(hours=6)
    await pool.execute("update door_rules set lease_hours = 24 where event_id = $1", event.id)
    assert await lease() == timedelta(hours=11)
    await pool.execute("update devices set valid_until = now() + interval '2 hours' where id = $1", phone.id)
    assert await lease() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("valid_from = now() + interval '1 minute'", 403, "phone_off_duty"),
        ("valid_until = now() - interval '1 minute'", 403, "phone_off_duty"),
        ("revoked_at = now()", 410, "phone_disconnected"),
        ("token_hash = 'other'", 401, "phone_not_paired"),
    ],
)
async def test_list_is_for_phones_on_duty(app: Litestar, pool: Pool, change: str, status: int, code: str) -> None:
    event = await make_event(pool)
    phone, client = await phone_of(app, pool, event)
    await pool.execute(f"update devices set {change} where id = $1", phone.id)
    answer = await client.get("/door/list", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json().get("wipe")) == (status, code, True if status == 410 else None)
    assert (await browser(app).get("/door/list")).status_code == 401


async def test_event_long_over_serves_nobody(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, starts_at=now() - timedelta(hours=16))
    _, client = await phone_of(app, pool, await make_event(pool))
    await pool.execute("update devices set event_id = $1 where token_hash = $2", event.id, token_hash(client.cookies[PHONE_COOKIE]))
    assert (await client.get("/door/list")).status_code == 403
