"""Until when guests may change what by themselves. Where a guest comes to several events, the earliest of their deadlines rules."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from events.kit.database import Executor
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.times import home_zone, moment_label
from events.programme.model import Event, EventStatus
from events.programme.queries import events_by_ids

from . import queries
from .model import BookedPlace, Booking, GuestDetails

NAMES = "names"
DIET = "diet"
# What of a guest belongs to which deadline: badges are printed from the first, the kitchen is told the second.
DETAILS = {
    NAMES: (
        *("honorific", "family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin"),
        *("company", "department", "job_title"),
    ),
    DIET: ("diet", "access_needs"),
}
FIELDS = {NAMES: (*DETAILS[NAMES], "family_name_native", "given_name_native"), DIET: (*DETAILS[DIET], "diet_note", "sensitive")}
_TITLES = {
    NAMES: N_("Names and company"),
    DIET: N_("Food and access"),
    "companions": N_("Companions"),
    "substitute": N_("Somebody else comes instead"),
}


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a guest, with the booking and the place there."""

    booking: Booking
    event: Event
    place: BookedPlace


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what is known about a guest: until when it may be changed, as people read it, and whether that is over."""

    until: str
    is_open: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as the booking's page tells it; `what` are the things that share it."""

    what: str
    until: str
    is_open: bool


async def attendances(db: Executor, booking: Booking, guest_id: UUID, *, now: datetime) -> list[Attendance]:
    """Where a guest of the party still has, or waits for, a place; what is over concerns nobody any more. Raises `NotFound` when
    there is nothing left."""
    party = await queries.bookings_of_party(db, booking.party_id)
    events = await events_by_ids(db, [one.event_id for one in party])
    found = [
        Attendance(booking=one, event=events[one.event_id], place=place)
        for one in party
        for place in one.live_places
        if place.guest_id == guest_id and events[one.event_id].status != EventStatus.CANCELLED and now < events[one.event_id].ends_at
    ]
    if not found:
        raise NotFound
    return found


def parts_of(concerned: Sequence[Attendance], *, now: datetime) -> dict[str, Part]:
    """Both parts of a guest's details."""
    return {name: _part(name, [one.event for one in concerned], now) for name in DETAILS}


def keep_closed(form: Form, details: GuestDetails, stored: GuestDetails, parts: dict[str, Part]) -> GuestDetails:
    """What was typed, with what is closed as it was: whatever a forged form says about it counts neither as a change nor as an error."""
    for name, part in parts.items():
        if not part.is_open:
            details = replace(details, **{field: getattr(stored, field) for field in DETAILS[name]})
            form.errors = {field: error for field, error in form.errors.items() if field not in FIELDS[name]}
    if not parts[DIET].is_open:
        details = replace(details, consents=[consent for consent in details.consents if consent.purpose != "sensitive"])
    return details


def deadline_lines(event: Event, *, now: datetime) -> list[Line]:
    """What may be changed until when at one event."""
    shared: dict[Part, list[str]] = {}
    for name, title in _TITLES.items():
        if name != "companions" or event.max_companions:
            shared.setdefault(_part(name, [event], now), []).append(_(title))
    between = "、" if current_language() == "ja" else ", "
    return [Line(what=between.join(titles), until=part.until, is_open=part.is_open) for part, titles in shared.items()]


def _part(name: str, events: Sequence[Event], now: datetime) -> Part:
    rules = min(events, key=lambda event: event.deadline(name))
    return Part(until=moment(rules, rules.deadline(name)), is_open=now < rules.deadline(name))


def moment(event: Event, at: datetime) -> str:
    """An instant where the event is, and at home."""
    locale = current_language()
    return moment_label(at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
