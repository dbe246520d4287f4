"""What an organiser sees of the doors while guests arrive: figures, gates, days, what contradicts, phones."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.people.model import Person
from events.programme.model import Event

from .model import LETS_PASS, Attendance
from .rules import DoorRules

CROWDED_AT = 0.9  # of the fire limit: from here on the board says how many more fit


class Crowding(StrEnum):
    """How the house stands to its fire limit, crew included."""

    UNLIMITED = "unlimited"
    ROOM = "room"
    CROWDED = "crowded"
    FULL = "full"
    OVER = "over"


def crowding(inside: int, rules: DoorRules) -> Crowding:
    """How near the house is to what fire protection allows."""
    if rules.fire_limit is None:
        return Crowding.UNLIMITED
    people = inside + rules.crew_inside
    if people > rules.fire_limit:
        return Crowding.OVER
    if people == rules.fire_limit:
        return Crowding.FULL
    return Crowding.CROWDED if people >= CROWDED_AT * rules.fire_limit else Crowding.ROOM


class GateLine(msgspec.Struct, frozen=True, kw_only=True):
    """A gate; `inside` are people in the house now who came in here. Without a name: entries by program or from the guest list."""

    name: str | None
    entries: int
    exits: int
    inside: int
    last_at: datetime | None


class DayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One day of an event on its own calendar; `guests` came on that day, `inside` were in the house at its end."""

    day: date
    guests: int
    entries: int
    exits: int
    inside: int


class DoorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the door. `who` let the guest in or out: a phone, a member of staff or a program; `undone` once it was taken back."""

    id: UUID
    registration_id: UUID | None
    at: datetime
    kind: str
    verdict: str
    reason: str | None
    decided_by: str
    source: str
    note: str
    gate: str | None
    who: str | None
    operator: str
    guest: Person | None
    table_name: str | None
    undone: bool

    @property
    def may_be_undone(self) -> bool:
        """Whether it let somebody in or out, and still counts."""
        return self.verdict in LETS_PASS and not self.undone


class ConflictLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that contradicts another record, or the rules. `first_*` is the entry before it, of a ticket that came in twice.
    A ticket that nobody knows any more has no guest."""

    check_in_id: UUID
    registration_id: UUID | None
    kind: str
    reason: str | None
    at: datetime
    phone_at: datetime | None
    list_at: datetime | None
    gate: str | None
    who: str | None
    first_check_in_id: UUID | None
    first_at: datetime | None
    first_gate: str | None
    first_who: str | None
    guest: Person | None
    state: str | None
    decision: str | None
    note: str
    resolved_at: datetime | None
    resolved_by: str | None

    @property
    def choices(self) -> "list[Decision]":
        """What can have been found out about it."""
        return [decision for decision in Decision if self.kind == "twice" or decision != Decision.SAME_PERSON]


class PhonesNow(msgspec.Struct, frozen=True, kw_only=True):
    """The door's phones at a glance; `oldest_seen_at` is the longest silence among those that are paired."""

    paired: int
    connected: int
    oldest_seen_at: datetime | None
    queued: int
    stranded: int


class DoorBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page of the doors, read at one moment."""

    event: Event
    read_at: datetime
    rules: DoorRules
    attendance: Attendance
    gates: list[GateLine]
    days: list[DayLine]
    feed: list[DoorRecord]
    conflicts: list[ConflictLine]
    phones: PhonesNow

    @property
    def crowding(self) -> Crowding:
        return crowding(self.attendance.inside, self.rules)


class Decision(StrEnum):
    """What people found out about a conflict."""

    SAME_PERSON = "same_person"
    SENT_OUT = "sent_out"
    LET_STAY = "let_stay"
    MISTAKE = "mistake"

    @property
    def takes_back(self) -> bool:
        """Whether the entry did not stay one: it is undone, so that the counts are right."""
        return self in (Decision.SENT_OUT, Decision.MISTAKE)


class DoorGuest(msgspec.Struct, frozen=True, kw_only=True):
    """A guest as the door sees one: where the registration stands, first come when, inside since when."""

    registration_id: UUID
    state: str
    guest: Person
    flags: list[str]
    table_name: str | None
    arrived_at: datetime | None
    inside_since: datetime | None
