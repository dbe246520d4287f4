"""SQL of the registration desk. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import BookedPlace, Booking, GuestDetails, PassedOver

_PLACES = """
select b.id, b.organiser_id, b.event_id, b.email, b.locale, b.source, b.created_at, b.lead_id, b.time_zone, b.registrant_name, b.payer,
       r.id as registration_id, r.state, r.table_name, r.expires_at, r.approved_at is not null as is_approved,
       coalesce((select c.actor from cancellations c where c.registration_id = r.id order by c.id desc limit 1), '') as ended_by,
       g.id as guest_id, g.position, g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana,
       g.family_name_latin, g.given_name_latin, g.company, g.department, g.job_title, g.diet, g.access_needs,
       g.in_guest_list, g.flags, t.id as ticket_id, t.issue
from bookings b
join registrations r on r.booking_id = b.id and r.event_id = b.event_id
join guests g on g.id = r.guest_id
join tickets t on t.guest_id = g.id
"""


async def claim_places(db: Executor, event_id: UUID, requests: list[dict[str, Any]], now: datetime | None) -> list[Any]:
    """The claim: one outcome per request, in order (see migrations/0006_places.sql)."""
    return await db.fetch(
        "select outcome, booking_id, waitlist_position, replayed from claim_places($1, $2, $3) order by idx", event_id, requests, now
    )


async def same_booking(db: Executor, event_id: UUID, key: str, request_hash: bytes) -> UUID | None:
    """The booking that the key led to, if it was made of exactly this request and has not been given back since."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select b.id
        from bookings b
        where b.event_id = $1
          and b.idempotency_key = $2
          and b.request_hash = $3
          and exists (select from registrations r where r.booking_id = b.id and r.state not in ('cancelled', 'expired'))
        """,
        event_id,
        key,
        request_hash,
    )


async def new_keys_of_full_event(db: Executor, event_id: UUID, keys: list[str], now: datetime) -> set[str]:
    """Whose sign-ups would be refused for sure: no place is free, none comes free by itself just now, the key is new.

    A plain read that takes no lock, for the answer that most people get on a busy day. While there are places, it is empty.
    """
    rows = await db.fetch(
        """
        select k.key
        from pools p
        join events e on e.id = p.event_id
        cross join unnest($2::text[]) as k (key)
        where p.id = $1
          and p.taken >= p.capacity
          and (e.pending_holds_place or not e.approval_required)
          and not exists (select from registrations r where r.event_id = p.id and r.expires_at <= $3)
          and not exists (select from bookings b where b.event_id = p.id and b.idempotency_key = k.key)
        """,
        event_id,
        keys,
        now,
    )
    return {row[0] for row in rows}


async def booking_by_token(db: Executor, token_hash: bytes) -> Booking | None:
    """The booking behind a link. When all its guests came again by a later booking of the party, the first of those."""
    if booking := _booking(await db.fetch(f"{_PLACES} where b.token_hash = $1 order by g.position", token_hash)):
        return booking
    lead_id = await party_of_token(db, token_hash)
    party = await bookings_of_party(db, lead_id) if lead_id else []
    return party[0] if party else None


async def booking_by_id(db: Executor, booking_id: UUID) -> Booking | None:
    return _booking(await db.fetch(f"{_PLACES} where b.id = $1 order by g.position", booking_id))


async def party_of_token(db: Executor, token_hash: bytes) -> UUID | None:
    """The lead of the party that one of its bookings' tokens leads to."""
    return await db.fetchval("select coalesce(lead_id, id) from bookings where token_hash = $1", token_hash)  # type: ignore[no-any-return]


async def bookings_of_party(db: Executor, lead_id: UUID) -> list[Booking]:
    """All bookings of a party over a programme: the lead first, then by when the events begin."""
    rows = await db.fetch(
        f"""{_PLACES}
        join events e on e.id = b.event_id
        where b.id = $1
           or b.lead_id = $1
        order by b.id <> $1, e.starts_at, b.id, g.position
        """,
        lead_id,
    )
    return [_whole(list(group)) for _id, group in groupby(rows, key=itemgetter("id"))]


