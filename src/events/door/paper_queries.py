"""SQL of the guest list on paper. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .paper_model import Line, PaperGuest, PaperList

_GUEST = """
r.id as registration_id, r.state, g.flags, r.table_name,
(g.diet <> '' or g.access_needs <> '') as has_needs,
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department) as person,
party.size as party_size, party.place as party_place, coalesce(party.name, '') as party_name
"""
_OF_EVENT = """
from registrations r
cross join lateral (select * from guests x where x.id = r.guest_id offset 0) g
cross join lateral (select count(*) as size,
                           count(*) filter (where (m.position, o.id) <= (g.position, r.id)) as place,
                           (array_agg(coalesce(nullif(m.family_name_latin, ''), m.family_name) order by m.position))[1] as name
                    from registrations o
                    join guests m on m.id = o.guest_id
                    where o.booking_id = r.booking_id
                      and o.event_id = r.event_id
                      and o.state not in ('cancelled', 'expired')) party
"""


async def guests_to_list(db: Executor, event_id: UUID, *, most: int) -> list[PaperGuest]:
    """Everybody who has a place or may still get one."""
    rows = await db.fetch(
        f"select {_GUEST} {_OF_EVENT} where r.event_id = $1 and r.state not in ('cancelled', 'expired') order by r.id limit $2",
        event_id,
        most,
    )
    return [msgspec.convert(dict(row), PaperGuest) for row in rows]


async def guests_of_list(db: Executor, list_id: UUID) -> dict[int, PaperGuest]:
    """The guests of a list's numbers, as they are now."""
    rows = await db.fetch(
        f"""
        select l.number, {_GUEST}
        {_OF_EVENT.replace("from registrations r", "from paper_list_lines l join registrations r on r.id = l.registration_id", 1)}
        where l.list_id = $1
        order by l.number
        """,
        list_id,
    )
    return {row["number"]: msgspec.convert(dict(row), PaperGuest) for row in rows}


async def guests_of_lines(db: Executor, list_id: UUID, first: int, most: int) -> dict[int, PaperGuest]:
    """The guests of some numbers in a row."""
    rows = await db.fetch(
        f"""
        select l.number, {_GUEST}
        {_OF_EVENT.replace("from registrations r", "from paper_list_lines l join registrations r on r.id = l.registration_id", 1)}
        where l.list_id = $1
          and l.number >= $2
          and l.number < $2 + $3
        order by l.number
        """,
        list_id,
        first,
        most,
    )
    return {row["number"]: msgspec.convert(dict(row), PaperGuest) for row in rows}


async def lock_lists(tx: Connection, event_id: UUID) -> None:
    """Whoever makes a list of the event makes it alone."""
    await tx.execute("select from events where id = $1 for no key update", event_id)


async def lists_of_event(db: Executor, event_id: UUID) -> list[PaperList]:
    """The newest first."""
    rows = await db.fetch(
        "select id, version, lines, actor, made_at from paper_lists where event_id = $1 order by version desc limit 100", event_id
    )
    return [_list(row) for row in rows]


async def list_by_version(db: Executor, event_id: UUID, version: int) -> PaperList | None:
    row = await db.fetchrow(
        "select id, version, lines, actor, made_at from paper_lists where event_id = $1 and version = $2", event_id, version
    )
    return _list(row) if row else None


async def registrations_of_list(db: Executor, list_id: UUID) -> list[UUID]:
    """In the order of the numbers, which begin with 1."""
    rows = await db.fetch("select registration_id from paper_list_lines where list_id = $1 order by number", list_id)
    return [row[0] for row in rows]


async def insert_list(tx: Connection, event_id: UUID, made: PaperList, registration_ids: Sequence[UUID]) -> None:
    """A new version with a line for each guest, numbered in this order."""
    await tx.execute(
        """
        with made as (
            insert into paper_lists (id, event_id, version, lines, actor, made_at)
            values ($1, $2, $3, $4, $5, $6)
            returning id
        )
        insert into paper_list_lines (list_id, number, registration_id)
        select made.id, l.number, l.registration_id
        from made, unnest($7::uuid[]) with ordinality as l (registration_id, number)
        """,
        made.id,
        event_id,
        made.version,
        made.lines,
        made.actor,
        made.made_at,
        list(registration_ids),
    )


async def lines_of_list(db: Executor, list_id: UUID, numbers: Sequence[int], check_in_ids: Sequence[UUID], *, at: datetime) -> list[Line]:
    """The lines of these numbers, each with the check-in it would become: whether that is written already, and whether the guest is in
    at that moment by any other record."""
    rows = await db.fetch(
        f"""
        select l.number, to_jsonb(f) as guest, k.id is not null as is_written,
               k.id is null and 'entry' in (coalesce(m.before, ''), coalesce(m.after, '')) as is_in,
               e.first_at as in_since, a.name as in_gate
        from unnest($2::int[], $3::uuid[]) as asked (number, check_in_id)
        join paper_list_lines l on l.list_id = $1 and l.number = asked.number
        cross join lateral (select {_GUEST} {_OF_EVENT} where r.id = l.registration_id) f
        left join check_ins k on k.id = asked.check_in_id
        left join lateral movements_around(l.registration_id, $4, asked.check_in_id) m on true
        left join lateral entry_that_counts(l.registration_id, $4, asked.check_in_id) e on true
        left join gates a on a.id = e.gate_id
        order by l.number
        """,
        list_id,
        list(numbers),
        list(check_in_ids),
        at,
    )
    return [
        Line(
            number=row["number"],
            guest=msgspec.convert(row["guest"], PaperGuest),
            is_in=row["is_in"],
            in_since=row["in_since"] if row["is_in"] else None,
            in_gate=(row["in_gate"] or "") if row["is_in"] else "",
            is_written=row["is_written"],
        )
        for row in rows
    ]


async def gates_of_event(db: Executor, event_id: UUID) -> list[tuple[UUID, str]]:
    """The gates in the organiser's order."""
    rows = await db.fetch("select id, name from gates where event_id = $1 order by position, name limit 100", event_id)
    return [(row[0], row[1]) for row in rows]


async def entered_of_lists(db: Executor, event_id: UUID) -> dict[UUID, int]:
    """How many guests of each list were let in by paper."""
    rows = await db.fetch(
        """
        select l.list_id, count(distinct c.registration_id)
        from paper_lists p
        join paper_list_lines l on l.list_id = p.id
        join check_ins c on c.registration_id = l.registration_id
        where p.event_id = $1
          and c.decided_by = 'paper'
          and c.verdict = 'admitted'
        group by l.list_id
        """,
        event_id,
    )
    return {row[0]: row[1] for row in rows}


def _list(row: Any) -> PaperList:
    return msgspec.convert(dict(row), PaperList)
