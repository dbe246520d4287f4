"""A ticket as a link that saves it in Google Wallet: event class and ticket object in a signed token (JWT, RFC 7519, RS256).

A link is only safe up to so many characters, so the token says what a face needs and no more, in one language. What does not fit
even so would have to be written to Google beforehand, which this service does not do: then there is no link.
"""

import base64
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from events.kit.i18n import current_language, local
from events.kit.tokens import Tokens
from events.people.names import full_name

from .errors import TicketTooLong
from .model import Admission, Ticket, number, qr_text
from .wallet_keys import GooglePasses

SAVE = "https://pay.google.com/gp/v/save/"
LONGEST_TOKEN = 1800  # what Google calls safe in all browsers


def google_link(ticket: Ticket, shown: Admission, passes: GooglePasses, *, tokens: Tokens, base_url: str, now: datetime) -> str:
    """The address that offers to save the ticket; raises `TicketTooLong` when even the shortest token is too long."""
    for with_table, with_venue in ((True, True), (False, True), (False, False)):
        event_class = _event_class(shown, passes, with_venue=with_venue)
        held = _ticket_object(ticket, shown, passes, code=ticket.code(tokens), base_url=base_url, with_table=with_table)
        token = signed(_claims(event_class, held, passes, now), passes)
        if len(token) <= LONGEST_TOKEN:
            return SAVE + token
    raise TicketTooLong


def signed(claims: dict[str, Any], passes: GooglePasses) -> str:
    """The token over these claims."""
    said = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{said}.{_base64(passes.key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _claims(event_class: dict[str, Any], held: dict[str, Any], passes: GooglePasses, now: datetime) -> dict[str, Any]:
    return {
        "iss": passes.account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "payload": {"eventTicketClasses": [event_class], "eventTicketObjects": [held]},
    }


def _event_class(shown: Admission, passes: GooglePasses, *, with_venue: bool) -> dict[str, Any]:
    """One class an event as it stands: an event that moves gets a new one, for Google keeps the first it was told."""
    event = shown.event
    facts: dict[str, Any] = {
        "id": _class_id(shown, passes),
        "issuerName": local(event.organiser_name),
        "reviewStatus": "UNDER_REVIEW",
        "eventName": _text(local(event.title)),
        "dateTime": {
            "doorsOpen": _instant(event.doors_at, event.time_zone),
            "start": _instant(event.starts_at, event.time_zone),
            "end": _instant(event.ends_at, event.time_zone),
        },
    }
    if with_venue and event.venue_name and event.venue_address:  # Google takes both or none
        facts["venue"] = {"name": _text(local(event.venue_name)), "address": _text(local(event.venue_address))}
    return facts


def _ticket_object(ticket: Ticket, shown: Admission, passes: GooglePasses, *, code: str, base_url: str, with_table: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": f"{passes.issuer}.{_base64(ticket.id.bytes)}-{ticket.issue}-{_base64(shown.event.id.bytes)}",
        "classId": _class_id(shown, passes),
        "state": "ACTIVE",
        "ticketHolderName": full_name(ticket.guest, current_language()),
        "barcode": {"type": "QR_CODE", "value": qr_text(base_url, code), "alternateText": number(code)},
    }
    if with_table and shown.table_name:
        facts["seatInfo"] = {"seat": _text(shown.table_name)}
    return facts


def _class_id(shown: Admission, passes: GooglePasses) -> str:
    event = shown.event
    return f"{passes.issuer}.{_base64(event.id.bytes)}-{event.version}-{current_language()}"


def _text(words: str) -> dict[str, Any]:
    return {"defaultValue": {"language": current_language(), "value": words}}


def _instant(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _part(facts: dict[str, Any]) -> str:
    return _base64(msgspec.json.encode(facts))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
