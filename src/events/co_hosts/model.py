"""Co-hosts, who works for whom, and what a co-host sees: the own contingents and the own guests."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole, Role
from events.people.model import Person
from events.programme.model import Texts
from events.registration.model import RegistrationState


class CoHost(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who brings guests of their own to an organiser's events."""

    id: UUID
    organiser_id: UUID
    organiser_name: Texts
    slug: str
    name: Texts


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works for an organiser, or for a co-host (then without a role)."""

    staff_id: UUID
    name: str
    email: str
    role: Role | None = None
    reviews: list[ReviewRole] = []


class OwnContingent(msgspec.Struct, frozen=True, kw_only=True):
    """A co-host's places at one event. `direct` is what is still free for its guests."""

    pool_id: UUID
    name: Texts
    event_id: UUID
    event_slug: str
    event_title: Texts
    programme_slug: str | None
    programme_title: Texts | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    capacity: int
    taken: int
    waiting: int
    direct: int
    release_at: datetime | None
    released_at: datetime | None


class Assignable(msgspec.Struct, frozen=True, kw_only=True):
    """A contingent of an event to come, which may be given into a co-host's hands."""

    pool_id: UUID
    name: Texts
    capacity: int
    event_title: Texts
    starts_at: datetime
    time_zone: str
    co_host_id: UUID | None


class OwnGuest(Person, frozen=True, kw_only=True):
    """A guest on a co-host's places, or invited by it."""

    registration_id: UUID
    booking_id: UUID
    event_id: UUID
    state: RegistrationState
    job_title: str
    is_inside: bool
