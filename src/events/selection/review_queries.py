"""SQL of applications and reviews. One statement a function, the connection first; always by the event first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole
from events.kit.database import Connection, Executor
from events.people.model import Person

from .applications import Group, Question
from .model import Application, Review, Said, Verdict

PAGE_SIZE = 50

# A word counts if it is about the guest who stands there now, said since this application began, and the latest of its role.
_COUNTED = """
select distinct on (v.registration_id, v.role) v.registration_id, v.role, v.verdict
from reviews v
where v.registration_id = r.id
  and v.guest_id = r.guest_id
  and v.at >= r.state_changed_at
order by v.registration_id, v.role, v.id desc
"""
_VERDICTS = f"(select coalesce(jsonb_object_agg(c.role, c.verdict), '{{}}') from ({_COUNTED}) c)"

_PERSON = """
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department) as person
"""

_APPLICATIONS = f"""
select a.*
from (select r.id as registration_id, r.booking_id, r.guest_id, g.job_title, b.email, b.locale, g.flags, g.sort_key, g.search_key,
             c.name as contingent, r.state_changed_at as applied_at, r.pool_id is not null as has_place,
             (select count(*)
              from registrations o
              where o.event_id = r.event_id
                and o.booking_id = r.booking_id
                and o.state not in ('cancelled', 'expired'))::int as party_size,
             {_VERDICTS} as verdicts, {_PERSON}
      from registrations r
      join guests g on g.id = r.guest_id
      join bookings b on b.id = r.booking_id
      left join pools c on c.id = coalesce(r.pool_id, r.wanted_pool_id) and c.parent_id is not null
      where r.event_id = $1
        and r.state = 'awaiting_approval') a
"""
_ASKED = """
where a.search_key like all ($2::text[])
  and case $3 when 'mine' then not a.verdicts ?& $4::text[]
              when 'incomplete' then a.verdicts @? '$.* ? (@ == "incomplete")'
              when 'agreed' then a.verdicts @? '$.* ? (@ == "approved")'
              else true end
"""


async def applications_page(
    db: Executor, event_id: UUID, question: Question, *, voices: Collection[ReviewRole], after: UUID | None, size: int = PAGE_SIZE
) -> list[Application]:
    """One page and one guest more, in the order of the names."""
    rows = await db.fetch(
        f"""
        {_APPLICATIONS}
        {_ASKED}
          and ($5::uuid is null or (a.sort_key collate "C", a.registration_id) > (
                select k.sort_key collate "C", x.id
                from registrations x
                join guests k on k.id = x.guest_id
                where x.event_id = $1
                  and x.id = $5))
        order by a.sort_key collate "C", a.registration_id
        limit $6
        """,
        event_id,
        [f"%{word}%" for word in question.words],
        question.group,
        [*voices],
        after,
        size + 1,
    )
    return [msgspec.convert(dict(row), Application) for row in rows]


async def group_sizes(db: Executor, event_id: UUID, voices: Collection[ReviewRole]) -> dict[Group, int]:
    """How many guests each group has, whatever is searched for."""
    row = await db.fetchrow(
        f"""
        select count(*) as awaiting,
               count(*) filter (where not a.verdicts ?& $2::text[]) as mine,
               count(*) filter (where a.verdicts @? '$.* ? (@ == "incomplete")') as incomplete,
               count(*) filter (where a.verdicts @? '$.* ? (@ == "approved")') as agreed
        from ({_APPLICATIONS}) a
        """,
        event_id,
        [*voices],
    )
    return {Group(name): size for name, size in dict(row or {}).items()}


async def application(db: Executor, event_id: UUID, registration_id: UUID) -> Application | None:
    """One guest of this event who awaits a decision."""
    row = await db.fetchrow(f"{_APPLICATIONS} where a.registration_id = $2", event_id, registration_id)
    return msgspec.convert(dict(row), Application) if row else None


async def person_at(db: Executor, event_id: UUID, registration_id: UUID) -> Person | None:
    """Who stands in this registration of the event, whatever its state."""
    row = await db.fetchrow(
        f"select {_PERSON} from registrations r join guests g on g.id = r.guest_id where r.event_id = $1 and r.id = $2",
        event_id,
        registration_id,
    )
    return msgspec.convert(row["person"], Person) if row else None


async def reviews_of(db: Executor, event_id: UUID, registration_id: UUID) -> list[Review]:
    """Everything that was ever said at this registration, the newest first."""
    rows = await db.fetch(
        f"""
        select v.id, v.role, v.verdict, v.reason, v.missing, v.at, coalesce(s.name, v.actor) as author, {_PERSON},
               r.state = 'awaiting_approval'
               and v.guest_id = r.guest_id
               and v.at >= r.state_changed_at
               and not exists (select
                               from reviews n
                               where n.registration_id = v.registration_id
                                 and n.role = v.role
                                 and n.guest_id = v.guest_id
                                 and n.id > v.id) as counts
        from reviews v
        join registrations r on r.id = v.registration_id
        join guests g on g.id = v.guest_id
        left join staff s on v.actor = 'staff:' || s.id
        where v.event_id = $1
          and v.registration_id = $2
        order by v.id desc
        limit 200
        """,
        event_id,
        registration_id,
    )
    return [msgspec.convert(dict(row), Review) for row in rows]


async def lock_awaiting(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the registrations that still await a decision; nobody else moves them until the transaction ends."""
    rows = await tx.fetch(
        """
        select id
        from registrations
        where event_id = $1
          and id = any ($2)
          and state = 'awaiting_approval'
        order by id
        for no key update
        """,
        event_id,
        list(registration_ids),
    )
    return [row["id"] for row in rows]


