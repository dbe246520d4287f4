"""SQL of the host's own page and of the mails about arrivals. One statement a function, the connection first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Host, HostedGuest

MOST_GUESTS = 2000  # protocol at the largest reception there is

_HOST = """h.id, h.organiser_id, h.event_id, h.name, h.email, h.locale, h.wants_mail, h.sees_all, h.issue, h.seen_at, h.revoked_at"""
_NAMES = """g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin,
       g.company, g.department, g.job_title"""

_GUESTS = f"""
select r.id as registration_id, {_NAMES}, g.flags, r.state, r.table_name, coalesce(x.note, '') as note,
       a.device_at as arrived_at, a.server_at as told_at, gate.name as gate,
       a.registration_id is not null and p.registration_id is null as has_left
from hosts h
join registrations r on r.event_id = h.event_id
join guests g on g.id = r.guest_id and g.erased_at is null
left join hosted_guests x on x.host_id = h.id and x.registration_id = r.id
left join attendances a on a.registration_id = r.id
left join presences p on p.registration_id = r.id
left join gates gate on gate.id = a.gate_id
where h.id = $1
  and (x.host_id is not null or (h.sees_all and (r.state = 'confirmed' or a.registration_id is not null)))
"""


async def host_by_token(db: Executor, token_hash: bytes) -> Host | None:
    """The host whose link this is now."""
    row = await db.fetchrow(f"select {_HOST} from hosts h where h.token_hash = $1", token_hash)
    return msgspec.convert(dict(row), Host) if row else None


async def host_by_id(db: Executor, host_id: UUID) -> Host | None:
    row = await db.fetchrow(f"select {_HOST} from hosts h where h.id = $1", host_id)
    return msgspec.convert(dict(row), Host) if row else None


async def guests_of_host(db: Executor, host_id: UUID) -> list[HostedGuest]:
    """The host's guests in the order of their names; for protocol everybody who has a place or has come."""
    rows = await db.fetch(f'{_GUESTS} order by g.sort_key collate "C", r.id limit {MOST_GUESTS}', host_id)
    return [_guest(row) for row in rows]


async def guest_of_host(db: Executor, host_id: UUID, registration_id: UUID) -> HostedGuest | None:
    """One of the host's guests."""
    row = await db.fetchrow(f"{_GUESTS} and r.id = $2", host_id, registration_id)
    return _guest(row) if row else None


async def note_visit(db: Executor, host_id: UUID, now: datetime) -> None:
    """The host has looked at the page."""
    await db.execute("update hosts set seen_at = $2 where id = $1", host_id, now)


async def order_arrival_mails(db: Executor) -> int:
    """Orders the mails to hosts who want them: one for every arrival they were not written to about. Answers how many.

    What a phone brings in late counts from when the service hears of it. An arrival that was undone counts no more, so the next one of
    the same guest is told again.
    """
    ordered = await db.fetchval(
        """
        with due as (
            select h.id as host_id, a.registration_id, a.check_in_id
            from hosts h
            join events e on e.id = h.event_id
            join attendances a on a.event_id = h.event_id
            where h.wants_mail
              and h.revoked_at is null
              and now() < e.ends_at + interval '1 day'
              and a.server_at >= h.mails_from
              and (h.sees_all or exists (select from hosted_guests x where x.host_id = h.id and x.registration_id = a.registration_id))
              and not exists (select
                              from told_arrivals t
                              where t.host_id = h.id
                                and t.registration_id = a.registration_id
                                and not exists (select from check_ins u where u.undoes = t.check_in_id))
            limit 500
        ), told as (
            insert into told_arrivals (host_id, registration_id, check_in_id)
            select host_id, registration_id, check_in_id
            from due
            on conflict do nothing
            returning host_id, registration_id
        ), ordered as (
            insert into jobs (name, payload)
            select 'arrival_mail', jsonb_build_object('host_id', host_id, 'registration_id', registration_id)
            from told
            returning 1
        )
        select count(*) from ordered
        """
    )
    return int(ordered)


def _guest(row: Any) -> HostedGuest:
    return msgspec.convert(dict(row), HostedGuest)
