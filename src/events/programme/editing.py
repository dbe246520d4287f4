"""What an organiser writes down about an event and its contingents."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import Access, Event, EventKind, Texts


class NewVenue(msgspec.Struct, frozen=True, kw_only=True):
    """A place that is not in the organiser's list yet."""

    name: Texts
    address: Texts


class EventDetails(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the form describes it. All times are instants; they were typed on the clock of `time_zone`."""

    organiser_id: UUID
    programme_id: UUID | None
    venue_id: UUID | None
    new_venue: NewVenue | None
    kind: EventKind
    title: Texts
    lead: Texts
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
    agenda: list[dict[str, Any]] = []
    facts: dict[str, Texts] = {}
    access: Access = Access.PUBLIC
    pending_holds_place: bool = True
    invited_are_approved: bool = True
    substitutes_need_approval: bool = False
    reviewer_roles: list[str] = []
    offer_hours: int | None = None
    deadlines: dict[str, datetime] = {}


class Foresight(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would do to guests, before it is saved: in a sentence, one by one, and what the box sends that agrees to it."""

    summary: str
    sentences: list[str]
    answer: str


Foresee = Callable[[Executor, Event, EventDetails], Awaitable[Foresight | None]]
"""Looks ahead for an event that is about to be changed; handed in by app.py, because other rooms know the guests."""


class ContingentDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A contingent as the form describes it. Places are set aside inside `parent_id`, which never changes; a released contingent
    has no capacity of its own."""

    parent_id: UUID
    name: Texts
    capacity: int | None
    open_to_all: bool
    release_at: datetime | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the organiser's own that an event can be put into."""

    id: UUID
    organiser_id: UUID
    name: Texts


def changed_fields(event: Event, details: EventDetails, *, venue_id: UUID | None, former_venue_id: UUID | None) -> list[str]:
    """The names of what an edit changes, for the audit trail."""
    plain = [name for name in EventDetails.__struct_fields__ if hasattr(event, name)]
    changed = [name for name in plain if _to_the_minute(getattr(event, name)) != _to_the_minute(getattr(details, name))]
    return [*changed, "venue"] if venue_id != former_venue_id else changed


def _to_the_minute(value: object) -> object:
    """The form knows no seconds; what was set otherwise and has some is not changed by being looked at."""
    if isinstance(value, dict):
        return {name: _to_the_minute(inside) for name, inside in value.items()}
    return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value


IN_CALENDAR = frozenset({"time_zone", "doors_at", "starts_at", "ends_at", "venue"})
"""What a guest's calendar shows: a change makes a new version of the calendar entry (RFC 5545, SEQUENCE)."""