async def waitlist_position(db: Executor, booking_id: UUID) -> int | None:
    """The booking's place in line, 1 being next, among all who compete for the same places; None when it does not wait."""
    position = await db.fetchval(
        """
        select (select count(*)
                from waitlist_entries a
                where a.event_id = w.event_id
                  and a.state = 'waiting'
                  and (a.pool_id is null or w.pool_id is null or a.pool_id = w.pool_id)
                  and (-a.priority, a.id) <= (-w.priority, w.id))
        from waitlist_entries w
        where w.booking_id = $1
          and w.state = 'waiting'
        """,
        booking_id,
    )
    return int(position) if position is not None else None


async def passed_over(db: Executor, booking_id: UUID) -> PassedOver | None:
    """When places came free that were too few for the party that waits, if that happened since it stands in line."""
    row = await db.fetchrow(
        """
        select skipped_at as at, skipped_free as free
        from waitlist_entries
        where booking_id = $1
          and state = 'waiting'
          and skipped_at is not null
          and skipped_free is not null
        """,
        booking_id,
    )
    return msgspec.convert(dict(row), PassedOver) if row else None


async def give_back_places(
    tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], *, actor: str, reason: str, now: datetime
) -> list[UUID]:
    """Cancels, moves the counters, serves the waiting list. Answers what really changed."""
    return list(
        await tx.fetchval("select give_back_places($1, $2, 'cancelled', $3, $4, $5)", event_id, list(registration_ids), actor, reason, now)
    )


async def registrations_in_state(db: Executor, event_id: UUID, registration_ids: Sequence[UUID], state: str) -> list[UUID]:
    """Which of the registrations are in the state."""
    rows = await db.fetch(
        "select id from registrations where event_id = $1 and id = any ($2) and state = $3 order by id",
        event_id,
        list(registration_ids),
        state,
    )
    return [row[0] for row in rows]


async def bookings_of(db: Executor, registration_ids: Sequence[UUID]) -> list[tuple[UUID, list[UUID]]]:
    """The bookings of the registrations, each with its own of them."""
    rows = await db.fetch(
        "select booking_id, array_agg(id order by id) from registrations where id = any ($1) group by booking_id order by booking_id",
        list(registration_ids),
    )
    return [(row[0], list(row[1])) for row in rows]


async def invited_bookings_of(db: Executor, registration_ids: Sequence[UUID]) -> list[UUID]:
    """The bookings of the registrations that came by an invitation."""
    rows = await db.fetch(
        """
        select distinct b.id
        from registrations r
        join bookings b on b.id = r.booking_id
        where r.id = any ($1)
          and b.source = 'invitation'
        order by b.id
        """,
        list(registration_ids),
    )
    return [row[0] for row in rows]


async def lock_places(tx: Connection, event_id: UUID) -> None:
    await tx.execute("select lock_places($1)", event_id)


async def confirm_held(tx: Connection, booking_id: UUID, now: datetime) -> int:
    """Confirms what is still kept for the booking, held or offered. Answers how many places."""
    status = await tx.execute(
        """
        update registrations r
        set state = 'confirmed',
            expires_at = null,
            state_changed_at = $2
        from (select id
              from registrations
              where booking_id = $1
                and state in ('held', 'offered')
                and expires_at > $2
              order by id
              for no key update) held
        where r.id = held.id
        """,
        booking_id,
        now,
    )
    return int(status.rpartition(" ")[2])


async def settle_offer(tx: Connection, booking_id: UUID, now: datetime) -> None:
    """Notes in the line that the party took what it was offered."""
    await tx.execute(
        "update waitlist_entries set state = 'accepted', settled_at = $2 where booking_id = $1 and state = 'offered'", booking_id, now
    )


