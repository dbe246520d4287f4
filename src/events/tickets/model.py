"""A guest's ticket and the events it opens."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.tokens import Tokens
from events.programme.model import Event, EventStatus
from events.registration.model import GuestDetails, RegistrationState

_CODE_GROUP = 4  # how people read and type a long code


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Where the guest stands at one event."""

    registration_id: UUID
    state: RegistrationState
    table_name: str | None
    expires_at: datetime | None
    event: Event

    @property
    def is_valid(self) -> bool:
        """Whether the ticket opens this event's door."""
        return self.state == RegistrationState.CONFIRMED and self.event.status != EventStatus.CANCELLED


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One guest's ticket: valid at every event where the guest's registration is confirmed."""

    id: UUID
    issue: int
    guest_id: UUID
    booking_id: UUID
    email: str
    locale: str
    organiser_email: str
    guest: GuestDetails
    admissions: list[Admission]
    time_zone: str | None = None

    @property
    def valid_admissions(self) -> list[Admission]:
        return [admission for admission in self.admissions if admission.is_valid]

    def code(self, tokens: Tokens) -> str:
        """The secret in the QR; the database holds only its digest."""
        return tokens.code("ticket", self.id, self.issue)


class TicketRow(msgspec.Struct, frozen=True, kw_only=True):
    """One guest at one event as the database tells it; a ticket has one of these for each of its events."""

    id: UUID
    issue: int
    guest_id: UUID
    booking_id: UUID
    email: str
    locale: str
    organiser_email: str
    guest: GuestDetails
    registration_id: UUID
    event_id: UUID
    state: RegistrationState
    table_name: str | None
    expires_at: datetime | None
    time_zone: str | None = None


def number(code: str) -> str:
    """The code as people read it: "K7QX 2M9F ABCD 2345"."""
    return " ".join(code[i : i + _CODE_GROUP] for i in range(0, len(code), _CODE_GROUP))


def typed_code(written: str) -> str:
    """The code behind what was scanned or typed: any case, with or without gaps."""
    return "".join(written.split()).replace("-", "").upper()


def ticket_url(base_url: str, code: str) -> str:
    """The page of a ticket, for people to follow."""
    return f"{base_url}/t/{code}"


def qr_text(base_url: str, code: str) -> str:
    """What the QR says: the page's address in upper case, which makes a third fewer modules."""
    return ticket_url(base_url, code).upper()
