"""What an organiser offers: organisers, programmes, venues, events and their pools of places."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

Texts = dict[str, str]
"""A text in up to three languages: {"de": …, "en": …, "ja": …}."""


class EventStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    DINNER = "dinner"
    WORKSHOP = "workshop"
    RECEPTION = "reception"
    VISIT = "visit"
    EVENING = "evening"


class Access(StrEnum):
    """Who may sign up without an invitation."""

    PUBLIC = "public"
    INVITED = "invited"


class TimeAndPlace(msgspec.Struct, frozen=True, kw_only=True):
    """When and where an event is, or was before it moved."""

    time_zone: str
    doors_at: datetime
    starts_at: datetime
    ends_at: datetime
    venue_name: Texts | None
    venue_address: Texts | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One occasion with a hard number of places. All times are instants; `time_zone` is where it happens."""

    id: UUID
    organiser_id: UUID
    organiser_name: Texts
    organiser_slug: str
    programme_title: Texts | None
    programme_slug: str | None
    venue_name: Texts | None
    venue_address: Texts | None
    slug: str
    kind: EventKind
    status: EventStatus
    title: Texts
    lead: Texts
    agenda: list[dict[str, Any]]
    facts: dict[str, Texts]
    hue: int
    time_zone: str
    doors_at: datetime
    starts_at: datetime
    ends_at: datetime
    registration_opens_at: datetime | None
    registration_closes_at: datetime
    changes_until: datetime
    approval_required: bool
    waiting_list: bool
    max_companions: int
    version: int
    access: Access = Access.PUBLIC
    pending_holds_place: bool = True
    invited_are_approved: bool = True
    substitutes_need_approval: bool = False
    reviewer_roles: list[str] = []
    offer_hours: int | None = None
    deadlines: dict[str, datetime] = {}

    @property
    def live_topic(self) -> str:
        """What is marked when anything changes that the event's live board shows."""
        return f"event:{self.id}"

    @property
    def time_and_place(self) -> TimeAndPlace:
        return msgspec.convert(self, TimeAndPlace, from_attributes=True)

    def deadline(self, what: str) -> datetime:
        """Until when guests may change something themselves: "names", "diet", "companions", "answers" or "substitute"."""
        return self.deadlines.get(what, self.changes_until)

    def takes_sign_ups(self, now: datetime) -> bool:
        """Whether guests may sign up at this moment (full or not)."""
        opens = self.registration_opens_at
        return self.status == EventStatus.PUBLISHED and (opens is None or opens <= now) and now < self.registration_closes_at


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A delegation's trip or a fair: a series of events."""

    id: UUID
    organiser_id: UUID
    organiser_name: Texts
    slug: str
    title: Texts
    lead: Texts
    time_zone: str
    hue: int


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The places of a whole event: `free` is what nobody has, `waiting` counts guests."""

    capacity: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return self.capacity - self.taken


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """One pool of the tree; the root has neither slug nor parent. `direct` is what it can still give to its own guests."""

    id: UUID
    parent_id: UUID | None
    slug: str | None
    name: Texts
    capacity: int
    taken: int
    waiting: int
    direct: int
    open_to_all: bool
    position: int
    release_at: datetime | None
    released_at: datetime | None
