"""Taking an entry back, and how many are inside."""

import pytest

from events.door import actions, queries
from events.door.errors import NotUndone
from events.door.model import Attendance, Verdict
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.ids import new_id
from tests.builders import book, make_event, make_guest

from .builders import code_of, make_phone, records, redeem, scan


async def test_undone_ticket_admits_again(tx: Connection) -> None:
    event = await make_event(tx)
    phone, _ = await make_phone(tx, event)
    code = code_of(await book(tx, event))
    entry = scan(code, operator=phone.operator)
    await redeem(tx, event, entry)

    await actions.undo(tx, phone, new_id(), entry.id, now())

    [again] = await redeem(tx, event, scan(code))
    assert (again.verdict, again.first) == (Verdict.ADMITTED, None)
    assert await records(tx, event) == [("entry", "admitted", None), ("undo", "undone", None), ("entry", "admitted", None)]


async def test_undo_twice_is_once(tx: Connection) -> None:
    event = await make_event(tx)
    phone, _ = await make_phone(tx, event)
    entry = scan(code_of(await book(tx, event)), operator=phone.operator)
    await redeem(tx, event, entry)
    undo_id = new_id()

    for id in (undo_id, undo_id, new_id()):
        await actions.undo(tx, phone, id, entry.id, now())

    assert await records(tx, event) == [("entry", "admitted", None), ("undo", "undone", None)]


async def test_undo_refuses_what_another_phone_let_in(tx: Connection) -> None:
    event = await make_event(tx)
    aiko, _ = await make_phone(tx, event)
    jonas, _ = await make_phone(tx, event, name="Jonas")
    entry = scan(code_of(await book(tx, event)), operator=aiko.operator)
    await redeem(tx, event, entry)

    with pytest.raises(NotUndone):
        await actions.undo(tx, jonas, new_id(), entry.id, now())

    assert await records(tx, event) == [("entry", "admitted", None)]


async def test_undo_refuses_entries_of_another_event_and_refusals(tx: Connection) -> None:
    here, there = await make_event(tx), await make_event(tx)
    phone, _ = await make_phone(tx, here)
    elsewhere, unknown = scan(code_of(await book(tx, there)), operator=phone.operator), scan("no ticket", operator=phone.operator)
    await redeem(tx, there, elsewhere)
    await redeem(tx, here, unknown)

    for entry_id in (elsewhere.id, unknown.id, new_id()):
        with pytest.raises(NotUndone):
            await actions.undo(tx, phone, new_id(), entry_id, now())

    assert await records(tx, there) == [("entry", "admitted", None)]


async def test_attendance_counts_who_is_inside_and_who_is_expected(tx: Connection) -> None:
    event, other = await make_event(tx), await make_event(tx)
    phone, _ = await make_phone(tx, event)
    booked = await book(tx, event, *(make_guest(name) for name in ("One", "Two", "Three")))
    await book(tx, event, hold_seconds=60)
    await redeem(tx, other, scan(code_of(await book(tx, other))))
    one, two = scan(code_of(booked, 0), operator=phone.operator), scan(code_of(booked, 1), operator=phone.operator)
    await redeem(tx, event, one, two, scan(code_of(booked, 1)), scan("no ticket"))
    assert await queries.attendance_of_event(tx, event.id) == Attendance(inside=2, arrived=2, expected=1, confirmed=3, free=116)

    await actions.undo(tx, phone, new_id(), one.id, now())

    assert await queries.attendance_of_event(tx, event.id) == Attendance(inside=1, arrived=1, expected=2, confirmed=3, free=116)
