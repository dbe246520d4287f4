"""SQL of the organiser's hosts: who they are, their links, which guests are theirs. One statement a function, the connection first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Candidate, HostDetails, ListedHost

MOST_HOSTS = 500
MOST_CANDIDATES = 100  # of a search: whoever sees more types another letter
MOST_PLACES = 10_000

_LISTED = """
select h.id, h.organiser_id, h.event_id, h.name, h.email, h.locale, h.wants_mail, h.sees_all, h.issue, h.seen_at, h.revoked_at,
       count(x.registration_id)::int as guests, count(a.registration_id)::int as arrived
from hosts h
left join hosted_guests x on x.host_id = h.id
left join attendances a on a.registration_id = x.registration_id
"""
_CANDIDATE = """r.id as registration_id, r.state, g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana,
       g.family_name_latin, g.given_name_latin, g.company, g.department,
       array(select h.name
             from hosted_guests x
             join hosts h on h.id = x.host_id
             where x.registration_id = r.id
             order by h.name) as hosts"""


async def hosts_of_event(db: Executor, event_id: UUID) -> list[ListedHost]:
    """Every host of an event by name, those whose link was ended last."""
    rows = await db.fetch(
        f"{_LISTED} where h.event_id = $1 group by h.id order by h.revoked_at is not null, h.name, h.id limit {MOST_HOSTS}", event_id
    )
    return [msgspec.convert(dict(row), ListedHost) for row in rows]


async def listed_host(db: Executor, event_id: UUID, host_id: UUID) -> ListedHost | None:
    """One host of this event."""
    row = await db.fetchrow(f"{_LISTED} where h.event_id = $1 and h.id = $2 group by h.id", event_id, host_id)
    return msgspec.convert(dict(row), ListedHost) if row else None


async def insert_host(
    tx: Connection, host_id: UUID, details: HostDetails, *, organiser_id: UUID, event_id: UUID, token_hash: bytes
) -> None:
    await tx.execute(
        """
        insert into hosts (id, organiser_id, event_id, name, email, locale, wants_mail, sees_all, token_hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        host_id,
        organiser_id,
        event_id,
        details.name,
        details.email,
        details.locale,
        details.wants_mail,
        details.sees_all,
        token_hash,
    )


async def update_host(tx: Connection, host_id: UUID, details: HostDetails, now: datetime) -> None:
    """What was entered about a host. Mails that are switched on begin now."""
    await tx.execute(
        """
        update hosts
        set name = $2,
            email = $3,
            locale = $4,
            mails_from = case when $5 and not wants_mail then $7 else mails_from end,
            wants_mail = $5,
            sees_all = $6
        where id = $1
        """,
        host_id,
        details.name,
        details.email,
        details.locale,
        details.wants_mail,
        details.sees_all,
        now,
    )


async def replace_token(tx: Connection, host_id: UUID, *, issue: int, token_hash: bytes) -> bool:
    """A new link; the one before opens nothing any more. False if somebody else has just replaced it."""
    status = await tx.execute(
        "update hosts set issue = $2, token_hash = $3, revoked_at = null, seen_at = null where id = $1 and issue = $2 - 1",
        host_id,
        issue,
        token_hash,
    )
    return status == "UPDATE 1"


async def revoke_host(tx: Connection, host_id: UUID, now: datetime) -> None:
    """Ends the link; the guests stay assigned."""
    await tx.execute("update hosts set revoked_at = coalesce(revoked_at, $2) where id = $1", host_id, now)


async def assign_guests(tx: Connection, host_id: UUID, event_id: UUID, registration_ids: Sequence[UUID]) -> int:
    """Makes guests of this event the host's; those who are already stay so. Answers how many are new."""
    status = await tx.execute(
        """
        insert into hosted_guests (host_id, registration_id)
        select $1, r.id
        from registrations r
        where r.event_id = $2
          and r.id = any ($3)
        on conflict do nothing
        """,
        host_id,
        event_id,
        list(registration_ids),
    )
    return int(status.rpartition(" ")[2])


async def release_guests(tx: Connection, host_id: UUID, registration_ids: Sequence[UUID]) -> None:
    """The guests are the host's no more; the note about them goes as well."""
    await tx.execute("delete from hosted_guests where host_id = $1 and registration_id = any ($2)", host_id, list(registration_ids))


async def forget_hosted(tx: Connection, guest_ids: Sequence[UUID]) -> None:
    """Nobody is these people's host any more, and nothing is noted about them."""
    await tx.execute(
        """
        with places as (
            select id from registrations where guest_id = any ($1)
        ), told as (
            delete from told_arrivals t using places p where t.registration_id = p.id
        )
        delete from hosted_guests x
        using places p
        where x.registration_id = p.id
        """,
        list(guest_ids),
    )


