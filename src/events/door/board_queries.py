"""SQL of the organiser's page about the doors. Every statement goes by the event first."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .board_model import ConflictLine, DayLine, DoorGuest, DoorRecord, GateLine, PhonesNow

RECORDS_SHOWN = 15
CONFLICTS_SHOWN = 100
CONNECTED_WITHIN = timedelta(minutes=2)  # phones say something every half minute while they have a connection

PERSON = """
jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                   'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                   'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                   'company', g.company, 'department', g.department)
"""

# Who wrote a record down: the phone by its name, or a person of the team. A program or a paper list has none.
_WHO = """
coalesce((select d.name from devices d where d.id = %(c)s.device_id),
         (select s.name from staff s where 'staff:' || s.id = %(c)s.operator))
"""

_MOVEMENT = f"""
select c.id, c.registration_id, c.device_at as at, c.kind, c.verdict, c.reason, c.decided_by, c.source, c.note, t.name as gate,
       {_WHO % {"c": "c"}} as who, c.operator, case when g.id is not null then {PERSON} end as guest, r.table_name,
       exists (select from check_ins u where u.undoes = c.id) as undone
from check_ins c
left join registrations r on r.id = c.registration_id
left join guests g on g.id = r.guest_id
left join gates t on t.id = c.gate_id
"""

_CONFLICT = f"""
       c.reason, c.device_at as at, c.phone_at, c.list_at, t.name as gate, {_WHO % {"c": "c"}} as who,
       f.device_at as first_at, ft.name as first_gate, {_WHO % {"c": "f"}} as first_who,
       case when g.id is not null then {PERSON} end as guest, r.state
"""

_CONFLICT_FROM = """
join check_ins c on c.id = x.check_in_id
left join check_ins f on f.id = x.first_check_in_id
left join gates t on t.id = c.gate_id
left join gates ft on ft.id = f.gate_id
left join registrations r on r.id = c.registration_id
left join guests g on g.id = r.guest_id
"""

_OPEN = f"""
select x.check_in_id, c.registration_id, x.kind, x.first_check_in_id, {_CONFLICT}, null as decision, '' as note,
       null as resolved_at, null as resolved_by
from door_conflicts x
{_CONFLICT_FROM}
where x.event_id = $1
  and x.resolved_at is null
"""

_DECIDED = f"""
select x.check_in_id, c.registration_id, x.kind, x.first_check_in_id, {_CONFLICT}, x.decision, x.note, x.resolved_at,
       (select s.name from staff s where 'staff:' || s.id = x.actor) as resolved_by
from conflict_resolutions x
{_CONFLICT_FROM}
where x.event_id = $1
"""


async def gates_of(db: Executor, event_id: UUID) -> list[GateLine]:
    """Every gate in the organiser's order; last, if there were any, the movements without a gate."""
    rows = await db.fetch(
        """
        with moved as (
            select m.gate_id, count(*) filter (where m.kind = 'entry') as entries, count(*) filter (where m.kind = 'exit') as exits,
                   max(m.device_at) as last_at
            from movements m
            where m.event_id = $1
            group by m.gate_id
        ), present as (
            select p.gate_id, count(*) as inside
            from presences p
            where p.event_id = $1
            group by p.gate_id
        )
        select t.name, coalesce(m.entries, 0) as entries, coalesce(m.exits, 0) as exits, coalesce(p.inside, 0) as inside, m.last_at
        from (select id, name, position from gates where event_id = $1
              union all
              select null, null, null) t
        left join moved m on m.gate_id is not distinct from t.id
        left join present p on p.gate_id is not distinct from t.id
        where t.id is not null or m.entries is not null
        order by t.id is null, t.position, t.name
        limit 100
        """,
        event_id,
    )
    return [msgspec.convert(dict(row), GateLine) for row in rows]


async def days_of(db: Executor, event_id: UUID, time_zone: str) -> list[DayLine]:
    """Every day on which somebody came or went, on the event's calendar. Who is inside at the end of a day follows from the order
    of each guest's movements: an entry adds somebody who was not inside, an exit takes away somebody who was."""
    rows = await db.fetch(
        """
        with moved as (
            select m.registration_id, m.kind, (m.device_at at time zone $2)::date as day,
                   lag(m.kind) over (partition by m.registration_id order by m.device_at, m.id) as before
            from movements m
            where m.event_id = $1
        ), days as (
            select day, count(distinct registration_id) filter (where kind = 'entry') as guests,
                   count(*) filter (where kind = 'entry') as entries, count(*) filter (where kind = 'exit') as exits,
                   count(*) filter (where kind = 'entry' and before is distinct from 'entry')
                   - count(*) filter (where kind = 'exit' and before = 'entry') as growth
            from moved
            group by day
        )
        select day, guests, entries, exits, (sum(growth) over (order by day))::int as inside
        from days
        order by day
        limit 60
        """,
        event_id,
        time_zone,
    )
    return [msgspec.convert(dict(row), DayLine) for row in rows]


