"""SQL of the list of invitations. Always within one organiser, and one programme or one event of theirs."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.programme.model import Texts

from .list_filter import OWN, Filter, Group
from .list_scope import Scope
from .model import Invitation

PAGE_SIZE = 50
MOST_AT_ONCE = 10_000  # what one wave or one change may concern

# $1 organiser, $2 programme, $3 event and $4 co-host (each or null). `s` is where the invitation stands at that event, or at all of them;
# `m` the last mail about it, `w` its part in the last wave.
_ASKED_FOR = """
from invitations i
cross join lateral (
    select count(*) as events,
           coalesce(bool_and(x.answer = 'none'), true) as silent,
           coalesce(bool_and(x.answer = 'declined'), false) as declined,
           coalesce(bool_or(x.answer = 'provisional'), false) as provisional,
           coalesce(bool_or(x.answer in ('accepted', 'substituted')), false) as comes,
           jsonb_object_agg(e.slug, x.answer) as answers,
           min(p.slug) as contingent_slug,
           jsonb_agg(p.name) filter (where p.id is not null) as contingents
    from invitation_events x
    join events e on e.id = x.event_id
    left join pools p on p.id = x.pool_id
    where x.invitation_id = i.id
      and e.status <> 'cancelled'
      and ($3::uuid is null or x.event_id = $3)
) s
left join lateral (
    select status, last_error, created_at, kind
    from mails
    where invitation_id = i.id
    order by id desc
    limit 1
) m on true
left join lateral (
    select state, reason, wave_id
    from wave_mails
    where invitation_id = i.id
    order by changed_at desc
    limit 1
) w on true
left join co_hosts c on c.id = i.co_host_id
where i.organiser_id = $1
  and ($2::uuid is null or i.programme_id = $2)
  and ($3::uuid is null or s.events > 0)
  and ($4::uuid is null or i.co_host_id = $4)
"""

_OPEN = "i.withdrawn_at is null"
_WRITTEN = "(coalesce(m.status in ('sent', 'bounced'), false) or i.posted_at is not null)"
_ON_ITS_WAY = "coalesce(w.state in ('waiting', 'queued', 'sending'), false)"
_TROUBLED = "(coalesce(m.status in ('failed', 'bounced'), false) or coalesce(w.state = 'unclear', false))"
_UNNAMED = """
    (i.companions = 'later'
     and s.comes
     and i.max_companions > (select count(*) from invitation_guests g where g.invitation_id = i.id and g.role = 'companion'))
"""
_GROUPS = {
    Group.OPEN: _OPEN,
    Group.NOT_WRITTEN: f"{_OPEN} and m.status is null and i.posted_at is null and not {_ON_ITS_WAY}",
    Group.NO_ADDRESS: f"{_OPEN} and i.email = '' and i.delegate_email = ''",
    Group.TROUBLED: f"{_OPEN} and {_TROUBLED}",
    Group.SILENT: f"{_OPEN} and s.silent and {_WRITTEN}",
    Group.OVERDUE: f"{_OPEN} and s.silent and {_WRITTEN} and i.answer_by < now()",
    Group.PROVISIONAL: f"{_OPEN} and s.provisional",
    Group.COMING: f"{_OPEN} and s.comes",
    Group.DECLINED: f"{_OPEN} and s.declined",
    Group.COMPANIONS_UNNAMED: f"{_OPEN} and {_UNNAMED}",
    Group.VIP: f"{_OPEN} and 'vip' = any (i.flags)",
    Group.WITHDRAWN: "i.withdrawn_at is not null",
}

_IN_CONTINGENT = """exists (select
          from invitation_events y
          left join pools q on q.id = y.pool_id
          where y.invitation_id = i.id
            and ($3::uuid is null or y.event_id = $3)
            and coalesce(q.slug, '-') = {})"""

_LINE = f"""
i.id, i.honorific, i.family_name, i.given_name, i.family_name_kana, i.given_name_kana, i.family_name_latin, i.given_name_latin,
i.company, i.department, i.job_title, i.flags, i.email, i.delegate_email, i.locale, i.companions, i.max_companions, i.answer_by,
i.inviter, i.posted_at, i.withdrawn_at, c.name as co_host, s.answers, s.contingents, m.status as mail_status, m.kind as mail_kind,
coalesce(m.last_error, '') as mail_error, m.created_at as mailed_at, w.state as wave_state, w.wave_id, {_TROUBLED} as troubled
"""

# Sorted before anything is looked up for them, so that a page looks up a page and not the whole list.
_IN_ORDER = """
from (
    select *, sort_key collate "C" as listed_by
    from invitations
    where organiser_id = $1
    order by sort_key collate "C" %(way)s, id %(way)s
) i
"""


class InvitationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list. `answers` by the slug of the event; `mail_status` of the last mail about it, `wave_state` in the last wave."""

    id: UUID
    honorific: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    family_name_latin: str
    given_name_latin: str
    company: str
    department: str
    job_title: str
    flags: list[str]
    email: str
    delegate_email: str
    locale: str
    companions: str
    max_companions: int
    answer_by: datetime | None
    inviter: str
    posted_at: datetime | None
    withdrawn_at: datetime | None
    co_host: Texts | None
    answers: dict[str, str] | None
    contingents: list[Texts] | None
    mail_status: str | None
    mail_kind: str | None
    mail_error: str
    mailed_at: datetime | None
    wave_state: str | None
    wave_id: UUID | None
    troubled: bool


