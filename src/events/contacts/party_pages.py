"""The party's cards behind the booking's link: the way to use them on another phone, or to take them after the event."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.i18n import current_language
from events.kit.templates import page
from events.kit.tokens import Tokens, token_hash
from events.people.names import full_name
from events.programme.queries import events_by_ids
from events.registration.queries import booking_by_token
from events.tickets.actions import tickets_of_booking
from events.tickets.pages import PRIVATE

from . import queries
from .own import key_cookie, key_of

AnyRequest = Request[Any, Any, State]


@get("/b/{token:str}/contacts")
async def show_party(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Everybody of the party who shares a card, with the events."""
    booking_id = await _booking(db, token)
    cards = await queries.cards_of_booking(db, booking_id)
    events = await events_by_ids(db, {card.event_id for card in cards}) if cards else {}
    tickets = await tickets_of_booking(db, booking_id)
    return page(
        "contacts/party.html",
        headers=PRIVATE,
        event=tickets[0].admissions[0].event,
        token=token,
        cards=[(card, full_name(card, current_language()), events[card.event_id]) for card in cards],
    )


@post("/b/{token:str}/contacts/{registration_id:uuid}", status_code=303)
async def move_card(
    *,
    request: AnyRequest,
    token: FromPath[str],
    registration_id: FromPath[UUID],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """From now on the card is used in this browser; the one before can do nothing more with it."""
    booking_id = await _booking(tx, token)
    card = next((one for one in await queries.cards_of_booking(tx, booking_id) if one.registration_id == registration_id), None)
    ticket = next((one for one in await tickets_of_booking(tx, booking_id) if card and one.guest_id == card.guest_id), None)
    admission = next((one for one in ticket.admissions if one.registration_id == registration_id), None) if ticket else None
    if card is None or ticket is None or admission is None:
        raise NotFound(link=f"/b/{token}")
    key = key_of(request)
    await queries.move_card(tx, registration_id, token_hash(key))
    url = f"/t/{ticket.code(tokens)}/contacts/{admission.event.slug}"
    return Redirect(url, status_code=303, cookies=[key_cookie(request, key)])


async def _booking(db: Connection, token: str) -> UUID:
    booking = await booking_by_token(db, token_hash(token))
    if booking is None:
        raise NotFound
    return booking.id


router = Router(path="/", route_handlers=[show_party, move_card], include_in_schema=False)
