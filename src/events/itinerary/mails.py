"""The one mail about several events: what each of them answered, a ticket a guest, and all dates for the calendar."""

from collections.abc import Sequence
from typing import Any

from events.kit.i18n import current_language, local, ngettext, use_language
from events.kit.i18n import gettext as _
from events.kit.mail import Attachment, Message
from events.kit.times import day_label, home_zone, span_label
from events.messaging.stationery import Posting, Stationery
from events.people.names import full_name
from events.programme.model import Event
from events.registration.feed_links import party_feed_url
from events.registration.model import RegistrationState
from events.tickets.calendar import Entry, calendar_of
from events.tickets.letters import Letter, Place
from events.tickets.mails import inline_pictures, mail_words
from events.tickets.model import Ticket, ticket_url
from events.tickets.papers import ticket_pdf
from events.tickets.states import state_note

KIND = "programme_confirmed"


async def write_mail(tickets: Sequence[Ticket], posting: Posting) -> Message:
    """The mail to the registrant about everything the party has. Needs no database."""
    with use_language(posting.envelope.locale):
        return posting.message(
            programme_words(tickets, posting.stationery),
            reply_to=tickets[0].organiser_email,
            attachments=await _attachments(tickets, letter_of(tickets), posting),
        )


def programme_words(tickets: Sequence[Ticket], stationery: Stationery) -> dict[str, Any]:
    """Everything the templates of the mail may say."""
    words = mail_words(letter_of(tickets), stationery, None)
    words["guests"] = [guest | {"table": None} for guest in words["guests"]]  # tables stand with the events
    return words | _own_words(tickets, words["event"], stationery)


def events_of(tickets: Sequence[Ticket]) -> list[Event]:
    """Every event where somebody of the party has, or waits for, a place, in order of time."""
    found = {place.admission.event.id: place.admission.event for place in _live_places(tickets)}
    return sorted(found.values(), key=lambda event: (event.starts_at, event.id))


def letter_of(tickets: Sequence[Ticket]) -> Letter:
    """A place a guest, at the first event that the ticket opens."""
    places = [Place(ticket, ticket.valid_admissions[0]) for ticket in tickets if ticket.valid_admissions]
    live = _live_places(tickets)
    return Letter(KIND, events_of(tickets)[0], places or live[:1])


def _live_places(tickets: Sequence[Ticket]) -> list[Place]:
    over = (RegistrationState.CANCELLED, RegistrationState.EXPIRED)
    return [Place(ticket, admission) for ticket in tickets for admission in ticket.admissions if admission.state not in over]


def _own_words(tickets: Sequence[Ticket], first_event: dict[str, Any], stationery: Stationery) -> dict[str, Any]:
    events, lead = events_of(tickets), tickets[0]
    days = [day_label(event.starts_at, event.time_zone, locale=current_language()) for event in (events[0], events[-1])]
    joint = "〜" if current_language() == "ja" else " – "
    counted = ngettext("%(num)s event", "%(num)s events", len(events)) % {"num": len(events)}
    whole = {
        "title": first_event["programme"] or first_event["title"],
        "programme": "",
        "when": f"{counted} · {joint.join(dict.fromkeys(days))}",
        "venue": "",
        "address": "",
    }
    return {
        "event": first_event | whole,
        "events": [_event_words(event, tickets) for event in events],
        "party": len(tickets),
        "feed_url": party_feed_url(stationery.base_url, stationery.tokens, lead.booking_id),
    }


def _event_words(event: Event, tickets: Sequence[Ticket]) -> dict[str, Any]:
    """One event with where each guest stands there; said once where it is the same for everybody."""
    language = current_language()
    states = [
        (full_name(place.ticket.guest, language), _state(place)) for place in _live_places(tickets) if place.admission.event.id == event.id
    ]
    together = len({state for _name, state in states}) == 1
    names = ("、" if language == "ja" else ", ").join(name for name, _state in states)
    return {
        "title": local(event.title),
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=home_zone(language)),
        "venue": ", ".join(part for part in (local(event.venue_name), local(event.venue_address)) if part),
        "states": [(names if len(tickets) > 1 else "", states[0][1])] if together else states,
    }


def _state(place: Place) -> str:
    note = state_note(place.admission)
    words = note.word if note else _("Confirmed")
    table = place.admission.table_name
    return f"{words} · {_('Table: %(table)s') % {'table': table}}" if table and note is None else words


async def _attachments(tickets: Sequence[Ticket], letter: Letter, posting: Posting) -> list[Attachment]:
    """The paper of every ticket that opens a door, each date once, and the codes shown in the mail."""
    valid = [ticket for ticket in tickets if ticket.valid_admissions]
    if not valid:
        return []
    stationery, now = posting.stationery, posting.written_at
    pdf = await ticket_pdf(valid, stationery.tokens, base_url=stationery.base_url, now=now)
    entries: dict[Any, Entry] = {}
    for ticket in valid:
        url = ticket_url(stationery.base_url, ticket.code(stationery.tokens))
        for admission in ticket.valid_admissions:
            entries.setdefault(admission.event.id, Entry(ticket, admission, url))
    slug = letter.event.programme_slug or letter.event.slug
    return [
        Attachment(name=f"tickets-{slug}.pdf", content_type="application/pdf", content=pdf),
        Attachment(name=f"{slug}.ics", content_type="text/calendar", content=calendar_of(list(entries.values()), now=now)),
        *inline_pictures(letter, stationery),
    ]
