"""SQL of the meetings of two guests who exchange contacts. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Meeting

MOST_MEETINGS = 500

_MEETINGS = """
select m.id, m.number, m.asked_at, m.agreed_at, m.declined_at, o.id as other_id, m.asked_by = $1 as is_mine,
       case when m.agreed_at is null then '' else g.honorific end as honorific,
       case when m.agreed_at is null then '' else g.family_name end as family_name,
       case when m.agreed_at is null then '' else g.given_name end as given_name,
       case when m.agreed_at is null then '' else g.family_name_kana end as family_name_kana,
       case when m.agreed_at is null then '' else g.given_name_kana end as given_name_kana,
       case when m.agreed_at is null then '' else g.family_name_latin end as family_name_latin,
       case when m.agreed_at is null then '' else g.given_name_latin end as given_name_latin,
       case when m.agreed_at is not null and 'company' = any (c.shares) then g.company else '' end as company
from contact_meetings m
join registrations o on o.id = case when m.asked_by = $1 then m.asked_of else m.asked_by end
join contact_cards c on c.registration_id = o.id and c.guest_id = o.guest_id
join guests g on g.id = o.guest_id and g.erased_at is null
where $1 in (m.asked_by, m.asked_of)
"""


async def meet(tx: Connection, meeting_id: UUID, event_id: UUID, *, by: UUID, of: UUID, number: int, now: datetime) -> bool:
    """One guest has scanned the other. The first of the two asks; when the other one does the same, both have agreed. Whoever asks
    again after a refusal changes nothing. Answers whether both have agreed now and had not before."""
    agreed_at = await tx.fetchval(
        """
        insert into contact_meetings as m (id, event_id, asked_by, asked_of, number, asked_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (least(asked_by, asked_of), greatest(asked_by, asked_of)) do update
        set agreed_at = coalesce(m.agreed_at, case when m.asked_of = excluded.asked_by then excluded.asked_at end),
            declined_at = case when m.asked_of = excluded.asked_by then null else m.declined_at end
        returning m.agreed_at
        """,
        meeting_id,
        event_id,
        by,
        of,
        number,
        now,
    )
    return bool(agreed_at == now)


async def agree(tx: Connection, meeting_id: UUID, asked_of: UUID, now: datetime) -> UUID | None:
    """The guest who was asked says yes. Answers who had asked, or nothing if there is nothing to agree to."""
    found = await tx.fetchval(
        """
        update contact_meetings
        set agreed_at = coalesce(agreed_at, $3),
            declined_at = null
        where id = $1
          and asked_of = $2
        returning asked_by
        """,
        meeting_id,
        asked_of,
        now,
    )
    return UUID(str(found)) if found else None


async def refuse(tx: Connection, meeting_id: UUID, registration_id: UUID, now: datetime) -> None:
    """The guest who was asked says no, which stays known so that nobody asks again and again; whoever asked takes it back."""
    await tx.execute(
        """
        with taken_back as (
            delete from contact_meetings where id = $1 and asked_by = $2 and agreed_at is null and declined_at is null
        )
        update contact_meetings
        set declined_at = coalesce(declined_at, $3)
        where id = $1
          and asked_of = $2
          and agreed_at is null
        """,
        meeting_id,
        registration_id,
        now,
    )


async def meetings_of(db: Executor, registration_id: UUID) -> list[Meeting]:
    """The guest's meetings, the latest first; nothing of the other is told before both have agreed."""
    rows = await db.fetch(f"{_MEETINGS} order by coalesce(m.agreed_at, m.asked_at) desc, m.id limit {MOST_MEETINGS}", registration_id)
    return [msgspec.convert(dict(row), Meeting) for row in rows]


async def partners_of(db: Executor, registration_ids: Sequence[UUID]) -> list[UUID]:
    """Everybody who has met one of these."""
    rows = await db.fetch(
        """
        select distinct case when m.asked_by = any ($1) then m.asked_of else m.asked_by end as other
        from contact_meetings m
        where m.asked_by = any ($1)
           or m.asked_of = any ($1)
        order by 1
        """,
        list(registration_ids),
    )
    return [row[0] for row in rows]
