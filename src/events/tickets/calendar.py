"""The calendar entries of a ticket (RFC 5545), one for each event it opens."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Calendar, Event, vCalAddress, vText

from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import clock_label
from events.people.names import full_name

from .model import Admission, Ticket


class Entry(msgspec.Struct, frozen=True):
    """One guest at one event, with the address of the ticket's page."""

    ticket: Ticket
    admission: Admission
    url: str


def calendar_of(entries: Sequence[Entry], *, now: datetime, cancelled: bool = False) -> bytes:
    """An .ics file in the current language. The same place keeps its UID, so importing it again updates the entry;
    `cancelled` takes the entry out of the guest's calendar."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Empfang//Tickets//{current_language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")  # RFC 5546, 3.2.1 and 3.2.5
    for entry in entries:
        calendar.add_component(_component(entry.ticket, entry.admission, entry.url, now, cancelled))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def entries_of(ticket: Ticket, url: str) -> list[Entry]:
    """Every event the ticket opens."""
    return [Entry(ticket, admission, url) for admission in ticket.valid_admissions]


def _component(ticket: Ticket, admission: Admission, url: str, now: datetime, cancelled: bool) -> Event:
    event, zone = admission.event, ZoneInfo(admission.event.time_zone)
    entry = Event()
    entry.add("uid", f"{admission.registration_id}@{urlsplit(url).hostname}")
    entry.add("sequence", event.version + (1 if cancelled else 0))
    entry.add("dtstamp", now)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("summary", local(event.title))
    entry.add("location", ", ".join(part for part in (local(event.venue_name), local(event.venue_address)) if part))
    entry.add("description", _description(ticket, admission, url))
    entry.add("organizer", _organiser(ticket, admission))
    entry.add("url", url)
    return entry


def _description(ticket: Ticket, admission: Admission, url: str) -> str:
    event, language = admission.event, current_language()
    lines = [
        _("Guest: %(name)s") % {"name": full_name(ticket.guest, language)},
        _("Doors open: %(time)s") % {"time": clock_label(event.doors_at, event.time_zone, locale=language)},
    ]
    if admission.table_name:
        lines.append(_("Table: %(table)s") % {"table": admission.table_name})
    return "\n".join([*lines, _("Ticket: %(url)s") % {"url": url}])


def _organiser(ticket: Ticket, admission: Admission) -> vCalAddress:
    address = vCalAddress(f"mailto:{ticket.organiser_email}")
    address.params["cn"] = vText(local(admission.event.organiser_name))
    return address
