"""Doors without a network: the server process is really gone and the browser is offline; scans are stored, kept, and handed over once."""

from typing import Any

from events.kit.database import Pool
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
    rows = await pool.fetch("select kind, verdict, decided_by from check_ins where event_id = $1 order by device_at, id", event.id)
    return [tuple(row) for row in rows]


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
    phones, server = ("entry", "admitted", "phone"), ("entry", "admitted", "server")
    assert await written(pool, event) == [server, phones, phones, phones, ("entry", "already_in", "phone"), server]
