"""SQL of retention: what is due, forgetting it in small bites, and the records that prove it. The connection first.

Every "due" takes the organiser ($1) and the moment before which things are over ($2), and answers the rows' physical places; the
forgetting locks what it takes and passes over what somebody else holds, so that it never stands in anybody's way.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.programme.model import Texts

from .erasure_queries import NO_CONTACT, NO_GUEST, NOBODY_INVITED
from .model import DeletionRecord
from .retention_rules import Kind

_LAST_EVENT_OF_GUEST = """(select max(e.ends_at) from registrations r join events e on e.id = r.event_id where r.guest_id = {guest})"""

_DUE_ANSWERS = f"""
select a.ctid as row
from question_answers a
join questions q on q.id = a.question_id
join events o on o.id = q.event_id
where o.organiser_id = $1
  and q.sensitivity = '{{sensitivity}}'
  and coalesce({_LAST_EVENT_OF_GUEST.format(guest="a.guest_id")}, o.ends_at) < $2
"""
_FORGET_ANSWERS = """, gone as (
    delete from question_answers a using due where a.ctid = due.row returning a.question_id, a.value
), files as (
    delete from uploads u
    using gone
    join questions q on q.id = gone.question_id
    where q.kind = 'file'
      and u.id::text = gone.value #>> '{}'
)
select count(*) from gone"""

# Kind → steps; a step is (table, what is due, what becomes of it).
_STEPS: dict[Kind, list[tuple[str, str, str]]] = {
    Kind.SENSITIVE: [
        (
            "guests",
            f"""
            select g.ctid as row
            from guests g
            where g.organiser_id = $1
              and (g.diet <> '' or g.access_needs <> '')
              and {_LAST_EVENT_OF_GUEST.format(guest="g.id")} < $2
            """,
            """, gone as (update guests g set diet = '', access_needs = '' from due where g.ctid = due.row returning 1)
            select count(*) from gone""",
        ),
        ("question_answers", _DUE_ANSWERS.format(sensitivity="sensitive"), _FORGET_ANSWERS),
    ],
    Kind.SECURITY: [
        ("question_answers", _DUE_ANSWERS.format(sensitivity="security"), _FORGET_ANSWERS),
        (
            "reviews",
            f"""
            select v.ctid as row
            from reviews v
            join events o on o.id = v.event_id
            where o.organiser_id = $1
              and (v.reason <> '' or v.missing <> '')
              and {_LAST_EVENT_OF_GUEST.format(guest="v.guest_id")} < $2
            """,
            """, gone as (update reviews v set reason = '', missing = '' from due where v.ctid = due.row returning 1)
            select count(*) from gone""",
        ),
        (
            "stranded_scans",
            """
            select s.ctid as row
            from stranded_scans s
            join events o on o.id = s.event_id
            where o.organiser_id = $1
              and s.scan <> '{}'
              and o.ends_at < $2
            """,
            """, gone as (update stranded_scans s set scan = '{}' from due where s.ctid = due.row returning 1)
            select count(*) from gone""",
        ),
        (
            "hosts",
            """
            select h.ctid as row
            from hosts h
            join events o on o.id = h.event_id
            where h.organiser_id = $1
              and o.ends_at < $2
            """,
            """, leaving as (
                select h.id from hosts h join due on h.ctid = due.row
            ), told as (
                delete from told_arrivals t using leaving l where t.host_id = l.id
            ), guests as (
                delete from hosted_guests x using leaving l where x.host_id = l.id
            ), gone as (
                delete from hosts h using leaving l where h.id = l.id returning 1
            )
            select count(*) from gone""",
        ),
    ],
    Kind.CONTACTS: [
        (
            "contact_cards",
            """
            select c.ctid as row
            from contact_cards c
            join events o on o.id = c.event_id
            where o.organiser_id = $1
              and o.ends_at < $2
            """,
            """, gone as (
                delete from contact_cards c using due where c.ctid = due.row returning c.consent_id
            ), ended as (
                update consents c set withdrawn_at = coalesce(c.withdrawn_at, $4) from gone where c.id = gone.consent_id
            )
            select count(*) from gone""",
        )
    ],
    Kind.UPLOADS: [
        (
            "uploads",
            """
            select u.ctid as row
            from uploads u
            join events o on o.id = u.event_id
            where o.organiser_id = $1
              and o.ends_at < $2
            """,
            """, gone as (
                delete from uploads u using due where u.ctid = due.row returning u.id
            ), answers as (
                delete from question_answers a using gone, questions q
                where q.id = a.question_id and q.kind = 'file' and a.value #>> '{}' = gone.id::text
            )
            select count(*) from gone""",
        )
    ],
    Kind.INVITATIONS: [
        (
            "invitations",
            """
            select i.ctid as row
            from invitations i
            where i.organiser_id = $1
              and i.erased_at is null
              and i.booking_id is null
              and not exists (select from invitation_events v where v.invitation_id = i.id and v.answer <> 'none')
              and coalesce((select max(o.ends_at) from invitation_events v join events o on o.id = v.event_id where v.invitation_id = i.id),
                           i.created_at) < $2
            """,
            f", gone as (update invitations i set {NOBODY_INVITED.replace('$2', '$4')} from due where i.ctid = due.row returning 1)"
            " select count(*) from gone",
        )
    ],
    Kind.MAILS: [
        (
            "mails",
            """
            select m.ctid as row
            from mails m
            where m.organiser_id = $1
              and m.recipient <> ''
              and m.status <> 'queued'
              and m.created_at < $2
            """,
            """, gone as (
                update mails m set recipient = '', last_error = null, job_payload = '{}', unsubscribe_hash = null
                from due where m.ctid = due.row returning 1
            )
            select count(*) from gone""",
        )
    ],
    Kind.GUESTS: [
        (
            "guests",
            f"""
            select g.ctid as row
            from guests g
            where g.organiser_id = $1
              and g.erased_at is null
              and {_LAST_EVENT_OF_GUEST.format(guest="g.id")} < $2
            """,
            f", gone as (update guests g set {NO_GUEST.replace('$2', '$4')} from due where g.ctid = due.row returning 1)"
            " select count(*) from gone",
        ),
        (
            "bookings",
            """
            select b.ctid as row
            from bookings b
            join events o on o.id = b.event_id
            where b.organiser_id = $1
              and b.idempotency_key not like 'erased:%'
              and o.ends_at < $2
              and not exists (select from guests g where g.booking_id = coalesce(b.lead_id, b.id) and g.erased_at is null)
            """,
            f", gone as (update bookings set {NO_CONTACT} from due where bookings.ctid = due.row returning 1) select count(*) from gone",
        ),
        (
            "invitations",
            """
            select i.ctid as row
            from invitations i
            where i.organiser_id = $1
              and i.erased_at is null
              and (select max(o.ends_at) from invitation_events v join events o on o.id = v.event_id where v.invitation_id = i.id) < $2
            """,
            f""", gone as (
                update invitations i set {NOBODY_INVITED.replace("$2", "$4")} from due where i.ctid = due.row returning i.id
            ), notes as (
                update answers a set note = '' from gone where a.invitation_id = gone.id
            )
            select count(*) from gone""",
        ),
    ],
    Kind.AUDIT: [
        (
            "audit_entries",
            """
            select a.ctid as row
            from audit_entries a
            where a.organiser_id = $1
              and a.at < $2
            """,
            ", gone as (delete from audit_entries a using due where a.ctid = due.row returning 1) select count(*) from gone",
        )
    ],
}


async def organisers(db: Executor) -> list[tuple[UUID, str]]:
    """Every organiser with the short name."""
    return [(row[0], row[1]) for row in await db.fetch("select id, slug from organisers order by slug")]


async def names_of_organisers(db: Executor, organiser_ids: Sequence[UUID]) -> list[tuple[UUID, Texts]]:
    """These organisers, by short name."""
    rows = await db.fetch("select id, name from organisers where id = any ($1) order by slug", list(organiser_ids))
    return [(row[0], row[1]) for row in rows]


async def chosen_days(db: Executor, organiser_id: UUID) -> dict[str, int]:
    """What the organiser decided; whatever is missing is the house's own."""
    rows = await db.fetch("select kind, days from retention_periods where organiser_id = $1", organiser_id)
    return {row[0]: row[1] for row in rows}


