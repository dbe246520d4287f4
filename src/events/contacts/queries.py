"""SQL of the contact exchange. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Card, CardDetails, Found

MOST_MEETINGS = 500

# A card stands for the guest who made it: when somebody else takes the place, it is nobody's.
_CARDS = """
select c.registration_id, c.event_id, c.guest_id, c.consent_id, c.key_hash, c.short_code, c.shares, c.email, c.phone,
       g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin,
       g.company, g.department, g.job_title, g.updated_at
from contact_cards c
join registrations r on r.id = c.registration_id and r.guest_id = c.guest_id
join guests g on g.id = c.guest_id and g.erased_at is null
"""


async def is_open(db: Executor, event_id: UUID) -> bool:
    """Whether the organiser has switched the exchange on."""
    return bool(await db.fetchval("select is_open from contact_exchanges where event_id = $1", event_id))


async def switch(tx: Connection, event_id: UUID, *, is_open: bool, actor: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into contact_exchanges (event_id, is_open, changed_by, changed_at)
        values ($1, $2, $3, $4)
        on conflict (event_id) do update
        set is_open = excluded.is_open,
            changed_by = excluded.changed_by,
            changed_at = excluded.changed_at
        """,
        event_id,
        is_open,
        actor,
        now,
    )


async def counts(db: Executor, event_id: UUID) -> tuple[int, int]:
    """How many guests take part, and how many pairs have exchanged."""
    row = await db.fetchrow(
        """
        select (select count(*) from contact_cards where event_id = $1),
               (select count(*) from contact_meetings where event_id = $1 and agreed_at is not null)
        """,
        event_id,
    )
    assert row is not None
    return row[0], row[1]


async def card_of(db: Executor, registration_id: UUID) -> Card | None:
    """The guest's card, if there is one."""
    row = await db.fetchrow(f"{_CARDS} where c.registration_id = $1", registration_id)
    return _card(row) if row else None


async def cards_of_booking(db: Executor, booking_id: UUID) -> list[Card]:
    """The cards of everybody of a party, over all its events."""
    rows = await db.fetch(
        f"""
        {_CARDS}
        join bookings b on b.id = r.booking_id
        where coalesce(b.lead_id, b.id) = (select coalesce(lead_id, id) from bookings where id = $1)
        order by g.position, c.event_id
        """,
        booking_id,
    )
    return [_card(row) for row in rows]


async def keep_words(tx: Connection, text_hash: bytes, *, locale: str, words: str, now: datetime) -> None:
    """The words behind a consent's hash, so that it can be read years later."""
    await tx.execute(
        """
        insert into consent_texts (text_hash, purpose, locale, words, first_seen_at)
        values ($1, 'contacts', $2, $3, $4)
        on conflict (text_hash) do nothing
        """,
        text_hash,
        locale,
        words,
        now,
    )


async def insert_consent(tx: Connection, guest_id: UUID, text_hash: bytes, *, locale: str, now: datetime) -> int:
    """The proof that the guest agreed; answers its number."""
    return int(
        await tx.fetchval(
            """
            insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
            values ($1, 'contacts', $2, $3, 'ticket', $4)
            returning id
            """,
            guest_id,
            text_hash,
            locale,
            now,
        )
    )


async def insert_card(
    tx: Connection, registration_id: UUID, details: CardDetails, *, consent_id: int, key_hash: bytes, short_code: str, now: datetime
) -> bool:
    """A card for the guest who has the place. False when there is one already, or the short code is taken."""
    status = await tx.execute(
        """
        insert into contact_cards (registration_id, event_id, guest_id, consent_id, key_hash, short_code, shares, email, phone, created_at)
        select r.id, r.event_id, r.guest_id, $2, $3, $4, $5, $6, $7, $8
        from registrations r
        where r.id = $1
        on conflict do nothing
        """,
        registration_id,
        consent_id,
        key_hash,
        short_code,
        list(details.shares),
        details.email,
        details.phone,
        now,
    )
    return status == "INSERT 0 1"


async def remove_former_guests_card(tx: Connection, registration_id: UUID) -> None:
    """The card of whoever had the place before a substitute took it."""
    await tx.execute(
        """
        delete from contact_cards c
        using registrations r
        where r.id = $1
          and c.registration_id = r.id
          and c.guest_id <> r.guest_id
        """,
        registration_id,
    )


