"""What an organiser sees of an event: figures, the room, arrivals, scans, guests and mails."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.people.model import Person
from events.programme.model import Event, Texts
from events.registration.model import RegistrationState


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The event in numbers; all count guests. `held` are places kept or offered until somebody answers. `taken` = `confirmed` + `held` +
    `awaiting_approval`, less the applications that occupy no place. `arrived` are guests with a place who came, also those who have left;
    `inside` is whoever is in the house now, with a place or without. `conflicts` wait for a decision."""

    capacity: int
    taken: int
    waiting: int
    confirmed: int
    held: int
    awaiting_approval: int
    arrived: int
    inside: int
    walk_ins: int
    mail_troubles: int
    conflicts: int

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def expected(self) -> int:
        """Guests with a confirmed place who have not come yet."""
        return self.confirmed - self.arrived


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A contingent (or the places shared by all, without a name) with all contingents inside it."""

    name: Texts | None
    depth: int
    capacity: int
    taken: int
    arrived: int
    waiting: int
    is_released: bool

    @property
    def free(self) -> int:
        return self.capacity - self.taken


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The guests of one table. `name` is none for guests without a table."""

    name: str | None
    guests: int
    arrived: int


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """How many came within the five minutes that begin at `at`."""

    at: datetime
    guests: int


class ScanLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what happened at the door. `guest` carries the names, none for a ticket nobody knows."""

    at: datetime
    verdict: str
    reason: str | None
    gate: str | None
    table_name: str | None
    is_walk_in: bool
    guest: Person | None


class ProgrammeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A programme in the list of an organiser's events."""

    slug: str
    title: Texts
    hue: int
    events: int


class EventCount(msgspec.Struct, frozen=True, kw_only=True):
    """An event in the list of an organiser's events."""

    id: UUID
    slug: str
    title: Texts
    kind: str
    status: str
    hue: int
    organiser_id: UUID
    organiser_name: Texts
    venue_name: Texts | None
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    arrived: int


class GuestLine(msgspec.Struct, frozen=True, kw_only=True):
    """One guest in the organiser's list; `left_at` is set while the guest is out again."""

    registration_id: UUID
    state: RegistrationState
    person: Person
    email: str
    job_title: str
    flags: list[str]
    contingent: Texts | None
    table_name: str | None
    arrived_at: datetime | None
    left_at: datetime | None
    source: str
    mail_status: str | None


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the live board, read at one moment, so that its figures agree with each other."""

    event: Event
    read_at: datetime
    figures: Figures
    shares: list[Share]
    tables: list[Table]
    arrivals: list[Arrivals]
    scans: list[ScanLine]
    expected: list[GuestLine]


class GuestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a guest that an export holds; `answers` are values by the question's id, sealed ones left out."""

    answers: dict[UUID, Any]

    state: RegistrationState
    honorific: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    family_name_latin: str
    given_name_latin: str
    company: str
    department: str
    job_title: str
    email: str
    locale: str
    contingent: Texts | None
    table_name: str | None
    diet: str
    access_needs: str
    flags: list[str]
    source: str
    registered_at: datetime
    arrived_at: datetime | None
    left_at: datetime | None
