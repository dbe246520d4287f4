"""The subscribed calendar (RFC 5545, with the hints of RFC 7986 on how often to look).

It names events and places, no person: it may be shown to a secretary or on a wall. What was given back or called off stays in it as
cancelled, so that it disappears from calendars that keep what they once read.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Component

from events.kit.i18n import current_language, local, use_language
from events.kit.i18n import gettext as _
from events.kit.times import clock_label
from events.programme.model import EventStatus
from events.registration.model import OVER, RegistrationState
from events.tickets.model import Admission
from events.tickets.states import state_note

from .model import Entry, Feed

LOOK_EVERY = timedelta(hours=1)

# Where the guests of a party stand differently, the best of it decides; what is not sure is tentative.
_BEST_FIRST = (
    RegistrationState.CONFIRMED,
    RegistrationState.HELD,
    RegistrationState.OFFERED,
    RegistrationState.AWAITING_APPROVAL,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
    RegistrationState.EXPIRED,
)


def written_feed(feed: Feed, *, base_url: str) -> bytes:
    """The same bytes as long as nothing has changed."""
    with use_language(feed.locale):
        calendar = Calendar()
        calendar.add("prodid", f"-//Empfang//Itinerary//{current_language().upper()}")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        for name in ("name", "x-wr-calname"):
            calendar.add(name, _name(feed))
        calendar.add("refresh-interval", LOOK_EVERY, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for entry in feed.entries:
            calendar.add_component(_component(entry, feed, base_url))
        calendar.add_missing_timezones()
        return bytes(calendar.to_ical())


def _name(feed: Feed) -> str:
    """The programme; single events have no common name but the organiser's."""
    if not feed.entries:
        return _("Events")
    event = feed.entries[0].event
    return local(event.programme_title) or local(event.organiser_name)


def _component(entry: Entry, feed: Feed, base_url: str) -> Component:
    event, zone, state = entry.event, ZoneInfo(entry.event.time_zone), _state(entry)
    component = Component()
    component.add("uid", f"{entry.registration_id}@{urlsplit(base_url).hostname}")
    component.add("sequence", _version(entry))
    component.add("dtstamp", _second(entry.changed_at))
    component.add("last-modified", _second(entry.changed_at))
    component.add("dtstart", event.starts_at.astimezone(zone))
    component.add("dtend", event.ends_at.astimezone(zone))
    component.add("status", _status(state))
    component.add("transp", "OPAQUE" if state in (RegistrationState.CONFIRMED, RegistrationState.HELD) else "TRANSPARENT")
    component.add("summary", _summary(entry, state))
    component.add("location", ", ".join(part for part in (local(event.venue_name), local(event.venue_address)) if part))
    component.add("description", _description(entry, base_url))
    component.add("organizer", _organiser(entry, feed))
    component.add("url", f"{base_url}/e/{event.slug}")
    return component


def _state(entry: Entry) -> RegistrationState:
    if entry.event.status == EventStatus.CANCELLED:
        return RegistrationState.CANCELLED
    return min(entry.states, key=_BEST_FIRST.index)


def _status(state: RegistrationState) -> str:
    if state in OVER:
        return "CANCELLED"
    return "CONFIRMED" if state is RegistrationState.CONFIRMED else "TENTATIVE"


def _version(entry: Entry) -> int:
    """Grows with every move of the event and with every place given back or taken again, as mailed entries do."""
    is_over = all(state in OVER for state in entry.states)
    given_back = max(entry.cancellations, 1) if is_over else entry.cancellations
    return entry.event.version + 2 * given_back - (1 if is_over else 0)


def _summary(entry: Entry, state: RegistrationState) -> str:
    title = local(entry.event.title)
    note = state_note(Admission(registration_id=entry.registration_id, state=state, table_name=None, expires_at=None, event=entry.event))
    return f"{title} – {note.word}" if note else title


def _description(entry: Entry, base_url: str) -> str:
    event, language = entry.event, current_language()
    doors = _("Doors open: %(time)s") % {"time": clock_label(event.doors_at, event.time_zone, locale=language)}
    return f"{doors}\n{base_url}/e/{event.slug}?lang={language}"


def _organiser(entry: Entry, feed: Feed) -> vCalAddress:
    address = vCalAddress(f"mailto:{feed.organiser_email}")
    address.params["cn"] = vText(local(entry.event.organiser_name))
    return address


def _second(at: datetime) -> datetime:
    """Calendars know no fractions; UTC, as RFC 5545 wants these two."""
    return at.astimezone(ZoneInfo("UTC")).replace(microsecond=0)
