"""SQL of substitutes: the place stays, the guest changes. One statement a function, the connection first."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Executor

from .model import GuestDetails, RegistrationState
from .queries import update_guest


async def lock_place(tx: Connection, event_id: UUID, registration_id: UUID) -> RegistrationState | None:
    """Makes the door and everybody else wait for this registration. Answers its state; None if the event has no such one."""
    state = await tx.fetchval(
        "select state from registrations where id = $1 and event_id = $2 for no key update", registration_id, event_id
    )
    return RegistrationState(state) if state else None


async def is_inside(db: Executor, registration_id: UUID) -> bool:
    return bool(await db.fetchval("select exists (select from attendances where registration_id = $1)", registration_id))


async def insert_guest(
    tx: Connection, party_id: UUID, guest_id: UUID, details: GuestDetails, *, search_key: str, sort_key: str, now: datetime
) -> None:
    """Adds a guest to a party, after all who are in it."""
    await tx.execute("select from bookings where id = $1 for no key update", party_id)
    await tx.execute(
        """
        insert into guests (id, organiser_id, booking_id, position, family_name, search_key, sort_key, updated_at)
        select $2, b.organiser_id, b.id, (select max(position) + 1 from guests where booking_id = b.id), '', $3, $4, $5
        from bookings b
        where b.id = $1
        """,
        party_id,
        guest_id,
        search_key,
        sort_key,
        now,
    )
    await update_guest(tx, guest_id, details, search_key=search_key, sort_key=sort_key, now=now)


async def insert_ticket(tx: Connection, ticket_id: UUID, guest_id: UUID, code_hash: bytes, now: datetime) -> None:
    await tx.execute(
        """
        insert into tickets (id, organiser_id, guest_id, code_hash, issued_at)
        select $1, organiser_id, $2, $3, $4
        from guests
        where id = $2
        """,
        ticket_id,
        guest_id,
        code_hash,
        now,
    )


async def change_who_comes(
    tx: Connection, registration_id: UUID, guest_id: UUID, *, state: RegistrationState, actor: str, now: datetime
) -> None:
    """The place stays, the guest changes; the table is the organiser's to decide again."""
    await tx.execute(
        """
        with before as (select id, event_id, guest_id from registrations where id = $1),
             changed as (
                 update registrations
                 set guest_id = $2,
                     state = $3,
                     approved_at = case when $3 = 'awaiting_approval' then null else approved_at end,
                     state_changed_at = $5
                 where id = $1)
        insert into substitutions (event_id, registration_id, from_guest_id, to_guest_id, actor, at)
        select event_id, id, guest_id, $2, $4, $5
        from before
        """,
        registration_id,
        guest_id,
        state,
        actor,
        now,
    )