async def save_notes(tx: Connection, host_id: UUID, notes: Mapping[UUID, str]) -> None:
    """What the host is to know about each of these guests."""
    await tx.execute(
        """
        update hosted_guests x
        set note = n.note
        from unnest($2::uuid[], $3::text[]) as n (registration_id, note)
        where x.host_id = $1
          and x.registration_id = n.registration_id
        """,
        host_id,
        list(notes),
        list(notes.values()),
    )


async def find_candidates(db: Executor, event_id: UUID, host_id: UUID, words: Sequence[str]) -> list[Candidate]:
    """Guests of the event with all these words in their names or company who are not the host's yet."""
    rows = await db.fetch(
        f"""
        select {_CANDIDATE}
        from registrations r
        cross join lateral (select * from guests g where g.id = r.guest_id offset 0) g
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
          and g.erased_at is null
          and g.search_key like all ($3::text[])
          and not exists (select from hosted_guests x where x.host_id = $2 and x.registration_id = r.id)
        order by g.sort_key collate "C", r.id
        limit $4
        """,
        event_id,
        host_id,
        [f"%{word}%" for word in words],
        MOST_CANDIDATES,
    )
    return [msgspec.convert(dict(row), Candidate) for row in rows]


async def assigned_guests(db: Executor, host_id: UUID) -> list[Candidate]:
    """The guests who are the host's by name, in the order of their names, with the note for the host."""
    rows = await db.fetch(
        f"""
        select {_CANDIDATE}, own.note
        from hosted_guests own
        join registrations r on r.id = own.registration_id
        join guests g on g.id = r.guest_id and g.erased_at is null
        where own.host_id = $1
        order by g.sort_key collate "C", r.id
        limit {MOST_PLACES}
        """,
        host_id,
    )
    return [msgspec.convert(dict(row), Candidate) for row in rows]


async def host_names(db: Executor, registration_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Who receives each of these guests, for those whom somebody does."""
    rows = await db.fetch(
        """
        select x.registration_id, string_agg(h.name, ', ' order by h.name)
        from hosted_guests x
        join hosts h on h.id = x.host_id
        where x.registration_id = any ($1)
        group by x.registration_id
        """,
        list(registration_ids),
    )
    return {row[0]: row[1] for row in rows}


async def companies_of_event(db: Executor, event_id: UUID) -> list[tuple[str, int]]:
    """The companies of the event's guests with the number of guests, by name."""
    rows = await db.fetch(
        """
        select g.company, count(*)::int as guests
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
          and g.company <> ''
        group by g.company
        order by g.company
        limit 1000
        """,
        event_id,
    )
    return [(row[0], row[1]) for row in rows]


async def registrations_of_company(db: Executor, event_id: UUID, company: str) -> list[UUID]:
    rows = await db.fetch(
        """
        select r.id
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
          and g.company = $2
        order by r.id
        limit $3
        """,
        event_id,
        company,
        MOST_PLACES,
    )
    return [row[0] for row in rows]


async def registrations_of_address(db: Executor, event_id: UUID, email: str) -> list[UUID]:
    """The guests of the bookings at this event that are written to there; for a party over a programme its first guest alone is asked
    for by address, so nobody is assigned because a colleague signed them up."""
    rows = await db.fetch(
        """
        select r.id
        from registrations r
        join guests g on g.id = r.guest_id
        join bookings b on b.id = r.booking_id
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
          and lower(b.email) = lower($2)
          and g.position = 0
        order by r.id
        limit 2
        """,
        event_id,
        email,
    )
    return [row[0] for row in rows]


async def registration_of_ticket(db: Executor, event_id: UUID, code_hash: bytes) -> UUID | None:
    """The place at this event that a ticket's code opens."""
    found = await db.fetchval(
        """
        select r.id
        from tickets t
        join registrations r on r.guest_id = t.guest_id
        where t.code_hash = $2
          and r.event_id = $1
        """,
        event_id,
        code_hash,
    )
    return UUID(str(found)) if found else None


async def registrations_by_words(db: Executor, event_id: UUID, words: Sequence[str]) -> list[UUID]:
    """At most two guests of the event with all these words: one is meant, two leave it open."""
    rows = await db.fetch(
        """
        select r.id
        from registrations r
        cross join lateral (select * from guests g where g.id = r.guest_id offset 0) g
        where r.event_id = $1
          and r.state not in ('cancelled', 'expired')
          and g.search_key like all ($2::text[])
        order by r.id
        limit 2
        """,
        event_id,
        [f"%{word}%" for word in words],
    )
    return [row[0] for row in rows]
