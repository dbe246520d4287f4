"""Events of one guest beside each other: where somebody is from when to when, and which two of these do not go together."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from events.programme.model import Texts


class Place(msgspec.Struct, frozen=True):
    """A point on the globe in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One event as a guest's time and place. `place` is unknown until an organiser has entered it."""

    event_id: UUID
    slug: str
    title: Texts
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    venue_id: UUID | None
    venue_name: Texts | None
    place: Place | None


class Way(msgspec.Struct, frozen=True):
    """How long it takes from one event to another; `is_estimate` unless an organiser knows."""

    minutes: int
    is_estimate: bool

    @property
    def time(self) -> timedelta:
        return timedelta(minutes=self.minutes)


NO_WAY = Way(0, is_estimate=False)

KnownWays = dict[tuple[UUID, UUID], int]
"""Minutes from one venue to another, as organisers entered them."""


class ClashKind(StrEnum):
    """Both at once, or too little time for the way between them."""

    OVERLAP = "overlap"
    WAY = "way"


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Two events that one guest can hardly attend both; `first` begins earlier."""

    kind: ClashKind
    first: Stay
    second: Stay
    way: Way

    @property
    def pair(self) -> tuple[UUID, UUID]:
        return self.first.event_id, self.second.event_id
