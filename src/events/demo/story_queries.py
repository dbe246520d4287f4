"""SQL of the story: what the demo needs to know of the guests it has just made."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.kit.jobs import Job

_NAMES = "family_name, given_name, company, job_title"


async def co_host_id(db: Executor, slug: str) -> UUID:
    found: UUID = await db.fetchval("select id from co_hosts where slug = $1", slug)
    return found


async def invitations_of_import(db: Executor, import_id: UUID) -> dict[tuple[str, ...], UUID]:
    """The invitations of a list, by name, company and position."""
    rows = await db.fetch(f"select id, {_NAMES} from invitations where batch_id = $1", import_id)
    return {tuple(row[1:]): row[0] for row in rows}


async def guests_of_invitation(db: Executor, invitation_id: UUID) -> dict[tuple[str, ...], dict[str, UUID]]:
    """The guests of an invitation's party: their ids and their lead booking, by name, company and position."""
    rows = await db.fetch(
        f"""
        select g.id, g.booking_id, {_NAMES}
        from guests g
        where g.booking_id = (select i.booking_id from invitations i where i.id = $1)
        """,
        invitation_id,
    )
    return {tuple(row[2:]): {"guest_id": row["id"], "lead_id": row["booking_id"]} for row in rows}


async def awaiting(db: Executor, event_id: UUID) -> list[UUID]:
    """Who awaits a decision: those who signed up themselves last, in the order in which they did."""
    rows = await db.fetch(
        """
        select r.id
        from registrations r
        join bookings b on b.id = r.booking_id
        where r.event_id = $1
          and r.state = 'awaiting_approval'
        order by b.source = 'demo', length(b.idempotency_key), b.idempotency_key, r.id
        """,
        event_id,
    )
    return [row[0] for row in rows]


class Arrival(msgspec.Struct, frozen=True):
    """A guest who came: when, and before which phone."""

    registration_id: UUID
    at: datetime
    device_id: UUID


async def arrivals(db: Executor, event_id: UUID) -> list[Arrival]:
    """Who came, in the order in which they did."""
    rows = await db.fetch(
        """
        select a.registration_id, a.device_at, c.device_id
        from attendances a
        join check_ins c on c.id = a.check_in_id
        where a.event_id = $1
        order by a.device_at, a.registration_id
        """,
        event_id,
    )
    return [Arrival(*row) for row in rows]


class Sharing(msgspec.Struct, frozen=True):
    """A guest who may share a card, with the ticket and the address."""

    registration_id: UUID
    guest_id: UUID
    ticket_id: UUID
    email: str
    locale: str


async def who_shares(db: Executor, event_id: UUID, most: int) -> list[Sharing]:
    """The first guests who came, each with an address of their own."""
    rows = await db.fetch(
        """
        select r.id, r.guest_id, t.id, b.email, b.locale
        from attendances a
        join registrations r on r.id = a.registration_id
        join bookings b on b.id = r.booking_id
        join guests g on g.id = r.guest_id
        join tickets t on t.guest_id = r.guest_id
        where a.event_id = $1
          and r.state = 'confirmed'
          and g.position = 0
          and b.email <> ''
        order by a.device_at, r.id
        limit $2
        """,
        event_id,
        most,
    )
    return [Sharing(*row) for row in rows]


async def cancelled_at(db: Executor, event_id: UUID) -> list[UUID]:
    """Who has given the place back."""
    rows = await db.fetch("select id from registrations where event_id = $1 and state = 'cancelled' order by id", event_id)
    return [row[0] for row in rows]


async def contacts_at(db: Executor, event_id: UUID) -> list[tuple[UUID, str]]:
    """The confirmed guests whom mails reach, with their language."""
    rows = await db.fetch(
        """
        select g.id, b.locale
        from registrations r
        join bookings b on b.id = r.booking_id
        join guests g on g.id = r.guest_id
        where r.event_id = $1
          and r.state = 'confirmed'
          and g.position = 0
          and b.email <> ''
        order by r.id
        """,
        event_id,
    )
    return [(row[0], row[1]) for row in rows]


async def marketing_of(db: Executor, guest_ids: Sequence[UUID]) -> list[int]:
    """The marketing consents of these guests, oldest first."""
    rows = await db.fetch(
        "select id from consents where purpose = 'marketing' and guest_id = any ($1::uuid[]) order by id", list(guest_ids)
    )
    return [row[0] for row in rows]


async def unanswered_invitation(db: Executor, programme: str) -> tuple[UUID, int] | None:
    """The first invitation of the programme to several events of which none is answered yet: its id and issue."""
    row = await db.fetchrow(
        """
        select i.id, i.issue
        from invitations i
        join programmes p on p.id = i.programme_id
        join invitation_events v on v.invitation_id = i.id
        where p.slug = $1
          and i.withdrawn_at is null
          and i.erased_at is null
        group by i.id
        having count(*) > 1
           and bool_and(v.answer = 'none')
        order by count(*) desc, i.sort_key, i.id
        limit 1
        """,
        programme,
    )
    return (row[0], row[1]) if row else None


async def take_jobs(tx: Connection, name: str) -> list[Job]:
    """The jobs of this transaction that are called so, to be done at once."""
    rows = await tx.fetch(
        "delete from jobs where created_at = now() and name = $1 returning id, name, payload, attempts + 1 as attempts", name
    )
    return [Job(*row) for row in rows]


async def drop_jobs(tx: Connection) -> None:
    """Mails about what is only told: nobody is written to. Only this transaction's jobs were made in its very microsecond."""
    await tx.execute("delete from jobs where created_at = now()")
