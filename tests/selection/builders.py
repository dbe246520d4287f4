"""What tests of selection need: an event that is judged, and the states its guests come to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from events.kit.database import Executor
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration.model import Outcome
from tests.builders import book, make_event, make_guest


async def make_selective_event(db: Executor, *, reviewer_roles: Sequence[str] = (), holds_place: bool = True, **given: Any) -> Event:
    """An event whose guests await a decision."""
    event = await make_event(db, approval_required=True, **given)
    return await with_settings(db, event, reviewer_roles=[*reviewer_roles], pending_holds_place=holds_place)


async def with_settings(db: Executor, event: Event, **settings: Any) -> Event:
    """The event with columns set anew."""
    columns = ", ".join(f"{name} = ${number}" for number, name in enumerate(settings, start=2))
    await db.execute(f"update events set {columns} where id = $1", event.id, *settings.values())
    found = await event_by_id(db, event.id)
    assert found is not None
    return found


async def apply_for(db: Executor, event: Event, *names: str, **given: Any) -> list[UUID]:
    """The registrations of a party that applies (or waits)."""
    return await registrations_of(db, await book(db, event, *(make_guest(name, company="Musterlinse GmbH") for name in names), **given))


async def registrations_of(db: Executor, outcome: Outcome) -> list[UUID]:
    """Its registrations, in the order in which the guests were named."""
    rows = await db.fetch(
        "select r.id from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
        outcome.booking_id,
    )
    return [row["id"] for row in rows]


async def states_of(db: Executor, registration_ids: Sequence[UUID]) -> list[str]:
    """Their states, in the order given."""
    rows = await db.fetch("select id, state from registrations where id = any ($1)", list(registration_ids))
    states = {row["id"]: row["state"] for row in rows}
    return [states[one] for one in registration_ids]


async def mails_of(db: Executor, event: Event) -> list[str]:
    """The kinds of mail ordered for the event's bookings, in the order of the orders."""
    rows = await db.fetch(
        "select payload ->> 'kind' as kind from jobs where name = 'booking_mail' and payload ->> 'event_id' = $1 order by id", str(event.id)
    )
    return [row["kind"] for row in rows]
