"""What must hold for the records of the door, and that a record which nothing explains is found."""

from datetime import datetime, timedelta
from uuid import UUID

from events.accounts.model import Role, Staff
from events.door import board_actions, board_queries
from events.door.board_model import Decision
from events.door.model import Act
from events.door.reconcile import differences
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import book, make_event
from tests.door.board_builders import scanned, set_rules
from tests.door.builders import make_phone, registration_ids
from tests.staff import make_staff

MINUTE = timedelta(minutes=1)


async def guest(tx: Connection, event: Event) -> UUID:
    return (await registration_ids(tx, await book(tx, event)))[0]


async def written(
    tx: Connection, event: Event, registration_id: UUID | None, *, at: datetime, undoes: UUID | None = None, decided_by: str = "server"
) -> UUID:
    """A record as no part of the door would write it."""
    record_id = new_id()
    await tx.execute(
        """
        insert into check_ins (id, event_id, registration_id, operator, kind, verdict, undoes, decided_by, device_at, server_at)
        values ($1, $2, $3, 'staff:test', case when $4::uuid is null then 'entry' else 'undo' end,
                case when $4::uuid is null then 'admitted' else 'undone' end, $4, $5, $6, $6)
        """,
        record_id,
        event.id,
        registration_id,
        undoes,
        decided_by,
        at,
    )
    return record_id


async def test_evening_with_every_exception_explains_itself(tx: Connection) -> None:
    event = await make_event(tx)
    await set_rules(tx, event, exits="reentry")
    staff: Staff = await make_staff(tx, event.organiser_id, role=Role.ORGANISER)
    (garden, _), (main, _) = await make_phone(tx, event, gate="Garden"), await make_phone(tx, event, gate="Main")
    twice, cancelled, overridden, gone = [await guest(tx, event) for _ in range(4)]
    await cancel_places(tx, event.id, [cancelled, overridden], actor="guest", now=now() - 10 * MINUTE)
    for phone, minutes in ((garden, 5), (main, 4)):
        await scanned(tx, event, phone, twice, at=now() - minutes * MINUTE, offline=True)
    await scanned(tx, event, main, cancelled, at=now() - 3 * MINUTE, offline=True)
    await board_actions.let_in(tx, event, staff, overridden, scan_id=new_id(), gate_id=None, note="The minister asked", now=now())
    await scanned(tx, event, main, gone, at=now() - 2 * MINUTE)
    await scanned(tx, event, main, gone, at=now() - MINUTE, act=Act.EXIT)
    await cancel_places(tx, event.id, [gone], actor="staff:x", now=now())  # after having been here
    for conflict, decision in zip(await board_queries.open_conflicts(tx, event.id), (Decision.SENT_OUT, Decision.SAME_PERSON), strict=True):
        assert await board_actions.resolve(tx, event, staff, conflict, decision=decision, note="", now=now())

    assert await differences(tx) == []


async def test_guest_without_a_place_whom_nobody_let_in_is_found(tx: Connection) -> None:
    event = await make_event(tx)
    cancelled = await guest(tx, event)
    await cancel_places(tx, event.id, [cancelled], actor="guest", now=now() - 10 * MINUTE)
    explained = await written(tx, event, cancelled, at=now() - MINUTE, decided_by="phone")
    assert await differences(tx) == []
    await written(tx, event, cancelled, at=now(), undoes=explained)
    unexplained = await written(tx, event, cancelled, at=now())

    assert await differences(tx) == [f"{event.slug}: let in without a place: check-in {unexplained}"]


async def test_entries_that_the_server_decided_twice_are_found(tx: Connection) -> None:
    event = await make_event(tx)
    registration_id = await guest(tx, event)
    await written(tx, event, registration_id, at=now() - MINUTE)
    second = await written(tx, event, registration_id, at=now())
    assert await differences(tx) == [f"{event.slug}: let in twice by the server: check-in {second}"]


async def test_undo_of_another_guests_entry_is_found(tx: Connection) -> None:
    event = await make_event(tx)
    entry, other = await written(tx, event, await guest(tx, event), at=now()), await guest(tx, event)
    undo = await written(tx, event, other, at=now(), undoes=entry)
    assert await differences(tx) == [f"{event.slug}: taken back without having happened: check-in {undo}"]


async def test_record_at_another_event_is_found(tx: Connection) -> None:
    event, other = await make_event(tx), await make_event(tx)
    record = await written(tx, other, await guest(tx, event), at=now())
    assert await differences(tx) == [f"{other.slug}: at another event than its guest: check-in {record}"]


async def test_decision_that_was_not_carried_out_is_found(tx: Connection) -> None:
    event = await make_event(tx)
    entry = await written(tx, event, await guest(tx, event), at=now())
    await tx.execute(
        "insert into conflict_resolutions (check_in_id, event_id, kind, decision, actor) values ($1, $2, 'twice', 'sent_out', 'staff:x')",
        entry,
        event.id,
    )
    assert await differences(tx) == [f"{event.slug}: decided to be taken back, but still counted: check-in {entry}"]
