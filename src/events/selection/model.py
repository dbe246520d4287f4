"""Reviews of applications, parties in line, and the rules by which words become a decision."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole
from events.people.model import Person
from events.programme.model import Texts


class Verdict(StrEnum):
    """What one role says about an application."""

    APPROVED = "approved"
    REJECTED = "rejected"
    INCOMPLETE = "incomplete"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One word about a guest. `reason` stays inside; `missing` is what the guest is asked for. `counts` tells whether it is the
    role's latest word about the guest who applies now."""

    id: int
    role: ReviewRole
    verdict: Verdict
    reason: str
    missing: str
    author: str
    at: datetime
    counts: bool
    person: Person


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """One guest who awaits a decision. `verdicts` are the words that count; `has_place` tells whether a place is kept meanwhile."""

    registration_id: UUID
    booking_id: UUID
    guest_id: UUID
    person: Person
    job_title: str
    email: str
    locale: str
    flags: list[str]
    contingent: Texts | None
    party_size: int
    applied_at: datetime
    has_place: bool
    verdicts: dict[ReviewRole, Verdict]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one word that has just been said."""

    registration_id: UUID
    person: Person
    role: ReviewRole
    verdict: Verdict
    state: str
    verdicts: dict[ReviewRole, Verdict]


class EntryState(StrEnum):
    """Where a party in line stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A party of the waiting list, named after its first guest. `free` are the places that are free for it just now,
    `skipped_free` those that were when it was last passed over. `deadline` is that of an offer."""

    entry_id: int
    booking_id: UUID
    state: EntryState
    person: Person
    email: str
    locale: str
    party_size: int
    contingent: Texts | None
    priority: int
    priority_reason: str
    position: int | None
    skipped: int
    skipped_at: datetime | None
    skipped_free: int | None
    free: int
    out_of_turn: bool
    joined_at: datetime
    settled_at: datetime | None
    deadline: datetime | None
    time_zone: str | None


class ListedGuest(msgspec.Struct, frozen=True, kw_only=True):
    """One guest of a list that a reviewer takes away; without a registration once somebody else comes in the guest's place."""

    registration_id: UUID | None
    state: str
    guest_id: UUID
    person: Person
    job_title: str
    flags: list[str]
    updated_at: datetime


class TakenList(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier list: who stood on it, and when it was taken."""

    guest_ids: frozenset[UUID]
    at: datetime


class Lapse(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that ran out."""

    at: datetime
    party_size: int


def is_approved(verdicts: Mapping[ReviewRole, Verdict], needed: Collection[str]) -> bool:
    """Whether everybody who must agree has; where nobody is named one word of the host is enough."""
    return all(verdicts.get(ReviewRole(role)) == Verdict.APPROVED for role in needed or (ReviewRole.HOST,))


def still_to_speak(verdicts: Mapping[ReviewRole, Verdict], needed: Collection[str]) -> list[ReviewRole]:
    """Who has not agreed yet, in the order of the roles."""
    asked = {ReviewRole(role) for role in needed} or {ReviewRole.HOST}
    return [role for role in ReviewRole if role in asked and verdicts.get(role) != Verdict.APPROVED]