async def insert_reviews(
    tx: Connection,
    event_id: UUID,
    registration_ids: Sequence[UUID],
    *,
    role: ReviewRole,
    verdict: Verdict,
    reason: str,
    missing: str,
    actor: str,
    now: datetime,
) -> list[int]:
    """One word about each of the guests. Answers the ids, ascending."""
    rows = await tx.fetch(
        """
        insert into reviews (event_id, registration_id, guest_id, role, verdict, reason, missing, actor, at)
        select r.event_id, r.id, r.guest_id, $3, $4, $5, $6, $7, greatest($8, r.state_changed_at)
        from registrations r
        where r.event_id = $1
          and r.id = any ($2)
        order by r.id
        returning id
        """,
        event_id,
        list(registration_ids),
        role,
        verdict,
        reason,
        missing,
        actor,
        now,
    )
    return sorted(row["id"] for row in rows)


async def counted_verdicts(db: Executor, event_id: UUID, registration_ids: Sequence[UUID]) -> dict[UUID, dict[ReviewRole, Verdict]]:
    """The words that count, by guest."""
    rows = await db.fetch(
        f"select r.id, {_VERDICTS} as verdicts from registrations r where r.event_id = $1 and r.id = any ($2)",
        event_id,
        list(registration_ids),
    )
    return {row["id"]: msgspec.convert(row["verdicts"], dict[ReviewRole, Verdict]) for row in rows}


async def said(db: Executor, event_id: UUID, *, actor: str, first: int, last: int) -> list[Said]:
    """What became of the words that this person said in one go."""
    rows = await db.fetch(
        f"""
        select r.id as registration_id, v.role, v.verdict, r.state, {_VERDICTS} as verdicts, {_PERSON}
        from reviews v
        join registrations r on r.id = v.registration_id
        join guests g on g.id = v.guest_id
        where v.event_id = $1
          and v.actor = $2
          and v.id between $3 and $4
        order by g.sort_key collate "C", v.id
        limit 500
        """,
        event_id,
        actor,
        first,
        last,
    )
    return [msgspec.convert(dict(row), Said) for row in rows]
