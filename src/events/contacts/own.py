"""Whose page it is: the ticket's code says which guest, a secret of the browser that it is the guest's own phone."""

import hmac
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import Cookie, State

from events.kit.database import Executor
from events.kit.errors import NotFound
from events.kit.tokens import random_token, token_hash
from events.tickets.actions import find_ticket
from events.tickets.errors import TicketNotValid
from events.tickets.model import Admission, Ticket, typed_code

from . import queries
from .errors import NoCard, OtherPhone
from .model import Card

AnyRequest = Request[Any, Any, State]

KEY_COOKIE = "contacts"
KEY_LASTS_SECONDS = 60 * 24 * 3600  # until the cards have been taken, for whoever switches it on a month ahead


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A guest at one event. `card` is what the guest shares, `holds_key` whether this browser may act with it."""

    ticket: Ticket
    admission: Admission
    card: Card | None
    holds_key: bool
    code: str

    @property
    def page_url(self) -> str:
        return f"/t/{self.code}/contacts/{self.admission.event.slug}"

    def own_card(self) -> Card:
        """The card, in the browser that may act with it. Raises `NoCard` or `OtherPhone`."""
        if self.card is None:
            raise NoCard(link=self.page_url)
        if not self.holds_key:
            raise OtherPhone(link=f"/t/{self.code}")
        return self.card


async def own_of(db: Executor, request: AnyRequest, code: str, slug: str) -> Own:
    """The guest behind a ticket's code at the event. Raises what `find_ticket` raises, `NotFound` for an event the ticket does not
    name, `TicketNotValid` where the guest has no place."""
    ticket = await find_ticket(db, code)
    admission = next((one for one in ticket.admissions if one.event.slug == slug), None)
    if admission is None:
        raise NotFound(link=f"/t/{typed_code(code)}")
    if not admission.is_valid:
        raise TicketNotValid(link=f"/t/{typed_code(code)}")
    card = await queries.card_of(db, admission.registration_id)
    holds = card is not None and hmac.compare_digest(card.key_hash, token_hash(request.cookies.get(KEY_COOKIE, "")))
    return Own(ticket=ticket, admission=admission, card=card, holds_key=holds, code=typed_code(code))


def key_of(request: AnyRequest) -> str:
    """The browser's secret: the one it has, so that a couple may share a phone, or a new one."""
    known = request.cookies.get(KEY_COOKIE, "")
    return known if len(known) == len(random_token()) else random_token()


def key_cookie(request: AnyRequest, key: str) -> Cookie:
    is_secure = request.url.scheme == "https"
    return Cookie(key=KEY_COOKIE, value=key, path="/t/", max_age=KEY_LASTS_SECONDS, httponly=True, samesite="lax", secure=is_secure)
