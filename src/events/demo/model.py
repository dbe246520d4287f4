"""The invented programme as it is written in `data/`: everything relative to the day on which it is loaded."""

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from events.itinerary.model import Place
from events.programme.model import EventKind, Texts

DATA = Path(__file__).parent / "data"
DAYS = 8
TODAY_IS_DAY = 2  # one evening has happened, the workshops of today are under way, the dinner is three days ahead
DAY_BEGINS = timedelta(hours=9)
DINNER = "networking-dinner"


class OrganiserPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    contact_email: str
    name: Texts


class StaffPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str
    locale: str
    organiser: str
    role: str
    reviews: list[str] = []


class MemberPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str
    locale: str


class CoHostPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    name: Texts
    members: list[MemberPlan]


class ProgrammePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    organiser: str
    slug: str
    time_zone: str
    hue: int
    title: Texts
    lead: Texts


class VenuePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Texts
    address: Texts
    latitude: float
    longitude: float

    @property
    def place(self) -> Place:
        return Place(self.latitude, self.longitude)


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the events hang in; `dress` and `languages` hold words that many events share."""

    organisers: list[OrganiserPlan]
    staff: list[StaffPlan]
    co_hosts: list[CoHostPlan]
    programme: ProgrammePlan
    venues: dict[str, VenuePlan]
    dress: dict[str, Texts]
    languages: dict[str, Texts]


class ContingentPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    capacity: int
    name: Texts
    inside: str | None = None
    co_host: str | None = None
    released_hours_before: int | None = None


class EventPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One event; times are of the day, in the programme's zone."""

    slug: str
    kind: EventKind
    venue: str
    doors: str
    starts: str
    ends: str
    capacity: int
    hue: int
    dress: str
    languages: str
    title: Texts
    lead: Texts
    agenda: list[dict[str, Any]]
    day: int = 0
    organiser: str = "thuringia"
    contingents: list[ContingentPlan] = []
    gates: tuple[str, ...] = ("Main entrance",)
    approval: bool = False
    reviewers: list[str] = []
    invited_are_approved: bool = True
    substitutes_need_approval: bool = False
    offer_hours: int | None = None
    companions: int = 3
    tables: int = 0
    closes_hours_before: int = 0

    def at(self, clock: str, today: date) -> datetime:
        """A time of this event's day, `today` being the day of loading."""
        return datetime.combine(today + timedelta(days=self.day - TODAY_IS_DAY), time.fromisoformat(clock), zone())


class _Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: list[EventPlan]


@cache
def frame() -> Frame:
    return msgspec.toml.decode((DATA / "frame.toml").read_bytes(), type=Frame)


@cache
def event_plans() -> list[EventPlan]:
    """Every event in order of time."""
    return [
        msgspec.structs.replace(plan, day=day)
        for day in range(1, DAYS + 1)
        for plan in msgspec.toml.decode((DATA / f"day_{day}.toml").read_bytes(), type=_Day).events
    ]


def event_plan(slug: str) -> EventPlan:
    return next(plan for plan in event_plans() if plan.slug == slug)


def story_day(now: datetime) -> date:
    """The day that counts as today. It begins with the first doors of the day, so that something has always just happened."""
    return (now.astimezone(zone()) - DAY_BEGINS).date()


def dinner_day(now: datetime) -> date:
    """The day of the dinner, as seen from today."""
    (dinner,) = (plan for plan in event_plans() if plan.slug == DINNER)
    return dinner.at(dinner.starts, story_day(now)).date()


def zone() -> ZoneInfo:
    return ZoneInfo(frame().programme.time_zone)
