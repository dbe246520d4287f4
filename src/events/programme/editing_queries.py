"""SQL with which an organiser edits events and pools. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .editing import Choice, EventDetails
from .model import Texts, TimeAndPlace

_DETAILS = (
    "programme_id",
    "kind",
    "title",
    "lead",
    "hue",
    "time_zone",
    "doors_at",
    "starts_at",
    "ends_at",
    "registration_opens_at",
    "registration_closes_at",
    "changes_until",
    "approval_required",
    "waiting_list",
    "max_companions",
    "agenda",
    "facts",
    "access",
    "pending_holds_place",
    "invited_are_approved",
    "substitutes_need_approval",
    "reviewer_roles",
    "offer_hours",
    "deadlines",
)


async def insert_event(tx: Connection, event_id: UUID, slug: str, details: EventDetails, venue_id: UUID | None) -> None:
    """A draft. A slug that exists already violates `events_slug_unique`."""
    columns = ", ".join(_DETAILS)
    places = ", ".join(f"${number}" for number in range(5, 5 + len(_DETAILS)))
    await tx.execute(
        f"insert into events (id, organiser_id, slug, venue_id, {columns}) values ($1, $2, $3, $4, {places})",
        event_id,
        details.organiser_id,
        slug,
        venue_id,
        *_values(details),
    )


async def insert_root_pool(tx: Connection, event_id: UUID, capacity: int) -> None:
    await tx.execute("insert into pools (id, event_id, capacity) values ($1, $1, $2)", event_id, capacity)


async def insert_gate(tx: Connection, gate_id: UUID, event_id: UUID, name: str) -> None:
    await tx.execute("insert into gates (id, event_id, name) values ($1, $2, $3)", gate_id, event_id, name)


async def update_event(tx: Connection, event_id: UUID, details: EventDetails, *, venue_id: UUID | None, is_new_version: bool) -> None:
    settings = ", ".join(f"{name} = ${number}" for number, name in enumerate(_DETAILS, start=4))
    await tx.execute(
        f"update events set venue_id = $2, version = version + $3::int, {settings} where id = $1",
        event_id,
        venue_id,
        int(is_new_version),
        *_values(details),
    )


async def place_of(db: Executor, event_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Programme and venue of an event."""
    row = await db.fetchrow("select programme_id, venue_id from events where id = $1", event_id)
    return (row["programme_id"], row["venue_id"]) if row else (None, None)


async def publish(tx: Connection, event_id: UUID) -> bool:
    """Makes a draft visible, unless it has been cancelled meanwhile."""
    status = await tx.execute("update events set status = 'published' where id = $1 and status <> 'cancelled'", event_id)
    return status == "UPDATE 1"


async def update_status(tx: Connection, event_id: UUID, status: str) -> None:
    await tx.execute("update events set status = $2 where id = $1", event_id, status)


async def order_moved_mails(tx: Connection, event_id: UUID, former: TimeAndPlace) -> None:
    """Writes a mail job for every booking that has a place or waits for one, with what held before."""
    await tx.execute(
        """
        insert into jobs (name, payload, bulk)
        select 'booking_mail',
               jsonb_build_object('booking_id', r.booking_id, 'event_id', r.event_id, 'kind', 'moved', 'former', $2::jsonb),
               true
        from registrations r
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
        group by r.booking_id, r.event_id
        order by r.booking_id
        """,
        event_id,
        former,
    )


async def order_moved_invitations(tx: Connection, event_id: UUID, former: TimeAndPlace) -> None:
    """Writes a mail job for everybody who has answered an invitation provisionally: they plan with the event, although they have no
    place. Who has said nothing yet finds the new date when they look."""
    await tx.execute(
        """
        insert into jobs (name, payload)
        select 'invitation_moved', jsonb_build_object('invitation_id', x.invitation_id, 'event_id', x.event_id, 'former', $2::jsonb)
        from invitation_events x
        join invitations i on i.id = x.invitation_id
        where x.event_id = $1
          and x.answer = 'provisional'
          and i.withdrawn_at is null
        order by x.invitation_id
        """,
        event_id,
        former,
    )


async def live_registrations(db: Executor, event_id: UUID) -> list[UUID]:
    """Everybody who has a place or waits for one."""
    rows = await db.fetch(
        "select id from registrations where event_id = $1 and state not in ('cancelled', 'expired') order by id", event_id
    )
    return [row["id"] for row in rows]


async def insert_venue(tx: Connection, venue_id: UUID, organiser_id: UUID, *, name: Texts, address: Texts, time_zone: str) -> None:
    await tx.execute(
        "insert into venues (id, organiser_id, name, address, time_zone) values ($1, $2, $3, $4, $5)",
        venue_id,
        organiser_id,
        name,
        address,
        time_zone,
    )


async def organisers_named(db: Executor, organiser_ids: Sequence[UUID]) -> list[Choice]:
    rows = await db.fetch(
        "select id, id as organiser_id, name from organisers where id = any ($1) order by slug limit 200", list(organiser_ids)
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]


async def programmes_of(db: Executor, organiser_ids: Sequence[UUID]) -> list[Choice]:
    rows = await db.fetch(
        "select id, organiser_id, title as name from programmes where organiser_id = any ($1) order by created_at desc, id limit 200",
        list(organiser_ids),
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]


async def venues_of(db: Executor, organiser_ids: Sequence[UUID]) -> list[Choice]:
    rows = await db.fetch(
        "select id, organiser_id, name from venues where organiser_id = any ($1) order by id limit 500", list(organiser_ids)
    )
    return [msgspec.convert(dict(row), Choice) for row in rows]


async def resize_pool(tx: Connection, event_id: UUID, pool_id: UUID, capacity: int, now: datetime) -> str:
    """Sets the capacity and serves the waiting list: 'resized', or 'below_taken' or 'above_parent' with nothing changed."""
    return str(await tx.fetchval("select resize_pool($1, $2, $3, $4)", event_id, pool_id, capacity, now))


async def insert_contingent(tx: Connection, pool_id: UUID, event_id: UUID, *, parent_id: UUID, slug: str, name: Texts) -> None:
    """Without places at first, so that nothing is set aside before the pool around it has been asked."""
    await tx.execute(
        """
        insert into pools (id, event_id, parent_id, slug, name, capacity, position)
        select $1, $2, $3, $4, $5, 0, coalesce(max(p.position), 0) + 1
        from pools p
        where p.event_id = $2
        """,
        pool_id,
        event_id,
        parent_id,
        slug,
        name,
    )


async def update_contingent(tx: Connection, pool_id: UUID, *, name: Texts, open_to_all: bool, release_at: datetime | None) -> None:
    await tx.execute("update pools set name = $2, open_to_all = $3, release_at = $4 where id = $1", pool_id, name, open_to_all, release_at)


async def release_contingent(tx: Connection, event_id: UUID, pool_id: UUID, now: datetime) -> int:
    """Gives its unused places to the pool around it. Answers how many contingents were released: one, or none if it was before."""
    return int(await tx.fetchval("select release_contingents($1, $2, $3)", event_id, pool_id, now))


async def promote_waiting(tx: Connection, event_id: UUID, now: datetime) -> None:
    """Serves whoever waits from what is free."""
    await tx.execute("select promote_waiting($1, $2)", event_id, now)


async def lock_places(tx: Connection, event_id: UUID) -> None:
    await tx.execute("select lock_places($1)", event_id)


def _values(details: EventDetails) -> list[Any]:
    return [getattr(details, name) for name in _DETAILS]
