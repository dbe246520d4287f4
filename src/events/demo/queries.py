"""SQL of the demo programme: inserts of what no page can make yet, each harmless when it is there already."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.programme.model import Texts


async def lock_demo(tx: Connection) -> None:
    """Two loaders at once: the second one waits and then finds everything done."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('demo programme'))")


async def ensure_organiser(tx: Connection, slug: str, *, name: Texts, contact_email: str) -> UUID:
    """The organiser's id, made if need be."""
    await tx.execute(
        """
        insert into organisers (id, slug, name, contact_email)
        values ($1, $2, $3, $4)
        on conflict on constraint organisers_slug_unique do nothing
        """,
        new_id(),
        slug,
        name,
        contact_email,
    )
    found: UUID = await tx.fetchval("select id from organisers where slug = $1", slug)
    return found


async def ensure_member(tx: Connection, organiser_id: UUID, *, email: str, name: str, locale: str, role: str) -> None:
    await tx.execute(
        """
        insert into staff (id, email, name, locale)
        values ($1, $2, $3, $4)
        on conflict on constraint staff_email_unique do nothing
        """,
        new_id(),
        email,
        name,
        locale,
    )
    await tx.execute(
        """
        insert into memberships (organiser_id, staff_id, role)
        select $1, id, $3
        from staff
        where email = $2
        on conflict do nothing
        """,
        organiser_id,
        email,
        role,
    )


async def insert_programme(
    tx: Connection, *, organiser_id: UUID, slug: str, title: Texts, lead: Texts, time_zone: str, hue: int
) -> UUID | None:
    """The new programme's id; None where its address is taken."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        insert into programmes (id, organiser_id, slug, title, lead, time_zone, hue)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict on constraint programmes_slug_unique do nothing
        returning id
        """,
        new_id(),
        organiser_id,
        slug,
        title,
        lead,
        time_zone,
        hue,
    )


async def insert_venue(tx: Connection, venue_id: UUID, *, organiser_id: UUID, name: Texts, address: Texts, time_zone: str) -> None:
    await tx.execute(
        "insert into venues (id, organiser_id, name, address, time_zone) values ($1, $2, $3, $4, $5)",
        venue_id,
        organiser_id,
        name,
        address,
        time_zone,
    )


async def insert_events(tx: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Events as they are planned; see the statement for the order of a row."""
    await tx.executemany(
        """
        insert into events (id, organiser_id, programme_id, venue_id, slug, kind, status, title, lead, agenda, facts, hue, time_zone,
            doors_at, starts_at, ends_at, registration_opens_at, registration_closes_at, changes_until, approval_required,
            waiting_list, max_companions)
        values ($1, $2, $3, $4, $5, $6, 'published', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, true, $20)
        """,
        rows,
    )


async def insert_pools(tx: Connection, rows: Sequence[Sequence[Any]]) -> None:
    await tx.executemany(
        """
        insert into pools (id, event_id, parent_id, slug, name, capacity, position)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        rows,
    )


