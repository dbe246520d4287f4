"""The page of a ticket, made for the phone at the entrance, with its PDF and its calendar entry.

Whoever holds the code holds the ticket, so the page names only this guest and leads to nothing of the booking.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from events.kit import clock
from events.kit.database import Pool
from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.qr import qr_svg
from events.kit.templates import page
from events.kit.times import clock_label, home_zone, span_label
from events.kit.tokens import Tokens
from events.people.names import address, is_family_first, kana_name, second_script
from events.programme.model import Event
from events.registration.feed_links import as_webcal, guest_feed_url

from . import actions
from .calendar import calendar_of, entries_of
from .gate_queries import gates_of_events, slugs_with_contacts
from .model import Admission, Ticket, number, qr_text, ticket_url, typed_code
from .papers import ticket_pdf
from .states import state_note
from .wallet_keys import Wallets

PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}


# Scanners of other makers open the upper-case address of the QR as it is.
@get(["/t/{code:str}", "/T/{code:str}"])
async def show_ticket(
    *,
    code: FromPath[str],
    pool: NamedDependency[Pool],
    base_url: NamedDependency[str],
    tokens: NamedDependency[Tokens],
    wallets: NamedDependency[Wallets],
) -> Template:
    """The ticket as it stands now; only a valid one carries the QR."""
    ticket = await actions.find_ticket(pool, code)
    moment = clock.now()
    first = next_admission(ticket, moment)
    gates = await gates_of_events(pool, [admission.event.id for admission in ticket.admissions])
    return page(
        "tickets/ticket.html",
        headers=PRIVATE,
        event=first.event,
        card=_card(ticket, first, code=ticket.code(tokens), base_url=base_url),
        note=state_note(first),
        lines=[_line(admission, gates, moment) for admission in ticket.admissions],
        feed=as_webcal(guest_feed_url(base_url, tokens, ticket.id, ticket.issue)),
        path=f"/t/{typed_code(code)}",
        is_valid=first.is_valid,
        wallets=wallets.kinds,
        contacts=await _contacts(pool, ticket),
    )


@get("/t/{code:str}/ticket.pdf")
async def download_ticket(
    code: FromPath[str], pool: NamedDependency[Pool], base_url: NamedDependency[str], tokens: NamedDependency[Tokens]
) -> Response[bytes]:
    """The same ticket on paper, in the language of the page."""
    ticket = await actions.find_valid_ticket(pool, code)
    pdf = await ticket_pdf([ticket], tokens, base_url=base_url, now=clock.now())
    return _file(pdf, "application/pdf", f"ticket-{ticket.valid_admissions[0].event.slug}.pdf")


@get("/t/{code:str}/event.ics")
async def download_calendar(code: FromPath[str], pool: NamedDependency[Pool], base_url: NamedDependency[str]) -> Response[bytes]:
    """Entries for every event the ticket opens."""
    ticket = await actions.find_valid_ticket(pool, code)
    entries = entries_of(ticket, ticket_url(base_url, typed_code(code)))
    return _file(calendar_of(entries, now=clock.now()), "text/calendar", f"{ticket.valid_admissions[0].event.slug}.ics")


async def _contacts(pool: Pool, ticket: Ticket) -> list[Event]:
    """The events where this guest may exchange contacts."""
    slugs = await slugs_with_contacts(pool, [admission.event.id for admission in ticket.valid_admissions])
    return [admission.event for admission in ticket.valid_admissions if admission.event.slug in slugs]


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """Slugs are plain ASCII, so the name needs no encoding (RFC 6266)."""
    return Response(content, media_type=media_type, headers=PRIVATE | {"content-disposition": f'attachment; filename="{name}"'})


def _card(ticket: Ticket, admission: Admission, *, code: str, base_url: str) -> dict[str, object]:
    """What the ticket component is given."""
    event, guest, language = admission.event, ticket.guest, current_language()
    names = [address(guest, language), second_script(guest, language), kana_name(guest)]
    return {
        "heading": local(event.title),
        "eyebrow": local(event.programme_title) or local(event.organiser_name),
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=home_zone(language)),
        "where": _place(admission),
        "names": [(name, "ja" if is_family_first(name) else "") for name in names if name],
        "company": guest.company,
        "table": (admission.table_name or "") if admission.is_valid else "",
        "facts": [(_("Doors open"), clock_label(event.doors_at, event.time_zone, locale=language))],
        "number": number(code) if admission.is_valid else "",
        "qr": Markup(qr_svg(qr_text(base_url, code))) if admission.is_valid else "",  # noqa: S704 (our own drawing)
    }


def next_admission(ticket: Ticket, now: datetime) -> Admission:
    """What the guest shows the ticket for: the next event it opens, else the last one, else the first that it names."""
    valid = ticket.valid_admissions
    ahead = [admission for admission in valid if admission.event.ends_at > now]
    return (ahead or valid[-1:] or ticket.admissions)[0]


def _line(admission: Admission, gates: Mapping[UUID, list[str]], now: datetime) -> dict[str, object]:
    event, language = admission.event, current_language()
    return {
        "event": event,
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language),
        "where": _place(admission),
        "table": admission.table_name if admission.is_valid else None,
        "note": state_note(admission),
        "is_over": event.ends_at <= now,
        "gates": ("、" if language == "ja" else ", ").join(gates.get(event.id, [])) if admission.is_valid else "",
    }


def _place(admission: Admission) -> str:
    event = admission.event
    return ", ".join(part for part in (local(event.venue_name), local(event.venue_address)) if part)


router = Router("/", route_handlers=[show_ticket, download_ticket, download_calendar], include_in_schema=False)
