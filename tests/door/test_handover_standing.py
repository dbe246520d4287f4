"""What phones that are kiosks, disconnected, off duty or unknown may hand over."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.ids import new_id
from tests.builders import book, make_event, make_guest
from tests.staff import running_app

from .builders import code_of
from .phones import hand_over, kinds, open_phone, sent, shown, stranded


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def test_kiosk_only_reads_tickets(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    kiosk = await open_phone(app, pool, event, role="kiosk")
    booked = await book(pool, event)
    guest_id = str(await pool.fetchval("select id from registrations where booking_id = $1", booked.booking_id))
    told = await kinds(kiosk, sent(registration_id=guest_id), sent(act="undo", check_in_id=str(new_id())), sent(code_of(booked)))
    assert told == ["unreadable", "unreadable", "admitted"]


async def test_kiosk_learns_no_more_than_a_greeting(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    kiosk = await open_phone(app, pool, event, role="kiosk")
    guest = make_guest("Sato", "Misaki", company="Example Optics", table_name="7", diet="vegetarian", flags=["vip"])
    [told] = (await hand_over(kiosk, sent(code_of(await book(pool, event, guest))))).json()["answers"]
    card = told["announcement"]["card"]
    assert {name: card[name] for name in ("name", "table", "company", "diet", "flags")} == {
        "name": "Misaki Sato", "table": "7", "company": "", "diet": "", "flags": []
    }  # fmt: skip


async def test_disconnected_phone_loses_nothing_and_decides_nothing(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    scans = [sent(code_of(await book(pool, event)), decided=shown("admitted")), {"odd": True}]
    await pool.execute("update devices set revoked_at = now() where event_id = $1", event.id)

    answers = [await hand_over(phone, *scans) for _ in range(2)]

    assert [(each.status_code, each.json()["code"], each.json()["wipe"]) for each in answers] == [(410, "phone_disconnected", True)] * 2
    assert sorted(await stranded(pool, event), key=str) == sorted([("disconnected", scans[0]["id"]), ("disconnected", None)], key=str)
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 0


async def test_phone_out_of_its_hours_is_still_heard(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    scan = sent(code_of(await book(pool, event)))
    await pool.execute("update devices set valid_until = now() - interval '1 minute' where event_id = $1", event.id)
    body = (await hand_over(phone, scan)).json()
    assert (body["standing"], body["answers"][0]["kind"]) == ("over", "admitted")


async def test_unknown_phone_is_asked_to_pair(app: Litestar, pool: Pool) -> None:
    phone = await open_phone(app, pool, await make_event(pool))
    phone.cookies.clear()
    answer = await hand_over(phone, sent("AAAAAAAAAAAAAAAA"))
    assert (answer.status_code, answer.json()["code"]) == (401, "phone_not_paired")
