"""Events of one guest beside each other: where somebody is from when to when, and which two of these do not go together."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from events.programme.model import Access, Event, Programme, Texts
from events.programme.standing import GuestPlaces, Standing
from events.questions.model import GivenAnswer
from events.registration.model import GuestDetails, RegistrationState, SignUp


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


class EventChoice(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the programme as the form offers it. `is_open`: it can be ticked; `is_out`: a tick from earlier is a mistake by now.
    What has become full meanwhile is neither: it answers for itself."""

    event: Event
    places: GuestPlaces
    standing: Standing

    @property
    def is_open(self) -> bool:
        return self.standing.takes_sign_ups and self.event.access == Access.PUBLIC

    @property
    def is_out(self) -> bool:
        return not self.is_open and not (self.standing is Standing.FULL and self.event.access == Access.PUBLIC)


class EventAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to one event's questions: once for the party, and by guest (their places in `Plan.sign_up.guests`)."""

    booking: list[GivenAnswer] = []
    guests: dict[int, list[GivenAnswer]] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one form asks for: `sign_up` names everybody, `attending` says for each event, in order of time, which of them come
    (their places in `sign_up.guests`)."""

    programme: Programme
    sign_up: SignUp
    attending: list[tuple[Event, list[int]]]
    answers: dict[UUID, EventAnswers] = {}


class PartyGuest(msgspec.Struct, frozen=True, kw_only=True):
    """A guest of a party with the events where they have, or wait for, a place."""

    guest_id: UUID
    guest: GuestDetails
    event_ids: list[UUID]


class SignedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a plan: the party's lead booking, unless every event refused, and the events that did."""

    lead_id: UUID | None
    refused: list[Event]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a subscribed calendar. `registration_id` names it for good; `cancellations` counts how often places were given
    back, which the version of the entry follows."""

    event: Event
    registration_id: UUID
    states: list[RegistrationState]
    cancellations: int
    changed_at: datetime


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A subscribed calendar of a party or of one guest, in the language of its booking."""

    locale: str
    organiser_email: str
    entries: list[Entry]


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A venue of an organiser, and where it is if somebody has entered it."""

    id: UUID
    name: Texts
    address: Texts
    place: Place | None