async def approve_places(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """Approves what awaits a decision: 'confirmed', 'waitlisted' or 'full' for each (see migrations/0006_places.sql)."""
    rows = await tx.fetch("select registration_id, outcome from approve_places($1, $2, $3)", event_id, list(registration_ids), now)
    return {row[0]: row[1] for row in rows}


async def wait_again(tx: Connection, event_id: UUID, booking_id: UUID, now: datetime) -> int:
    """Puts what ran out back in line, at its end. Answers how many guests."""
    return int(await tx.fetchval("select wait_again($1, $2, $3)", event_id, booking_id, now))


async def serve_out_of_turn(tx: Connection, event_id: UUID, entry_id: int, now: datetime) -> bool:
    """Gives one party in line its places now, if enough are free. Answers whether it did."""
    return bool(await tx.fetchval("select promote_waiting($1, $2, $3)", event_id, now, entry_id))


async def update_guest(tx: Connection, guest_id: UUID, details: GuestDetails, *, search_key: str, sort_key: str, now: datetime) -> None:
    await tx.execute(
        """
        update guests
        set honorific = $2, family_name = $3, given_name = $4, family_name_kana = $5, given_name_kana = $6,
            family_name_latin = $7, given_name_latin = $8, company = $9, department = $10, job_title = $11,
            diet = $12, access_needs = $13, in_guest_list = $14, search_key = $15, sort_key = $16, updated_at = $17
        where id = $1
        """,
        guest_id,
        details.honorific,
        details.family_name,
        details.given_name,
        details.family_name_kana,
        details.given_name_kana,
        details.family_name_latin,
        details.given_name_latin,
        details.company,
        details.department,
        details.job_title,
        details.diet,
        details.access_needs,
        details.in_guest_list,
        search_key,
        sort_key,
        now,
    )


async def insert_consents(tx: Connection, guest_id: UUID, details: GuestDetails, *, locale: str, now: datetime) -> None:
    await tx.executemany(
        """
        insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        [(guest_id, consent.purpose, bytes.fromhex(consent.text_hash), locale, consent.channel, now) for consent in details.consents],
    )


async def withdraw_consents(tx: Connection, guest_id: UUID, purposes: Sequence[str], now: datetime) -> None:
    """Notes that a guest takes consents back; the rows stay as proof."""
    await tx.execute(
        "update consents set withdrawn_at = $3 where guest_id = $1 and purpose = any ($2) and withdrawn_at is null",
        guest_id,
        list(purposes),
        now,
    )


async def events_with_expired_holds(db: Executor, now: datetime) -> list[UUID]:
    rows = await db.fetch("select distinct event_id from registrations where expires_at <= $1", now)
    return [row[0] for row in rows]


async def expire_holds(db: Executor, event_id: UUID, now: datetime) -> int:
    return int(await db.fetchval("select expire_holds($1, $2)", event_id, now))


async def events_with_due_releases(db: Executor, now: datetime) -> list[UUID]:
    rows = await db.fetch("select distinct event_id from pools where release_at <= $1 and released_at is null", now)
    return [row[0] for row in rows]


async def contingents_due(db: Executor, event_id: UUID, now: datetime) -> list[tuple[UUID, str, str, int]]:
    """Organiser, event, contingent and unused places of what is to be released now."""
    rows = await db.fetch(
        """
        select e.organiser_id, e.slug as event, p.slug as contingent, d.direct
        from pools p
        join events e on e.id = p.event_id
        join direct_places($1) d on d.id = p.id
        where p.event_id = $1
          and p.parent_id is not null
          and p.released_at is null
          and p.release_at <= $2
        order by p.position, p.id
        """,
        event_id,
        now,
    )
    return [(row["organiser_id"], row["event"], row["contingent"], row["direct"]) for row in rows]


async def release_contingents(db: Executor, event_id: UUID, now: datetime) -> int:
    return int(await db.fetchval("select release_contingents($1, null, $2)", event_id, now))


def _booking(rows: Sequence[Any]) -> Booking | None:
    return _whole(rows) if rows else None


def _whole(rows: Sequence[Any]) -> Booking:
    first = dict(rows[0])
    return msgspec.convert(
        {name: first[name] for name in Booking.__struct_fields__ if name in first} | {"places": [_place(dict(row)) for row in rows]},
        Booking,
    )


def _place(row: dict[str, Any]) -> BookedPlace:
    return msgspec.convert(row | {"guest": {name: row[name] for name in GuestDetails.__struct_fields__ if name in row}}, BookedPlace)