async def latest_records(db: Executor, event_id: UUID) -> list[DoorRecord]:
    """What the door wrote down last, refusals included, newest first."""
    rows = await db.fetch(f"{_MOVEMENT} where c.event_id = $1 order by c.server_at desc, c.id desc limit $2", event_id, RECORDS_SHOWN)
    return [msgspec.convert(dict(row), DoorRecord) for row in rows]


async def records_of_guest(db: Executor, event_id: UUID, registration_id: UUID) -> list[DoorRecord]:
    """Every record about one guest, newest first by the time it happened."""
    rows = await db.fetch(
        f"{_MOVEMENT} where c.event_id = $1 and c.registration_id = $2 order by c.device_at desc, c.id desc limit 200",
        event_id,
        registration_id,
    )
    return [msgspec.convert(dict(row), DoorRecord) for row in rows]


async def door_guest(db: Executor, event_id: UUID, registration_id: UUID) -> DoorGuest | None:
    """One guest of this event."""
    row = await db.fetchrow(
        f"""
        select r.id as registration_id, r.state, {PERSON} as guest, g.flags, r.table_name, a.device_at as arrived_at,
               p.device_at as inside_since
        from registrations r
        join guests g on g.id = r.guest_id
        left join attendances a on a.registration_id = r.id
        left join presences p on p.registration_id = r.id
        where r.event_id = $1
          and r.id = $2
        """,
        event_id,
        registration_id,
    )
    return msgspec.convert(dict(row), DoorGuest) if row else None


async def open_conflicts(db: Executor, event_id: UUID) -> list[ConflictLine]:
    """What nobody has decided yet, the newest first."""
    rows = await db.fetch(f"{_OPEN} order by c.device_at desc, c.id desc limit $2", event_id, CONFLICTS_SHOWN)
    return [msgspec.convert(dict(row), ConflictLine) for row in rows]


async def decided_conflicts(db: Executor, event_id: UUID) -> list[ConflictLine]:
    """What was decided, the latest decision first; also about entries that were taken back."""
    rows = await db.fetch(f"{_DECIDED} order by x.resolved_at desc, c.id desc limit $2", event_id, CONFLICTS_SHOWN)
    return [msgspec.convert(dict(row), ConflictLine) for row in rows]


async def conflict_of_entry(db: Executor, event_id: UUID, check_in_id: UUID) -> ConflictLine | None:
    """What this entry contradicts, decided or not."""
    for statement in (_DECIDED, _OPEN):
        row = await db.fetchrow(f"{statement} and x.check_in_id = $2", event_id, check_in_id)
        if row:
            return msgspec.convert(dict(row), ConflictLine)
    return None


async def insert_resolution(
    tx: Executor, conflict: ConflictLine, *, event_id: UUID, decision: str, note: str, actor: str, now: datetime
) -> bool:
    """Writes the decision down; the first one stands. Answers whether this is the first."""
    status = await tx.execute(
        """
        insert into conflict_resolutions (check_in_id, event_id, kind, first_check_in_id, decision, note, actor, resolved_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (check_in_id) do nothing
        """,
        conflict.check_in_id,
        event_id,
        conflict.kind,
        conflict.first_check_in_id,
        decision,
        note,
        actor,
        now,
    )
    return bool(status == "INSERT 0 1")


async def phones_now(db: Executor, event_id: UUID, now: datetime) -> PhonesNow:
    """The phones that may work at this event's doors, and what nobody has decided about scans that could not be taken."""
    row = await db.fetchrow(
        """
        select count(*) as paired, count(*) filter (where d.last_seen_at >= $2) as connected, min(d.last_seen_at) as oldest_seen_at,
               coalesce(sum(d.queue_length), 0)::int as queued,
               (select count(*)
                from stranded_scans s
                where s.event_id = $1
                  and s.decision is null) as stranded
        from devices d
        where d.event_id = $1
          and d.paired_at is not null
          and d.revoked_at is null
        """,
        event_id,
        now - CONNECTED_WITHIN,
    )
    return msgspec.convert(dict(row or {}), PhonesNow)
