"""SQL of the itineraries. One statement a function, the connection first."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.programme.model import Texts
from events.registration.model import GuestDetails

from .model import KnownWays, PartyGuest, Place, Stay

_STAY = """
select e.id as event_id, e.slug, e.title, e.time_zone, e.starts_at, e.ends_at, e.venue_id, v.name as venue_name,
       v.latitude, v.longitude
from events e
left join venues v on v.id = e.venue_id
"""


async def stays_of_events(db: Executor, event_ids: Collection[UUID]) -> list[Stay]:
    """The events as times and places; those that are called off are left out."""
    rows = await db.fetch(f"{_STAY} where e.id = any ($1::uuid[]) and e.status <> 'cancelled' order by e.starts_at, e.id", list(event_ids))
    return [_stay(dict(row)) for row in rows]


async def known_ways(db: Executor, venue_ids: Collection[UUID]) -> KnownWays:
    """What organisers know about the ways among these venues, in minutes."""
    rows = await db.fetch(
        """
        select from_venue_id, to_venue_id, minutes
        from travel_times
        where from_venue_id = any ($1::uuid[])
          and to_venue_id = any ($1::uuid[])
        """,
        list(venue_ids),
    )
    return {(row["from_venue_id"], row["to_venue_id"]): row["minutes"] for row in rows}


async def events_of_guests(db: Executor, lead_booking_id: UUID) -> dict[UUID, list[UUID]]:
    """The guests of a party, each with the events where they have a place or wait for one."""
    rows = await db.fetch(
        """
        select g.id, array_remove(array_agg(r.event_id), null) as events
        from guests g
        left join registrations r on r.guest_id = g.id and r.state not in ('cancelled', 'expired')
        where g.booking_id = $1
        group by g.id
        """,
        lead_booking_id,
    )
    return {row["id"]: list(row["events"]) for row in rows}


async def other_events_of_guests(db: Executor, event_id: UUID) -> dict[UUID, list[UUID]]:
    """Who has, or waits for, a place at the event, each with their other events."""
    rows = await db.fetch(
        """
        select here.guest_id, array_agg(there.event_id) as events
        from registrations here
        join registrations there on there.guest_id = here.guest_id and there.event_id <> here.event_id
        where here.event_id = $1
          and here.state not in ('cancelled', 'expired')
          and there.state not in ('cancelled', 'expired')
        group by here.guest_id
        """,
        event_id,
    )
    return {row["guest_id"]: list(row["events"]) for row in rows}


async def other_events_of_booking(db: Executor, booking_id: UUID, event_id: UUID) -> set[UUID]:
    """Where else the guests of a booking have, or wait for, a place."""
    rows = await db.fetch(
        """
        select distinct there.event_id
        from registrations here
        join registrations there on there.guest_id = here.guest_id and there.event_id <> here.event_id
        where here.booking_id = $1
          and here.event_id = $2
          and here.state not in ('cancelled', 'expired')
          and there.state not in ('cancelled', 'expired')
        """,
        booking_id,
        event_id,
    )
    return {row[0] for row in rows}


async def place_of_venue(db: Executor, venue_id: UUID) -> tuple[Texts | None, Place | None]:
    """A venue's name, and where it is if somebody has entered it."""
    row = await db.fetchrow("select name, latitude, longitude from venues where id = $1", venue_id)
    if row is None:
        return None, None
    return row["name"], None if row["latitude"] is None else Place(row["latitude"], row["longitude"])


async def party_of_key(db: Executor, programme_id: UUID, key: str) -> UUID | None:
    """The lead of what was booked with a form's key at any event of the programme."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select coalesce(b.lead_id, b.id)
        from events e
        join bookings b on b.event_id = e.id and b.idempotency_key = $2
        where e.programme_id = $1
        order by b.lead_id is not null, b.created_at
        limit 1
        """,
        programme_id,
        key,
    )


async def guests_of_party(db: Executor, lead_booking_id: UUID) -> list[PartyGuest]:
    """The guests of a party in the order they were named."""
    rows = await db.fetch(
        """
        select g.id as guest_id, g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana,
               g.family_name_latin, g.given_name_latin, g.company, g.department, g.job_title,
               array(select r.event_id
                     from registrations r
                     where r.guest_id = g.id
                       and r.state not in ('cancelled', 'expired')) as event_ids
        from guests g
        where g.booking_id = $1
        order by g.position
        """,
        lead_booking_id,
    )
    return [_party_guest(dict(row)) for row in rows]


async def lock_key(tx: Connection, key: str) -> None:
    """Lets whoever orders a mail for the same form wait until this transaction is over."""
    await tx.execute("select pg_advisory_xact_lock(hashtext($1))", key)


async def waiting_confirmation(tx: Connection, key: str) -> tuple[int, bool] | None:
    """The job of the mail that was ordered for the form before and has not been taken up, and whether its form is under way:
    until then the mail waits for later."""
    row = await tx.fetchrow(
        """
        select id, run_at > now() as is_under_way
        from jobs
        where name = 'programme_mail'
          and payload ->> 'key' = $1
          and attempts = 0
        order by id
        limit 1
        """,
        key,
    )
    return (row["id"], row["is_under_way"]) if row else None


async def put_off_job(tx: Connection, job_id: int, run_at: datetime) -> bool:
    """Lets a job wait; not one that was taken up in the meantime."""
    return str(await tx.execute("update jobs set run_at = $2 where id = $1 and attempts = 0", job_id, run_at)) == "UPDATE 1"


async def insert_confirmation_job(tx: Connection, payload: Mapping[str, Any], *, run_at: datetime) -> int:
    """The job that writes the one mail about several events. Answers its id."""
    return int(
        await tx.fetchval(
            "insert into jobs (name, payload, run_at) values ('programme_mail', $1, $2) returning id",
            dict(payload),
            run_at,
        )
    )


async def is_told(db: Executor, job_id: int, lead_booking_id: UUID, kind: str) -> bool:
    """Whether another job's mail has told the party everything already: it was written after their last place."""
    return bool(
        await db.fetchval(
            """
            select exists (select
                           from mails m
                           where m.booking_id = $2
                             and m.kind = $3
                             and m.job_id <> $1
                             and m.status in ('queued', 'sent')
                             and m.created_at > (select max(r.created_at)
                                                 from guests g
                                                 join registrations r on r.guest_id = g.id
                                                 where g.booking_id = $2))
            """,
            job_id,
            lead_booking_id,
            kind,
        )
    )


async def hasten_job(db: Executor, job_id: int) -> None:
    """Lets a job run now, unless it is under way already."""
    await db.execute("update jobs set run_at = now() where id = $1 and attempts = 0", job_id)


def _party_guest(row: dict[str, Any]) -> PartyGuest:
    details = {name: row[name] for name in GuestDetails.__struct_fields__ if name in row}
    return msgspec.convert({"guest_id": row["guest_id"], "guest": details, "event_ids": row["event_ids"]}, PartyGuest)


def _stay(row: dict[str, Any]) -> Stay:
    place = None if row["latitude"] is None else {"latitude": row["latitude"], "longitude": row["longitude"]}
    return msgspec.convert(row | {"place": place}, Stay)