class EventCount(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers to one event stand: `invited` is the sum of the five answers."""

    slug: str
    title: Texts
    invited: int
    written: int
    none: int
    provisional: int
    accepted: int
    substituted: int
    declined: int
    capacity: int
    taken: int


async def invitations_page(
    db: Executor, scope: Scope, asked: Filter, *, after: UUID | None = None, before: UUID | None = None, size: int = PAGE_SIZE
) -> list[InvitationLine]:
    """One page and one invitation more, in the order of the names; going backwards the one more comes first."""
    conditions, values = _question(scope, asked)
    beyond, way = ("<", "desc") if before else (">", "asc")
    place = len(values) + 1
    rows = await db.fetch(
        f"""
        select {_LINE}
        {_ASKED_FOR.replace("from invitations i", _IN_ORDER % {"way": way}, 1)}
        {conditions}
          and (${place}::uuid is null or (i.listed_by, i.id) {beyond} (
                select k.sort_key collate "C", k.id
                from invitations k
                where k.id = ${place}
                  and k.organiser_id = $1))
        order by i.listed_by {way}, i.id {way}
        limit ${place + 1}
        """,
        *values,
        before or after,
        size + 1,
    )
    lines = [msgspec.convert(dict(row), InvitationLine) for row in rows]
    return lines[::-1] if before else lines


async def group_sizes(db: Executor, scope: Scope) -> dict[Group, int]:
    """How many invitations each group has, whatever else is asked for."""
    counts = ", ".join(f"count(*) filter (where {condition}) as {group}" for group, condition in _GROUPS.items())
    row = await db.fetchrow(f"select {counts} {_ASKED_FOR}", *_within(scope))
    return {Group(name): size for name, size in dict(row or {}).items()}


async def event_counts(db: Executor, scope: Scope) -> list[EventCount]:
    """The answers event by event, in order of time. Withdrawn invitations are nowhere in it."""
    rows = await db.fetch(
        """
        select e.slug, e.title, p.capacity, p.taken, count(i.id) as invited,
               count(i.id) filter (where i.posted_at is not null
                                      or exists (select from mails m where m.invitation_id = i.id and m.status = 'sent')) as written,
               count(i.id) filter (where x.answer = 'none') as none,
               count(i.id) filter (where x.answer = 'provisional') as provisional,
               count(i.id) filter (where x.answer = 'accepted') as accepted,
               count(i.id) filter (where x.answer = 'substituted') as substituted,
               count(i.id) filter (where x.answer = 'declined') as declined
        from events e
        cross join lateral (select sum(capacity)::int as capacity, sum(taken)::int as taken
                            from pools
                            where event_id = e.id
                              and case when $3::uuid is null then parent_id is null else co_host_id = $3 end) p
        left join invitation_events x on x.event_id = e.id
        left join invitations i on i.id = x.invitation_id
                                and i.withdrawn_at is null
                                and ($2::uuid is null or i.programme_id = $2)
                                and ($3::uuid is null or i.co_host_id = $3)
        where e.id = any ($1::uuid[])
          and e.status <> 'cancelled'
        group by e.id, p.capacity, p.taken
        order by e.starts_at, e.id
        """,
        [event.id for event in scope.events],
        scope.programme_id,
        scope.co_host_id,
    )
    return [msgspec.convert(dict(row), EventCount) for row in rows]


async def chosen_ids(db: Executor, scope: Scope, asked: Filter) -> list[UUID]:
    """Every invitation asked for that is not withdrawn, in the order of the names."""
    conditions, values = _question(scope, asked)
    rows = await db.fetch(
        f'select i.id {_ASKED_FOR} {conditions} and {_OPEN} order by i.sort_key collate "C", i.id limit {MOST_AT_ONCE}', *values
    )
    return [row["id"] for row in rows]


async def invitation_lines(tx: Connection, scope: Scope, asked: Filter) -> AsyncIterator[InvitationLine]:
    """Everything asked for, through a cursor: memory stays the same for any number."""
    conditions, values = _question(scope, asked)
    statement = f'select {_LINE} {_ASKED_FOR} {conditions} order by i.sort_key collate "C", i.id'
    async for row in tx.cursor(statement, *values, prefetch=500):
        yield msgspec.convert(dict(row), InvitationLine)


async def likely_the_same(db: Executor, scope: Scope, *, match_key: str, email: str) -> list[InvitationLine]:
    """Open invitations within the scope with an equal name or mail address, at most five."""
    rows = await db.fetch(
        f"""
        select {_LINE}
        {_ASKED_FOR}
          and {_OPEN}
          and (i.match_key = $5 or ($6 <> '' and lower(i.email) = lower($6)))
        order by i.id
        limit 5
        """,
        *_within(scope),
        match_key,
        email,
    )
    return [msgspec.convert(dict(row), InvitationLine) for row in rows]


async def invitation_within(db: Executor, scope: Scope, invitation_id: UUID) -> Invitation | None:
    """One invitation, if it belongs to the scope."""
    columns = ", ".join(f"i.{name}" for name in Invitation.__struct_fields__)
    row = await db.fetchrow(f"select {columns} {_ASKED_FOR} and i.id = $5", *_within(scope), invitation_id)
    return msgspec.convert(dict(row), Invitation) if row else None


def _within(scope: Scope) -> tuple[UUID, UUID | None, UUID | None, UUID | None]:
    return scope.organiser_id, scope.programme_id, scope.event_id, scope.co_host_id


def _question(scope: Scope, asked: Filter) -> tuple[str, list[Any]]:
    """The conditions of a filter and every value of the statement so far."""
    values: list[Any] = [scope.organiser_id, scope.programme_id, asked.event_id, scope.co_host_id]
    if asked.ticked is not None:
        return "and i.id = any ($5::uuid[])", [*values, asked.ticked]
    conditions = [_GROUPS[asked.group]]

    def add(condition: str, value: object) -> None:
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))

    if asked.words:
        add("i.search_key like all ({}::text[])", [f"%{word}%" for word in asked.words])
    if asked.address_part:
        part = asked.address_part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        add("i.email || ' ' || i.delegate_email ilike {}", f"%{part}%")
    if asked.answer:
        add("exists (select from jsonb_each_text(s.answers) a where a.value = {})", asked.answer)
    if asked.contingent:
        add(_IN_CONTINGENT, asked.contingent)
    if asked.co_host == OWN:
        conditions.append("i.co_host_id is null")
    elif asked.co_host:
        add("c.slug = {}", asked.co_host)
    if asked.lang:
        add("i.locale = {}", asked.lang)
    return "".join(f"\n  and {condition}" for condition in conditions), values
