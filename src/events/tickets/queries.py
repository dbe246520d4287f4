"""SQL of the tickets. One statement a function, the connection first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.registration.model import GuestDetails

from .model import TicketRow

_TICKETS = """
select t.id, t.issue, g.id as guest_id, b.id as booking_id, b.email, b.locale, b.time_zone, o.contact_email as organiser_email,
       g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin,
       g.given_name_latin, g.company, g.department, g.job_title,
       r.id as registration_id, r.event_id, r.state, r.table_name, r.expires_at
from tickets t
join guests g on g.id = t.guest_id
join bookings b on b.id = g.booking_id
join organisers o on o.id = b.organiser_id
join registrations r on r.guest_id = g.id
join events e on e.id = r.event_id
"""


async def ticket_by_code(db: Executor, code_hash: bytes) -> list[TicketRow]:
    """The rows of one ticket in the order of its events; none for a code that is unknown or was replaced."""
    return _rows(await db.fetch(f"{_TICKETS} where t.code_hash = $1 order by e.starts_at, e.id", code_hash))


async def tickets_of_booking(db: Executor, booking_id: UUID) -> list[TicketRow]:
    """The rows of all tickets of a booking's party, guests in the order they were named. Over a programme they hang on its lead."""
    whole_party = "where b.id = (select coalesce(lead_id, id) from bookings where id = $1)"
    return _rows(await db.fetch(f"{_TICKETS} {whole_party} order by g.position, e.starts_at, e.id", booking_id))


async def asked_by_reviewers(db: Executor, review_ids: Sequence[int], registration_ids: Sequence[UUID]) -> str:
    """What these reviews miss about these guests, each thing once."""
    rows = await db.fetch(
        """
        select missing
        from reviews
        where id = any ($1)
          and registration_id = any ($2)
          and missing <> ''
        group by missing
        order by min(id)
        """,
        list(review_ids),
        list(registration_ids),
    )
    return "\n".join(row["missing"] for row in rows)


# From nine in the morning to eight in the evening where the mail is read; at night it waits for the morning. Of `l.at`, in `z.zone`.
_AWAKE = """(case when l.at::time < '09:00' then l.at::date + time '09:00'
                      when l.at::time > '20:00' then l.at::date + 1 + time '09:00'
                      else l.at end at time zone z.zone)"""


async def order_reminders(db: Executor) -> None:
    """Writes the reminders of events whose day for them has come, once: noted and ordered in one statement.

    They go out while their readers are awake, unless the event comes first."""
    await db.execute(
        f"""
        with due as (
            update mail_plans p
            set reminded_at = now()
            from events e
            where e.id = p.event_id
              and e.status = 'published'
              and p.reminded_at is null
              and now() between e.starts_at - make_interval(days => p.reminder_days) and e.starts_at
            returning p.event_id, e.starts_at, e.time_zone
        )
        insert into jobs (name, payload, bulk, run_at)
        select distinct 'booking_mail', jsonb_build_object('booking_id', r.booking_id, 'event_id', r.event_id, 'kind', 'reminder'), true,
               least({_AWAKE}, due.starts_at - interval '3 hours')
        from due
        join registrations r on r.event_id = due.event_id
        join bookings b on b.id = r.booking_id
        cross join lateral (select coalesce(b.time_zone, due.time_zone) as zone) z
        cross join lateral (select now() at time zone z.zone as at) l
        where r.state = 'confirmed'
        """
    )


async def order_thanks(db: Executor) -> None:
    """Writes thanks to those who came, at nine in the morning after the event, once; not for what is over for two weeks."""
    await db.execute(
        """
        with due as (
            update mail_plans p
            set thanked_at = now()
            from events e
            where e.id = p.event_id
              and e.status = 'published'
              and p.thanks
              and p.thanked_at is null
              and now() > (date_trunc('day', e.ends_at at time zone e.time_zone) + interval '1 day 9 hours') at time zone e.time_zone
              and now() < e.ends_at + interval '14 days'
            returning p.event_id
        )
        insert into jobs (name, payload, bulk)
        select distinct 'booking_mail', jsonb_build_object('booking_id', r.booking_id, 'event_id', r.event_id, 'kind', 'thanks'), true
        from due
        join attendances a on a.event_id = due.event_id
        join registrations r on r.id = a.registration_id
        join bookings b on b.id = r.booking_id
        where b.email <> ''
        """
    )


def _rows(found: Sequence[Any]) -> list[TicketRow]:
    return [_row(dict(row)) for row in found]


def _row(row: dict[str, Any]) -> TicketRow:
    return msgspec.convert(row | {"guest": {name: row[name] for name in GuestDetails.__struct_fields__ if name in row}}, TicketRow)
