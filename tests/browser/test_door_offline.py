"""Doors without a network: the server process is really gone and the browser is offline; scans are stored, kept, and handed over once."""

from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import expect

from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.door.builders import code_of

from .phones import OpenPhone, Outage, lose_answers, open_phone, outage

__all__ = ["open_phone", "outage"]  # fixtures

NAMES = ("One", "Two", "Three", "Four", "Five", "Six")


async def crowd_of(pool: Pool, event: Event, guests: int) -> list[str]:
    """The codes of guests One, Two, …"""
    booked = await book(pool, event, *(make_guest(name, "") for name in NAMES[:guests]))
    return [code_of(booked, place) for place in range(guests)]


async def written(pool: Pool, event: Event) -> list[tuple[Any, ...]]:
    """Every record. Who decided is told of what was done without a network; with one, a busy machine may be too slow to be waited for."""
    rows = await pool.fetch("select verdict, decided_by from check_ins where event_id = $1 order by device_at, id", event.id)
    return [tuple(row) for row in rows]


def words(records: list[tuple[Any, ...]]) -> list[str]:
    return [verdict for verdict, _decided_by in records]


async def test_scans_survive_reload_and_restart_and_arrive_once_though_answers_are_lost(
    open_phone: OpenPhone, outage: Outage, pool: Pool
) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 5)
    phone = await open_phone(event)
    await phone.scan(codes[0], "admitted", "One")

    await outage.begin(phone)
    await phone.scan(codes[1], "admitted", "Two")
    await phone.page.reload()
    await phone.scan(codes[2], "admitted", "Three")
    await phone.switch_off()
    await phone.switch_on(online=False)
    await phone.page.goto("/door")
    await phone.scan(codes[3], "admitted", "Four")
    await phone.scan(codes[1], "already_in", "Two")
    await phone.expect_queue(4)
    await phone.expect_inside(4)

    lost = await lose_answers(phone, 2)
    await outage.end()
    await phone.expect_queue(0)
    assert lost() == 2
    await phone.scan(codes[4], "admitted", "Five")
    await phone.expect_inside(5)
    records = await written(pool, event)
    assert words(records) == ["admitted", "admitted", "admitted", "admitted", "already_in", "admitted"]
    assert {decided_by for _verdict, decided_by in records[1:5]} == {"phone"}


async def test_two_phones_offline_admit_one_ticket_and_both_are_told(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 3)
    main, garden = await open_phone(event), await open_phone(event, gate="Garden gate", name="Jonas")

    await outage.begin(main, garden)
    await main.scan(codes[0], "admitted", "One")
    await garden.scan(codes[0], "admitted", "One")
    await garden.scan(codes[1], "admitted", "Two")
    lost = await lose_answers(garden, 2)
    await outage.end()

    for phone in (main, garden):
        await phone.expect_queue(0)
        notice = phone.page.locator("[data-notices] > *").first
        await expect(notice).to_contain_text("One", timeout=15_000)
        await expect(notice).to_contain_text("Main entrance")
        await expect(notice).to_contain_text("Garden gate")
        await phone.expect_inside(2)
    assert lost() == 2
    assert await written(pool, event) == [("admitted", "phone")] * 3
    conflicts = await pool.fetch("select kind, first_gate_id <> gate_id from door_conflicts where event_id = $1", event.id)
    assert [tuple(row) for row in conflicts] == [("twice", True)]


async def test_code_that_is_newer_than_the_list_is_amber_and_told_later(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(event)
    await outage.begin(phone)
    [newer] = await crowd_of(pool, event, 1)

    await phone.scan(newer, "newer_than_list")
    await phone.scan("ABCD", "unknown")
    await outage.end()

    await expect(phone.page.locator("[data-notices] > *").first).to_contain_text("One", timeout=15_000)
    await expect(phone.page.locator("[data-figure=confirmed]")).to_have_text("1")
    await phone.scan(newer, "admitted", "One")
    await phone.expect_queue(0)
    assert words(await written(pool, event)) == ["refused", "refused", "admitted"]


async def test_wrong_clock_of_a_phone_is_set_right(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 2)
    phone = await open_phone(event, opened=False)
    await phone.always_run(CLOCK_TEN_MINUTES_FAST)
    await pool.execute("insert into door_rules (event_id, doors_open_at) values ($1, now() + interval '5 minutes')", event.id)
    await phone.open_scanner()

    await outage.begin(phone)
    await phone.scan(codes[0], "too_early", "One")
    await outage.end()
    await phone.expect_queue(0)
    off = await pool.fetchval("select abs(extract(epoch from server_at - device_at)) from check_ins where event_id = $1", event.id)
    assert off < 120
    fast = await pool.fetchval("select extract(epoch from phone_at - device_at) from check_ins where event_id = $1", event.id)
    assert 590 < fast < 610


CLOCK_TEN_MINUTES_FAST = """
(() => {
  const now = Date.now.bind(Date);
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(now() + 600_000); }
    static now() { return now() + 600_000; }
  };
})();
"""

STORAGE_FULL = """
() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("The disk is full.", "QuotaExceededError"); };
}
"""


async def test_full_phone_lets_in_by_the_server_alone(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 2)
    phone = await open_phone(event)
    await phone.page.evaluate(STORAGE_FULL)

    await phone.scan(codes[0], "admitted", "One")
    await expect(phone.page.locator("[data-net-word]")).to_contain_text("cannot store")
    await outage.begin(phone)
    await phone.scan(codes[1], "not_stored")
    await phone.scan(codes[0], "already_in", "One")
    await phone.expect_inside(1)
    await outage.end()
    await phone.expect_queue(0)
    assert await written(pool, event) == [("admitted", "server"), ("already_in", "phone")]


async def test_second_tab_is_told_and_may_take_over(open_phone: OpenPhone, pool: Pool) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 2)
    phone = await open_phone(event)
    first, second = phone.page, await phone.context.new_page()
    await second.goto("/door")
    await expect(second.get_by_role("heading", name="The scanner is open in another tab")).to_be_visible()
    await second.get_by_role("button", name="Scan in this tab").click()

    await expect(first.get_by_role("heading", name="The scanner is open in another tab")).to_be_visible()
    phone.page = second
    await phone.scan(codes[0], "admitted", "One")
    await phone.expect_inside(1)


