"""The address of a calendar feed. It names what it shows and proves that we gave it out, so nothing of it is stored.

It is another secret than the booking's and the ticket's: whoever shares a calendar shares no right to cancel or to come in. A party's
feed lasts as long as its booking; a guest's is void with the ticket's issue.
"""

import base64
import binascii
import hmac
from uuid import UUID

from events.kit.tokens import Tokens

_PARTY = "calendar of party"
_GUEST = "calendar of guest"
_ID_CHARACTERS = 22


def party_feed_url(base_url: str, tokens: Tokens, lead_booking_id: UUID) -> str:
    """All events of a party."""
    return f"{base_url}/c/{_written(lead_booking_id)}{tokens.token(_PARTY, lead_booking_id)}.ics"


def guest_feed_url(base_url: str, tokens: Tokens, ticket_id: UUID, issue: int) -> str:
    """The events of one guest."""
    return f"{base_url}/c/{_written(ticket_id)}{tokens.code(_GUEST, ticket_id, issue)}.ics"


def as_webcal(url: str) -> str:
    """The same address as calendar programs take it for a subscription at once."""
    return f"webcal://{url.partition('://')[2]}"


def named(token: str) -> UUID | None:
    """The party or the ticket that a token names; whether it is one of ours is asked afterwards."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(f"{token[:_ID_CHARACTERS]}=="))
    except (ValueError, binascii.Error):
        return None


def is_of_party(tokens: Tokens, token: str, lead_booking_id: UUID) -> bool:
    return _same(tokens.token(_PARTY, lead_booking_id), token)


def is_of_guest(tokens: Tokens, token: str, ticket_id: UUID, issue: int) -> bool:
    return _same(tokens.code(_GUEST, ticket_id, issue), token)


def _same(proof: str, token: str) -> bool:
    return hmac.compare_digest(proof.encode(), token[_ID_CHARACTERS:].encode("utf-8", "replace"))


def _written(thing: UUID) -> str:
    return base64.urlsafe_b64encode(thing.bytes).decode().rstrip("=")
