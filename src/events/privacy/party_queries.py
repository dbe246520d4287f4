"""SQL of a booking's party: who belongs to it and what was agreed to. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.people.consents import Purpose

from .model import GivenConsent, Party, PartyGuest

_NAMES = """g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin"""


async def party_by_token(db: Executor, token_hash: bytes) -> Party | None:
    """The party behind the link of any of its bookings."""
    row = await db.fetchrow(
        """
        select lead.id as lead_id, lead.organiser_id, lead.event_id, lead.email, lead.locale,
               array(select b.id from bookings b where lead.id in (b.id, b.lead_id) order by b.created_at, b.id) as booking_ids
        from bookings asked
        join bookings lead on lead.id = coalesce(asked.lead_id, asked.id)
        where asked.token_hash = $1
        """,
        token_hash,
    )
    return await _party(db, row) if row else None


async def party_by_id(db: Executor, lead_id: UUID) -> Party | None:
    row = await db.fetchrow(
        """
        select lead.id as lead_id, lead.organiser_id, lead.event_id, lead.email, lead.locale,
               array(select b.id from bookings b where lead.id in (b.id, b.lead_id) order by b.created_at, b.id) as booking_ids
        from bookings lead
        where lead.id = $1
        """,
        lead_id,
    )
    return await _party(db, row) if row else None


async def _party(db: Executor, row: Any) -> Party:
    rows = await db.fetch(
        f"""
        select g.id, g.position, {_NAMES}, g.company, g.department, g.job_title, g.diet, g.access_needs, g.in_guest_list, g.erased_at
        from guests g
        where g.booking_id = $1
        order by g.position
        """,
        row["lead_id"],
    )
    guests = [msgspec.convert(dict(guest), PartyGuest) for guest in rows]
    return msgspec.convert(dict(row) | {"guests": guests}, Party, from_attributes=True)


async def consents_of(db: Executor, guest_ids: Sequence[UUID]) -> list[GivenConsent]:
    """What was agreed to and not ended since, on our pages or by the link in a mail; waiting marketing included."""
    rows = await db.fetch(
        """
        select c.id, c.guest_id, c.purpose, c.given_at, c.confirmed_at, c.address
        from consents c
        join guests g on g.id = c.guest_id
        where c.guest_id = any ($1)
          and c.withdrawn_at is null
          and not exists (select
                          from unsubscriptions u
                          where c.purpose = 'marketing'
                            and u.organiser_id = g.organiser_id
                            and u.email = lower(c.address)
                            and u.at >= coalesce(c.confirmed_at, c.given_at))
        order by c.id
        """,
        list(guest_ids),
    )
    return [msgspec.convert(dict(row), GivenConsent) for row in rows]


async def insert_consent(
    tx: Connection, guest_id: UUID, purpose: Purpose, text_hash: bytes, *, locale: str, channel: str, now: datetime
) -> None:
    await tx.execute(
        """
        insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        guest_id,
        purpose,
        text_hash,
        locale,
        channel,
        now,
    )


async def withdraw_consent(tx: Connection, guest_id: UUID, purpose: Purpose, now: datetime) -> bool:
    """Notes that a consent was taken back; the row stays as proof. Answers whether there was one."""
    status = await tx.execute(
        """
        update consents
        set withdrawn_at = $3,
            confirm_hash = null
        where guest_id = $1
          and purpose = $2
          and withdrawn_at is null
        """,
        guest_id,
        purpose,
        now,
    )
    return status != "UPDATE 0"


async def show_in_guest_list(tx: Connection, guest_id: UUID, *, shown: bool, now: datetime) -> None:
    await tx.execute("update guests set in_guest_list = $2, updated_at = $3 where id = $1", guest_id, shown, now)


async def clear_sensitive_details(tx: Connection, guest_id: UUID, now: datetime) -> None:
    await tx.execute("update guests set diet = '', access_needs = '', updated_at = $2 where id = $1", guest_id, now)


async def live_event_ids(db: Executor, guest_ids: Sequence[UUID]) -> list[UUID]:
    """The events at which the guests have a place or wait for one."""
    rows = await db.fetch(
        """
        select distinct r.event_id
        from registrations r
        where r.guest_id = any ($1)
          and r.state not in ('cancelled', 'expired')
        order by r.event_id
        """,
        list(guest_ids),
    )
    return [row[0] for row in rows]


async def contact_of(db: Executor, organiser_id: UUID) -> str:
    """Where an organiser is written to."""
    return str(await db.fetchval("select contact_email from organisers where id = $1", organiser_id))
