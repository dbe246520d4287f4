"""The ticket as a PDF, one page a guest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.pdf import typeset
from events.kit.places import templates_folder
from events.kit.qr import qr_svg
from events.kit.times import clock_label, home_zone, span_label
from events.kit.tokens import Tokens
from events.people.names import address, second_script

from .model import Admission, Ticket, number, qr_text


async def ticket_pdf(tickets: Sequence[Ticket], tokens: Tokens, *, base_url: str, now: datetime) -> bytes:
    """A paper in the current language for tickets that are valid for at least one event each. Needs no database."""
    return await typeset(templates_folder() / "tickets" / "ticket.typ", paper(tickets, tokens, base_url), made_at=now)


def paper(tickets: Sequence[Ticket], tokens: Tokens, base_url: str) -> dict[str, Any]:
    """What the template is given; see its top."""
    first = tickets[0].valid_admissions[0].event
    return {
        "lang": current_language(),
        "title": f"{_('Ticket')} – {local(first.title)}",
        "organiser": local(first.organiser_name),
        "contact": tickets[0].organiser_email,
        "labels": {"guest": _("Guest"), "table": _("Table"), "doors": _("Doors open"), "qr": _("QR code of this ticket")},
        "notes": [
            _("Please show this code at the entrance, on paper or on your phone. It admits one person."),
            _("Plans changed? Please tell us early, so that somebody from the waiting list can come in your place."),
        ],
        "tickets": [_page(ticket, ticket.code(tokens), base_url) for ticket in tickets],
    }


def _page(ticket: Ticket, code: str, base_url: str) -> dict[str, Any]:
    guest, language = ticket.guest, current_language()
    return {
        "name": address(guest, language),
        "other_name": second_script(guest, language),
        "company": [part for part in (guest.company, " · ".join(filter(None, (guest.department, guest.job_title)))) if part],
        "qr": qr_svg(qr_text(base_url, code)),
        "number": number(code),
        "events": [_event(admission) for admission in ticket.valid_admissions],
    }


def _event(admission: Admission) -> dict[str, Any]:
    event, language = admission.event, current_language()
    return {
        "hue": event.hue,
        "programme": local(event.programme_title),
        "title": local(event.title),
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=home_zone(language)),
        "doors": clock_label(event.doors_at, event.time_zone, locale=language),
        "venue": local(event.venue_name),
        "address": local(event.venue_address),
        "table": admission.table_name or "",
    }