async def choose_days(tx: Connection, organiser_id: UUID, kind: Kind, days: int, *, actor: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into retention_periods (organiser_id, kind, days, decided_by, decided_at)
        values ($1, $2, $3, $4, $5)
        on conflict (organiser_id, kind) do update
        set days = excluded.days,
            decided_by = excluded.decided_by,
            decided_at = excluded.decided_at
        """,
        organiser_id,
        kind,
        days,
        actor,
        now,
    )


async def count_due(db: Executor, organiser_id: UUID, kind: Kind, before: datetime) -> int:
    """How many rows of the kind are due."""
    counts = [await db.fetchval(f"select count(*) from ({due}) d", organiser_id, before) for _table, due, _forget in _STEPS[kind]]
    return sum(counts)


async def forget_due(tx: Connection, organiser_id: UUID, kind: Kind, before: datetime, *, most: int, now: datetime) -> int:
    """Forgets at most `most` rows of each table of the kind. Answers how many."""
    done = 0
    for table, due, forget in _STEPS[kind]:
        statement = f"""
            with given as (
                select $3::int as most, $4::timestamptz as now
            ), due as (
                select x.ctid as row from {table} x where x.ctid in ({due}) limit $3 for update skip locked
            ){forget}"""
        done += int(await tx.fetchval(statement, organiser_id, before, most, now))
    return done


async def last_digest(tx: Connection, organiser_id: UUID) -> bytes:
    """The end of the organiser's chain of records; nobody adds to it before this transaction is over."""
    await tx.execute("select from organisers where id = $1 for no key update", organiser_id)
    found = await tx.fetchval("select digest from deletion_records where organiser_id = $1 order by id desc limit 1", organiser_id)
    return found or b""


async def insert_record(tx: Connection, record: DeletionRecord) -> None:
    await tx.execute(
        """
        insert into deletion_records (organiser_id, kind, deleted, remaining, due_before, at, digest)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        record.organiser_id,
        record.kind,
        record.deleted,
        record.remaining,
        record.due_before,
        record.at,
        record.digest,
    )


async def records_of(db: Executor, organiser_id: UUID, *, before: int | None = None, limit: int = 1_000_000) -> list[DeletionRecord]:
    """The newest first."""
    rows: list[Any] = await db.fetch(
        """
        select id, organiser_id, kind, deleted, remaining, due_before, at, digest
        from deletion_records
        where organiser_id = $1
          and ($2::bigint is null or id < $2)
        order by id desc
        limit $3
        """,
        organiser_id,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), DeletionRecord) for row in rows]