async def update_card(tx: Connection, registration_id: UUID, details: CardDetails) -> None:
    await tx.execute(
        "update contact_cards set shares = $2, email = $3, phone = $4 where registration_id = $1",
        registration_id,
        list(details.shares),
        details.email,
        details.phone,
    )


async def move_card(tx: Connection, registration_id: UUID, key_hash: bytes) -> None:
    """From now on the card belongs to another browser."""
    await tx.execute("update contact_cards set key_hash = $2 where registration_id = $1", registration_id, key_hash)


async def remove_cards(tx: Connection, registration_ids: Sequence[UUID], now: datetime) -> None:
    """Takes cards away with every meeting, and ends their consents."""
    await tx.execute(
        """
        with gone as (
            delete from contact_cards where registration_id = any ($1) returning consent_id
        )
        update consents c
        set withdrawn_at = coalesce(c.withdrawn_at, $2)
        from gone
        where c.id = gone.consent_id
        """,
        list(registration_ids),
        now,
    )


async def places_with_cards(db: Executor, guest_ids: Sequence[UUID]) -> list[UUID]:
    """Where these guests share a card."""
    rows = await db.fetch("select registration_id from contact_cards where guest_id = any ($1) order by 1", list(guest_ids))
    return [row[0] for row in rows]


async def place_of_ticket(db: Executor, event_id: UUID, code_hash: bytes) -> Found | None:
    """Where a ticket's code leads: to its place at this event, else to one elsewhere."""
    row = await db.fetchrow(
        """
        select r.id as registration_id, r.event_id, r.state = 'confirmed' as is_confirmed, c.registration_id is not null as has_card
        from tickets t
        join registrations r on r.guest_id = t.guest_id
        left join contact_cards c on c.registration_id = r.id and c.guest_id = r.guest_id
        where t.code_hash = $2
        order by (r.event_id = $1) desc, r.id
        limit 1
        """,
        event_id,
        code_hash,
    )
    return msgspec.convert(dict(row), Found) if row else None


async def place_of_short_code(db: Executor, event_id: UUID, code: str) -> Found | None:
    """The place of the card with this short code at this event."""
    row = await db.fetchrow(
        """
        select r.id as registration_id, r.event_id, r.state = 'confirmed' as is_confirmed, true as has_card
        from contact_cards c
        join registrations r on r.id = c.registration_id and r.guest_id = c.guest_id
        where c.event_id = $1
          and c.short_code = $2
        """,
        event_id,
        code,
    )
    return msgspec.convert(dict(row), Found) if row else None


async def cards_for(db: Executor, registration_id: UUID, meeting_id: UUID | None = None) -> list[Card]:
    """The cards of those with whom the guest has exchanged contacts; of one meeting, if it is named."""
    rows = await db.fetch(
        f"""
        {_CARDS}
        join contact_meetings m on m.agreed_at is not null
                               and (m.asked_by, m.asked_of) in ((c.registration_id, $1::uuid), ($1::uuid, c.registration_id))
        where $2::uuid is null or m.id = $2
        order by g.sort_key collate "C", c.registration_id
        limit {MOST_MEETINGS}
        """,
        registration_id,
        meeting_id,
    )
    return [_card(row) for row in rows]


async def order_mails(db: Executor) -> int:
    """Orders the mails with the cards, at nine in the morning after the event, once; not for what is over for two weeks. Answers how
    many."""
    return int(
        await db.fetchval(
            """
            with due as (
                update contact_exchanges x
                set mailed_at = now()
                from events e
                where e.id = x.event_id
                  and x.mailed_at is null
                  and now() > (date_trunc('day', e.ends_at at time zone e.time_zone) + interval '1 day 9 hours') at time zone e.time_zone
                  and now() > e.ends_at + interval '1 hour'
                  and now() < e.ends_at + interval '14 days'
                returning x.event_id
            ), ordered as (
                insert into jobs (name, payload, bulk)
                select 'exchange_mail', jsonb_build_object('registration_id', c.registration_id, 'booking_id', r.booking_id), true
                from due
                join contact_cards c on c.event_id = due.event_id
                join registrations r on r.id = c.registration_id and r.guest_id = c.guest_id
                where exists (select
                              from contact_meetings m
                              where m.agreed_at is not null
                                and c.registration_id in (m.asked_by, m.asked_of))
                returning 1
            )
            select count(*) from ordered
            """
        )
    )


def _card(row: Any) -> Card:
    return msgspec.convert(dict(row), Card)