async def set_guest_rules(tx: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Who decides about guests, and how free places are offered; see the statement for the order of a row."""
    await tx.executemany(
        """
        update events
        set reviewer_roles = $2,
            invited_are_approved = $3,
            substitutes_need_approval = $4,
            offer_hours = $5
        where id = $1
        """,
        rows,
    )


async def set_releases(tx: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """When contingents (event, slug) are released."""
    await tx.executemany("update pools set release_at = $3 where event_id = $1 and slug = $2", rows)


async def pools_by_slug(db: Executor, contingents: Sequence[tuple[str, str]]) -> list[UUID]:
    """The contingents, each named by event and own slug."""
    rows = await db.fetch(
        """
        select p.id
        from pools p
        join events e on e.id = p.event_id
        join unnest($1::text[], $2::text[]) as c (event, contingent) on c.event = e.slug and c.contingent = p.slug
        """,
        [event for event, _contingent in contingents],
        [contingent for _event, contingent in contingents],
    )
    return [row[0] for row in rows]


async def organiser_id(db: Executor, slug: str) -> UUID:
    found: UUID = await db.fetchval("select id from organisers where slug = $1", slug)
    return found


async def has_demo_guests(db: Executor) -> bool:
    return bool(await db.fetchval("select exists (select from bookings where source = 'demo')"))


async def registrations_by_key(db: Executor, event_id: UUID, prefix: str) -> list[UUID]:
    """The registrations of the bookings whose key starts so, in the order of the bookings."""
    rows = await db.fetch(
        """
        select r.id
        from bookings b
        join registrations r on r.booking_id = b.id
        where b.event_id = $1
          and starts_with(b.idempotency_key, $2)
        order by b.id, r.id
        """,
        event_id,
        prefix,
    )
    return [row[0] for row in rows]


async def tickets_by_state(db: Executor, event_id: UUID, state: str) -> list[UUID]:
    """The tickets of the event's guests in a state, in the order of their making."""
    rows = await db.fetch(
        """
        select t.id
        from registrations r
        join tickets t on t.guest_id = r.guest_id
        where r.event_id = $1
          and r.state = $2
        order by t.id
        """,
        event_id,
        state,
    )
    return [row[0] for row in rows]


async def phones_at(db: Executor, event_id: UUID) -> list[tuple[UUID, UUID]]:
    """The event's phones, each with its gate."""
    rows = await db.fetch("select id, gate_id from devices where event_id = $1 order by id", event_id)
    return [(row["id"], row["gate_id"]) for row in rows]


async def date_check_ins_back(tx: Connection, event_id: UUID) -> None:
    """Scans of the story reach the server half a second after they were made, not all in this instant."""
    await tx.execute(
        "update check_ins set server_at = device_at + interval '500 ms' where event_id = $1",
        event_id,
    )


async def date_scans_back(tx: Connection, scan_ids: Sequence[UUID], at: datetime) -> None:
    """What a phone handed over reached the server at that moment."""
    await tx.execute("update check_ins set server_at = $2 where id = any ($1)", list(scan_ids), at)


async def move_events(tx: Connection, slugs: Sequence[str], by: timedelta) -> None:
    """Moves events, and the arrivals at them, as if everything happened that much later."""
    await tx.execute(
        """
        update check_ins
        set device_at = device_at + $2,
            server_at = server_at + $2,
            phone_at = phone_at + $2,
            list_at = list_at + $2
        where event_id in (select id from events where slug = any ($1::text[]))
        """,
        list(slugs),
        by,
    )
    await tx.execute(
        """
        update events
        set doors_at = doors_at + $2,
            starts_at = starts_at + $2,
            ends_at = ends_at + $2,
            registration_opens_at = registration_opens_at + $2,
            registration_closes_at = registration_closes_at + $2,
            changes_until = changes_until + $2,
            version = version + 1
        where slug = any ($1::text[])
        """,
        list(slugs),
        by,
    )


async def move_deadlines(tx: Connection, slugs: Sequence[str], by: timedelta) -> None:
    """Moves what is still open at these events with them: offers and holds, releases of contingents, dates of invitations."""
    await tx.execute(
        """
        update registrations
        set expires_at = expires_at + $2
        where expires_at is not null
          and event_id in (select id from events where slug = any ($1::text[]))
        """,
        list(slugs),
        by,
    )
    await tx.execute(
        """
        update pools
        set release_at = release_at + $2
        where released_at is null
          and event_id in (select id from events where slug = any ($1::text[]))
        """,
        list(slugs),
        by,
    )
    await tx.execute(
        """
        update invitations
        set answer_by = answer_by + $2,
            companions_by = companions_by + $2
        where id in (select v.invitation_id
                     from invitation_events v
                     join events e on e.id = v.event_id
                     where e.slug = any ($1::text[]))
        """,
        list(slugs),
        by,
    )


async def move_what_came_of_arrivals(tx: Connection, slugs: Sequence[str], by: timedelta) -> None:
    """Moves what people decided, printed and exchanged at the events."""
    await tx.execute(
        """
        with moved as (
            select id from events where slug = any ($1::text[])
        ), conflicts as (
            update conflict_resolutions set resolved_at = resolved_at + $2 where event_id in (select id from moved)
        ), papers as (
            update paper_lists set made_at = made_at + $2 where event_id in (select id from moved)
        ), phones as (
            update devices
            set last_seen_at = last_seen_at + $2,
                list_at = list_at + $2
            where event_id in (select id from moved)
              and queue_length is not null
        )
        update contact_meetings
        set asked_at = asked_at + $2,
            agreed_at = agreed_at + $2
        where event_id in (select id from moved)
        """,
        list(slugs),
        by,
    )


async def renew_unpaired_phone(tx: Connection, event_id: UUID, *, name: str, expires_at: datetime) -> UUID | None:
    """Lets the phone of that name, if it still waits to be paired, be paired until then."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        update devices
        set pairing_expires_at = $3
        where event_id = $1
          and name = $2
          and paired_at is null
          and revoked_at is null
        returning id
        """,
        event_id,
        name,
        expires_at,
    )
