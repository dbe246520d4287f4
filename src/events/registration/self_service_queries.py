"""SQL of what guests decide about a booking as a whole. One statement a function, the connection first."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Where a party is written to, in which language, and the address it would like to have instead."""

    lead_id: UUID
    organiser_id: UUID
    event_id: UUID
    email: str
    locale: str
    wanted_email: str
    wanted_email_at: datetime | None


_CONTACT = """
select id as lead_id, organiser_id, event_id, email, locale, wanted_email, wanted_email_at
from bookings
"""


async def contact_of_party(db: Executor, lead_id: UUID) -> Contact | None:
    row = await db.fetchrow(f"{_CONTACT} where id = $1", lead_id)
    return msgspec.convert(dict(row), Contact) if row else None


async def contact_by_secret(db: Executor, secret_hash: bytes, since: datetime) -> Contact | None:
    """The party whose new address the secret confirms, unless it was asked for too long ago."""
    row = await db.fetchrow(f"{_CONTACT} where wanted_email_hash = $1 and wanted_email_at > $2", secret_hash, since)
    return msgspec.convert(dict(row), Contact) if row else None


async def want_email(tx: Connection, lead_id: UUID, email: str, secret_hash: bytes, now: datetime) -> None:
    """Notes the address somebody would like; an earlier wish is forgotten, and its link ends."""
    await tx.execute(
        """
        update bookings
        set wanted_email = $2,
            wanted_email_hash = $3,
            wanted_email_at = $4
        where id = $1
        """,
        lead_id,
        email,
        secret_hash,
        now,
    )


async def take_wanted_email(tx: Connection, lead_id: UUID, secret_hash: bytes) -> bool:
    """All bookings of the party get the address that was wanted; False when somebody was faster."""
    email = await tx.fetchval(
        """
        update bookings b
        set wanted_email = '',
            wanted_email_hash = null,
            wanted_email_at = null
        from (select id, wanted_email from bookings where id = $1 and wanted_email_hash = $2 for update) wish
        where b.id = wish.id
        returning wish.wanted_email
        """,
        lead_id,
        secret_hash,
    )
    if email is not None:
        await tx.execute("update bookings set email = $2 where id = $1 or lead_id = $1", lead_id, email)
    return email is not None


async def set_locale(tx: Connection, lead_id: UUID, locale: str) -> None:
    """The language of everything the party is written from now on."""
    await tx.execute("update bookings set locale = $2 where id = $1 or lead_id = $1", lead_id, locale)


async def is_invited(db: Executor, lead_id: UUID) -> bool:
    """Whether the party came by an invitation, whose own page then says who comes."""
    return bool(
        await db.fetchval(
            """
            select exists (select from invitations where booking_id = $1)
                or exists (select
                           from invitation_events i
                           join bookings b on b.id = i.booking_id
                           where b.id = $1
                              or b.lead_id = $1)
            """,
            lead_id,
        )
    )


async def guest_at(tx: Connection, registration_id: UUID) -> UUID | None:
    """Who has a place, by now."""
    return await tx.fetchval("select guest_id from registrations where id = $1", registration_id)  # type: ignore[no-any-return]


async def passed_on(db: Executor, lead_id: UUID, guest_id: UUID) -> bool:
    """Whether somebody of the party has passed their place on already."""
    return bool(
        await db.fetchval(
            """
            select exists (select
                           from substitutions s
                           join guests g on g.id = s.from_guest_id
                           where g.id = $2
                             and g.booking_id = $1)
            """,
            lead_id,
            guest_id,
        )
    )


async def guests_there(db: Executor, lead_id: UUID, event_id: UUID) -> int:
    """How many of the party have, or wait for, a place at an event."""
    return int(
        await db.fetchval(
            """
            select count(*)
            from registrations r
            join guests g on g.id = r.guest_id
            where g.booking_id = $1
              and r.event_id = $2
              and r.state not in ('cancelled', 'expired')
            """,
            lead_id,
            event_id,
        )
    )


async def has_key(db: Executor, lead_id: UUID, event_id: UUID, key: str) -> bool:
    """Whether a form has booked for the party before."""
    return bool(
        await db.fetchval(
            "select exists (select from bookings where lead_id = $1 and event_id = $2 and idempotency_key = $3)", lead_id, event_id, key
        )
    )
