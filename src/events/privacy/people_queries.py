"""SQL of people over all events and invitations of an organiser. The connection first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.people.model import Person

from .model import Holdings, Trace

_NAMES = """x.honorific, x.family_name, x.given_name, x.family_name_kana, x.given_name_kana, x.family_name_latin, x.given_name_latin,
       x.company, x.department"""

_TRACES = f"""
select 'guests' as kind, x.id, x.organiser_id, {_NAMES}, x.job_title, b.email, x.sort_key, x.booking_id as party_id,
       x.position = 0 as is_contact,
       array(select e.title from registrations r join events e on e.id = r.event_id
             where r.guest_id = x.id and r.state not in ('cancelled', 'expired') order by e.starts_at) as events
from guests x
join bookings b on b.id = x.booking_id
where x.organiser_id = any ($1)
  and x.erased_at is null
  and {{guests}}
union all
select 'invitations', x.id, x.organiser_id, {_NAMES}, x.job_title, coalesce(nullif(x.email, ''), x.delegate_email), x.sort_key,
       x.booking_id, true,
       array(select e.title from invitation_events v join events e on e.id = v.event_id
             where v.invitation_id = x.id order by e.starts_at)
from invitations x
where x.organiser_id = any ($1)
  and x.erased_at is null
  and {{invitations}}
order by sort_key, email, kind, id
limit 200
"""
_BY_WORDS = "(select bool_and(x.search_key like '%' || w || '%') from unnest($2::text[]) as w)"
_SEARCH = _TRACES.format(
    guests=f"({_BY_WORDS} or ($3 <> '' and position($3 in lower(b.email)) > 0))",
    invitations=f"({_BY_WORDS} or ($3 <> '' and position($3 in lower(x.email || ' ' || x.delegate_email)) > 0))",
)
_OF_PARTIES = _TRACES.format(guests="x.booking_id = any ($2)", invitations="x.booking_id = any ($2)")
_ONE = _TRACES.format(guests="x.id = $2 and $3 = 'guests'", invitations="x.id = $2 and $3 = 'invitations'")


async def search_people(db: Executor, organiser_ids: Sequence[UUID], words: Sequence[str], email: str) -> list[Trace]:
    """Guests and invitees whose names, company or address hold all of it, in the order of names; the first two hundred."""
    return [_trace(row) for row in await db.fetch(_SEARCH, list(organiser_ids), list(words), email)]


async def trace_by_id(db: Executor, organiser_ids: Sequence[UUID], kind: str, trace_id: UUID) -> Trace | None:
    """One guest or one invitee of these organisers."""
    row = await db.fetchrow(_ONE, list(organiser_ids), trace_id, kind)
    return _trace(row) if row else None


async def traces_of_parties(db: Executor, organiser_id: UUID, lead_ids: Sequence[UUID]) -> list[Trace]:
    """The guests of these parties and the invitees they came from."""
    return [_trace(row) for row in await db.fetch(_OF_PARTIES, [organiser_id], list(lead_ids))]


async def bookings_of_parties(db: Executor, lead_ids: Sequence[UUID]) -> list[UUID]:
    """Every booking of the parties."""
    rows = await db.fetch(
        "select b.id from bookings b where b.id = any ($1) or b.lead_id = any ($1) order by b.created_at, b.id", list(lead_ids)
    )
    return [row[0] for row in rows]


async def names_in(db: Executor, holdings: Holdings) -> list[Person]:
    """Every way in which the person's name is written in these rows."""
    rows = await db.fetch(
        f"""
        select {_NAMES} from guests x where x.id = any ($1) and x.erased_at is null
        union
        select {_NAMES} from invitations x where x.id = any ($2) and x.erased_at is null
        """,
        holdings.guest_ids,
        holdings.invitation_ids,
    )
    return [msgspec.convert(dict(row), Person) for row in rows]


def _trace(row: Any) -> Trace:
    return msgspec.convert(dict(row), Trace)
