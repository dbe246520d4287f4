"""SQL of the tickets. One statement a function, the connection first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.registration.model import GuestDetails

from .model import TicketRow

_TICKETS = """
select t.id, t.issue, g.id as guest_id, b.id as booking_id, b.email, b.locale, o.contact_email as organiser_email,
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


def _rows(found: Sequence[Any]) -> list[TicketRow]:
    return [_row(dict(row)) for row in found]


def _row(row: dict[str, Any]) -> TicketRow:
    return msgspec.convert(row | {"guest": {name: row[name] for name in GuestDetails.__struct_fields__ if name in row}}, TicketRow)
