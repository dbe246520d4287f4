"""What guests submit and what comes of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.questions.model import GivenAnswer


class RegistrationState(StrEnum):
    """Where one guest's place at one event stands. Held, offered and confirmed occupy a place; awaiting approval if the event says so."""

    HELD = "held"
    OFFERED = "offered"
    AWAITING_APPROVAL = "awaiting_approval"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OVER = frozenset({RegistrationState.CANCELLED, RegistrationState.EXPIRED})


class Consent(msgspec.Struct, frozen=True):
    """One consent as it was given: the purpose and the SHA-256 (hex) of the words that were shown."""

    purpose: str
    text_hash: str
    channel: str


class GuestDetails(msgspec.Struct, frozen=True, kw_only=True):
    """One guest as typed. Names are never split, reordered or normalised; a mononym has no given name.

    `guest_id` is set for somebody who has a ticket already, from another event of the same party; the rest is then not written again.
    """

    family_name: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    family_name_latin: str = ""
    given_name_latin: str = ""
    honorific: str = ""
    company: str = ""
    department: str = ""
    job_title: str = ""
    diet: str = ""
    access_needs: str = ""
    in_guest_list: bool = False
    flags: list[str] = []
    table_name: str | None = None
    consents: list[Consent] = []
    guest_id: UUID | None = None
    answers: list[GivenAnswer] = []


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets the invoice, when it is not the first guest."""

    name: str
    company: str = ""
    address: str = ""
    email: str = ""


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """What one registrant submits for one event: all guests get places, or none.

    `key` makes a repeated submit harmless; it is unique per event and namespaced by its source.
    `mail` says whether the guest is written to. `lead_id` is the party's first booking, if it has one: guests and tickets are shared.
    `approved` needs no decision any more; `priority` counts in line, higher first; `time_zone` is where the mail is read.
    """

    key: str
    email: str
    locale: str
    source: str
    guests: list[GuestDetails]
    contingent: str | None = None
    accept_waitlist: bool = False
    hold_seconds: int | None = None
    mail: bool = True
    lead_id: UUID | None = None
    approved: bool = False
    priority: int = 0
    time_zone: str | None = None
    registrant_name: str = ""
    payer: Payer | None = None
    answers: list[GivenAnswer] = []


class IssuedTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's ticket at the moment of booking, with its code in clear."""

    code: str
    guest: GuestDetails


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the claim decided for a sign-up, or had decided when the same key came before (`replayed`)."""

    state: RegistrationState
    booking_id: UUID
    token: str
    tickets: list[IssuedTicket]
    waitlist_position: int | None = None
    replayed: bool = False


class BookedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One guest of a booking with the registration and the ticket."""

    registration_id: UUID
    guest_id: UUID
    ticket_id: UUID
    issue: int
    position: int
    state: RegistrationState
    table_name: str | None
    expires_at: datetime | None
    guest: GuestDetails
    is_approved: bool = False
    ended_by: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_ended_by_staff(self) -> bool:
        """Whether the organiser, not the guest, gave the place back at last."""
        return self.state == RegistrationState.CANCELLED and self.ended_by.startswith(("staff:", "token:"))


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One registrant's booking with all its guests, in the order they were named."""

    id: UUID
    organiser_id: UUID
    event_id: UUID
    email: str
    locale: str
    source: str
    created_at: datetime
    places: list[BookedPlace]
    lead_id: UUID | None = None
    time_zone: str | None = None
    registrant_name: str = ""
    payer: Payer | None = None

    @property
    def party_id(self) -> UUID:
        """The lead booking, which all events of one party share."""
        return self.lead_id or self.id

    @property
    def offered_places(self) -> list[BookedPlace]:
        """What came free in the line and waits for the registrant's word."""
        return [place for place in self.places if place.state == RegistrationState.OFFERED]

    @property
    def live_places(self) -> list[BookedPlace]:
        """The guests who still have, or wait for, a place."""
        return [place for place in self.places if not place.is_over]


class PassedOver(msgspec.Struct, frozen=True, kw_only=True):
    """Places came free that were too few for a party in line; it keeps its place there."""

    at: datetime
    free: int