@pytest.mark.parametrize("queue", [0, 2])
async def test_phone_that_was_taken_back_hands_over_and_forgets_everything(
    open_phone: OpenPhone, outage: Outage, pool: Pool, queue: int
) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 2)
    phone = await open_phone(event)
    await outage.begin(phone)
    for code in codes[:queue]:
        await phone.scan(code, "admitted")
    await pool.execute("update devices set revoked_at = now() where event_id = $1", event.id)
    await outage.end()

    await expect(phone.page.get_by_role("textbox", name="Or type the code")).to_be_visible(timeout=20_000)
    assert await phone.databases() == []
    assert await phone.cached() == []
    assert await phone.page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    stranded = await pool.fetch("select why from stranded_scans where event_id = $1", event.id)
    assert [row[0] for row in stranded] == ["disconnected"] * queue
    assert await pool.fetchval("select wiped_at is not null from devices where event_id = $1", event.id)
    assert await written(pool, event) == []


async def test_taken_back_phone_forgets_when_it_is_opened_again(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 1)
    phone = await open_phone(event)
    await outage.begin(phone)
    await phone.scan(codes[0], "admitted")
    await phone.switch_off()
    await outage.end()
    await pool.execute("update devices set revoked_at = now() where event_id = $1", event.id)
    await phone.switch_on()
    await phone.page.goto("/door")
    for _attempt in range(100):
        if await phone.databases() == [] and await phone.cached() == []:
            break
        await phone.page.wait_for_timeout(50)
    assert (await phone.databases(), await phone.cached()) == ([], [])
    assert await pool.fetchval("select count(*) from stranded_scans where event_id = $1", event.id) == 1


async def test_phone_without_contact_for_too_long_shows_nobody_and_keeps_its_scans(
    open_phone: OpenPhone, outage: Outage, pool: Pool
) -> None:
    event = await make_event(pool)
    codes = await crowd_of(pool, event, 2)
    phone = await open_phone(event)
    await outage.begin(phone)
    await phone.scan(codes[0], "admitted", "One")
    await phone.always_run(CLOCK_TEN_MINUTES_FAST.replace("600_000", "86_400_000"))
    await phone.page.reload()
    await expect(phone.page.get_by_role("heading", name="The guest list is out of reach")).to_be_visible()
    assert [name for name in await phone.stored() if name == "list"] == []

    await outage.end()
    await phone.expect_queue(0)
    assert await written(pool, event) == [("admitted", "phone")]
    await expect(phone.page.get_by_role("heading", name="The guest list is out of reach")).to_be_hidden(timeout=15_000)


async def test_nothing_readable_lies_on_the_phone(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("Hoffmann", "Jonas", company="Beispiel Sensorik"))
    code = code_of(booked)
    phone = await open_phone(event)
    await outage.begin(phone)
    await phone.scan(code, "admitted", "Hoffmann")

    raw = await phone.raw_records()
    for secret in ("Hoffmann", "Beispiel", code, token_hash(code).hex(), "admitted", event.title["en"]):
        assert secret not in raw
    assert "outbox" in await phone.stored()
    with pytest.raises(PlaywrightError, match="key is not extractable"):
        await phone.page.evaluate(EXPORT_KEY)


EXPORT_KEY = """
() => new Promise((resolve, refuse) => {
  const opened = indexedDB.open("door");
  opened.onsuccess = () => {
    const asked = opened.result.transaction("keys").objectStore("keys").get("records");
    asked.onsuccess = () => crypto.subtle.exportKey("raw", asked.result).then(resolve, refuse);
  };
})
"""


async def test_nothing_but_the_scanner_is_kept(open_phone: OpenPhone, pool: Pool) -> None:
    event = await make_event(pool)
    await crowd_of(pool, event, 1)
    phone = await open_phone(event, locale="ja")
    for other in ("/door/list", f"/e/{event.slug}", "/door/manifest.webmanifest"):
        await phone.page.evaluate("address => fetch(address)", other)
    kept = await phone.cached()
    assert {path for path in kept if not path.startswith("/static/")} == {"/door/worker.js", "/door"}
    assert any(path.endswith(".wasm") for path in kept)
