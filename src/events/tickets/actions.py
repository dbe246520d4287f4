"""Finding tickets with the events they open."""

from collections.abc import Sequence
from uuid import UUID

from events.kit.database import Executor
from events.kit.tokens import token_hash
from events.programme.queries import events_by_ids

from . import queries
from .errors import TicketNotValid, TicketReplaced, TicketUnknown
from .model import Admission, Ticket, TicketRow, typed_code
from .reissue_queries import was_replaced


async def find_ticket(db: Executor, written_code: str) -> Ticket:
    """The ticket of a code in any case and grouping; raises TicketUnknown, or TicketReplaced for a code it had before."""
    code_hash = token_hash(typed_code(written_code))
    tickets = await _with_events(db, await queries.ticket_by_code(db, code_hash))
    if not tickets:
        raise TicketReplaced(link="/tickets/lost") if await was_replaced(db, code_hash) else TicketUnknown(link="/tickets/lost")
    return tickets[0]


async def find_valid_ticket(db: Executor, written_code: str) -> Ticket:
    """The same for what only a valid ticket has; raises TicketNotValid when it opens no event."""
    ticket = await find_ticket(db, written_code)
    if not ticket.valid_admissions:
        raise TicketNotValid(link=f"/t/{typed_code(written_code)}")
    return ticket


async def tickets_of_booking(db: Executor, booking_id: UUID) -> list[Ticket]:
    """The tickets of all guests of a booking, in the order they were named."""
    return await _with_events(db, await queries.tickets_of_booking(db, booking_id))


async def _with_events(db: Executor, rows: Sequence[TicketRow]) -> list[Ticket]:
    if not rows:
        return []
    events = await events_by_ids(db, {row.event_id for row in rows})
    admissions: dict[UUID, list[Admission]] = {}
    for row in rows:
        admissions.setdefault(row.id, []).append(
            Admission(
                registration_id=row.registration_id,
                state=row.state,
                table_name=row.table_name,
                expires_at=row.expires_at,
                event=events[row.event_id],
            )
        )
    return [_ticket(row, admissions[row.id]) for row in {row.id: row for row in rows}.values()]


def _ticket(row: TicketRow, admissions: list[Admission]) -> Ticket:
    return Ticket(
        id=row.id,
        issue=row.issue,
        guest_id=row.guest_id,
        booking_id=row.booking_id,
        email=row.email,
        locale=row.locale,
        organiser_email=row.organiser_email,
        guest=row.guest,
        admissions=admissions,
        time_zone=row.time_zone,
    )
