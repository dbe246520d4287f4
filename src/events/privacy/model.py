"""A person as far as the house knows one, what may be agreed to, and how long what is kept."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.people.consents import Purpose
from events.people.model import Person
from events.programme.model import Texts


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that are about somebody: as guest, as the one a booking's mails go to, as invitee."""

    organiser_id: UUID
    guest_ids: list[UUID] = []
    contact_booking_ids: list[UUID] = []
    invitation_ids: list[UUID] = []

    @property
    def is_empty(self) -> bool:
        return not (self.guest_ids or self.contact_booking_ids or self.invitation_ids)


class PartyGuest(Person, frozen=True, kw_only=True):
    """A guest of a booking as the privacy page shows one. The first is the one whom mails reach."""

    id: UUID
    position: int
    job_title: str
    diet: str
    access_needs: str
    in_guest_list: bool
    erased_at: datetime | None


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody of a booking, over all its events."""

    lead_id: UUID
    organiser_id: UUID
    event_id: UUID
    email: str
    locale: str
    booking_ids: list[UUID]
    guests: list[PartyGuest]

    def guest(self, guest_id: UUID) -> PartyGuest | None:
        return next((guest for guest in self.guests if guest.id == guest_id and guest.erased_at is None), None)


class GivenConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A consent that was not withdrawn. Marketing counts once it is confirmed; until then it waits for the mail to be answered."""

    id: int
    guest_id: UUID
    purpose: Purpose
    given_at: datetime
    confirmed_at: datetime | None
    address: str | None

    @property
    def waits(self) -> bool:
        return self.purpose == Purpose.MARKETING and self.confirmed_at is None


class Listed(Person, frozen=True, kw_only=True):
    """What other guests see of somebody who agreed to it, and nothing else."""


class GuestListOf(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its list."""

    event_id: UUID
    slug: str
    title: dict[str, str]
    guests: list[Listed]


class Reason(StrEnum):
    """Why an organiser erases somebody. No free text: it would keep what is to be forgotten."""

    ASKED = "asked"
    MISTAKE = "mistake"
    NOT_NEEDED = "not_needed"


class SeenBy(msgspec.Struct, frozen=True, kw_only=True):
    """People of one role did something with somebody's details; their names are not for the guest."""

    action: str
    role: str
    times: int
    last_at: datetime


class DeletionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One deletion that happened. `due_before` is the moment before which things were over; none: a single person's erasure."""

    organiser_id: UUID
    kind: str
    deleted: int
    remaining: int
    due_before: datetime | None
    at: datetime
    digest: bytes
    id: int = 0


class ErasureRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's wish to be forgotten, to be confirmed from the mailbox of the booking."""

    id: UUID
    lead_id: UUID
    guest_ids: list[UUID]


class Trace(Person, frozen=True, kw_only=True):
    """One place where somebody is known: as guest of a party, or as invitee. `kind` is "guests" or "invitations"."""

    kind: str
    id: UUID
    organiser_id: UUID
    job_title: str
    email: str
    sort_key: str
    party_id: UUID | None
    is_contact: bool
    events: list[Texts]


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the audit trail; `actor_name` is empty for the system, guests and people who left."""

    id: int
    action: str
    actor: str
    subject: str
    detail: dict[str, object]
    at: datetime
    actor_name: str
