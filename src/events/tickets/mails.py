"""The mails of a booking: text and HTML in the booking's language, with tickets, PDF and calendar entry where there are any."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.kit.colours import hex_colour
from events.kit.i18n import current_language, local, use_language
from events.kit.i18n import gettext as _
from events.kit.mail import Attachment, Message
from events.kit.qr import qr_png
from events.kit.times import clock_label, home_zone, moment_label, span_label
from events.messaging.stationery import Posting, Stationery
from events.people.names import address, full_name, second_script
from events.programme.model import Event, TimeAndPlace
from events.registration.model import RegistrationState

from .calendar import Entry, calendar_of
from .letters import Letter, Place
from .model import number, qr_text, ticket_url
from .papers import ticket_pdf


async def write_mail(letter: Letter, posting: Posting, *, position: int | None, clashes: Sequence[str] = ()) -> Message:
    """The mail of a letter to the registrant; `position` is the place in the waiting line, `clashes` what a move brought about.
    Needs no database."""
    with use_language(posting.envelope.locale):
        return posting.message(
            mail_words(letter, posting.stationery, position) | {"clashes": clashes},
            reply_to=letter.places[0].ticket.organiser_email,
            attachments=await _attachments(letter, posting.stationery, posting.written_at),
        )


async def _attachments(letter: Letter, stationery: Stationery, now: datetime) -> list[Attachment]:
    if letter.void:
        return [_calendar(letter.void, letter.event, stationery, now, cancelled=True)]
    if letter.gone or not letter.valid or letter.template == "thanks":
        return []
    tickets = [place.ticket for place in letter.valid]
    pdf = await ticket_pdf(tickets, stationery.tokens, base_url=stationery.base_url, now=now)
    return [
        Attachment(name=f"tickets-{letter.event.slug}.pdf", content_type="application/pdf", content=pdf),
        _calendar(letter.valid[:1], letter.event, stationery, now),
        *inline_pictures(letter, stationery),
    ]


def inline_pictures(letter: Letter, stationery: Stationery) -> list[Attachment]:
    """The codes that are shown inside the mail."""
    return [_qr(place, stationery) for place in letter.valid]


def _calendar(places: Sequence[Place], event: Event, stationery: Stationery, now: datetime, *, cancelled: bool = False) -> Attachment:
    entries = [Entry(place.ticket, place.admission, _ticket_url(place, stationery)) for place in places]
    return Attachment(name=f"{event.slug}.ics", content_type="text/calendar", content=calendar_of(entries, now=now, cancelled=cancelled))


def _qr(place: Place, stationery: Stationery) -> Attachment:
    png = qr_png(qr_text(stationery.base_url, place.ticket.code(stationery.tokens)), module_px=6)
    return Attachment(name=f"{_picture(place)}.png", content_type="image/png", content=png, content_id=f"{_picture(place)}@empfang.invalid")


def _picture(place: Place) -> str:
    return f"qr-{place.ticket.id.hex[-12:]}"


def mail_words(letter: Letter, stationery: Stationery, position: int | None) -> dict[str, Any]:
    """Everything the templates of a letter may say."""
    first, event = letter.places[0].ticket, letter.event
    booking_url = f"{stationery.base_url}/b/{stationery.tokens.token('booking', first.booking_id)}?lang={first.locale}"
    return {
        "name": address(first.guest, current_language()),
        "event": event_words(event),
        "guests": [_guest_words(place, stationery) for place in letter.valid],
        "party": len([place for place in letter.places if place.state not in (RegistrationState.CANCELLED, RegistrationState.EXPIRED)]),
        "gone": [full_name(place.ticket.guest, current_language()) for place in letter.gone],
        "void": len(letter.void),
        "former": former_facts(letter.former, event) if letter.former else [],
        "staying": [full_name(place.ticket.guest, current_language()) for place in letter.valid],
        "position": position,
        "clashes": [],
        "deadline": _kept_until(letter),
        "offer_url": _offer_url(booking_url, event, first.locale),
        "concerned": [full_name(place.ticket.guest, current_language()) for place in letter.about],
        "asked": letter.asked,
        "link": booking_url,
        "booking_url": booking_url,
        "event_url": f"{stationery.base_url}/e/{event.slug}?lang={first.locale}",
        "contact": first.organiser_email,
    }


def event_words(event: Event) -> dict[str, Any]:
    language = current_language()
    return {
        "title": local(event.title),
        "programme": local(event.programme_title),
        "organiser": local(event.organiser_name),
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=home_zone(language)),
        "doors": clock_label(event.doors_at, event.time_zone, locale=language),
        "venue": local(event.venue_name),
        "address": local(event.venue_address),
        "changes_until": moment_label(event.changes_until, event.time_zone, locale=language, guest_zone=home_zone(language)),
        "deep": hex_colour(0.27, 0.085, event.hue),
        "brand": hex_colour(0.39, 0.125, event.hue),
        "keeps_places": event.pending_holds_place,
        "makes_offers": event.offer_hours is not None,
    }


def former_facts(former: TimeAndPlace, event: Event) -> list[str]:
    """What held before the event moved, as far as it is different now."""
    language = current_language()

    def when(facts: TimeAndPlace | Event) -> str:
        return span_label(facts.starts_at, facts.ends_at, facts.time_zone, locale=language, guest_zone=home_zone(language))

    def doors(facts: TimeAndPlace | Event) -> str:
        return _("Doors open: %(time)s") % {"time": clock_label(facts.doors_at, facts.time_zone, locale=language)}

    def where(facts: TimeAndPlace | Event) -> str:
        return ", ".join(part for part in (local(facts.venue_name), local(facts.venue_address)) if part)

    return [told(former) for told in (when, doors, where) if told(former) != told(event) and told(former)]


def _guest_words(place: Place, stationery: Stationery) -> dict[str, Any]:
    guest, language = place.ticket.guest, current_language()
    return {
        "name": address(guest, language),
        "other_name": second_script(guest, language),
        "company": guest.company,
        "table": place.admission.table_name,
        "url": f"{_ticket_url(place, stationery)}?lang={place.ticket.locale}",
        "number": number(place.ticket.code(stationery.tokens)),
        "picture": f"cid:{_picture(place)}@empfang.invalid",
    }


def _kept_until(letter: Letter) -> str:
    """Until when a held or offered place is kept: where the mail is read first, then where the event is."""
    kept = [*letter.in_state(RegistrationState.HELD), *letter.in_state(RegistrationState.OFFERED)]
    ends = [place.admission.expires_at for place in kept if place.admission.expires_at]
    own_zone, language = letter.places[0].ticket.time_zone, current_language()
    if not ends:
        return ""
    if own_zone:
        return moment_label(min(ends), own_zone, locale=language, guest_zone=letter.event.time_zone)
    return moment_label(min(ends), letter.event.time_zone, locale=language, guest_zone=home_zone(language))


def _offer_url(booking_url: str, event: Event, locale: str) -> str:
    """The page where a party answers what it is offered, or goes back in line."""
    return f"{booking_url.partition('?')[0]}/offers/{event.slug}?lang={locale}"


def _ticket_url(place: Place, stationery: Stationery) -> str:
    return ticket_url(stationery.base_url, place.ticket.code(stationery.tokens))
