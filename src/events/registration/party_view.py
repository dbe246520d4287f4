"""What the page of a party over several events says: each guest with the one ticket, each event with where the guests stand there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.i18n import current_language
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens
from events.programme.guest_queries import guest_places
from events.programme.model import Event
from events.programme.queries import events_by_ids
from events.programme.standing import standing

from . import queries, self_service_queries
from .answers_note import AnswersNote, answers_note
from .booking_view import BookingView, GuestView, view_of
from .companions import may_add
from .feed_links import as_webcal, party_feed_url
from .model import Booking


class PartyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the party. `token` is that of its own booking, for the pages where it is changed or given back."""

    event: Event
    token: str
    span: str
    view: BookingView
    answers: AnswersNote | None


class PartyGuest(msgspec.Struct, frozen=True, kw_only=True):
    """One guest with their ticket, if any event is confirmed. `token` is that of a booking where their details can be changed;
    `may_pass_on` somewhere."""

    guest: GuestView
    token: str
    may_pass_on: bool


class PartyView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. `live_events` counts those where somebody has, or waits for, a place."""

    guests: list[PartyGuest]
    events: list[PartyEvent]
    live_events: int
    email: str
    feed_url: str
    subscribe_url: str


async def party_view(db: Executor, party: Sequence[Booking], *, now: datetime, tokens: Tokens, base_url: str) -> PartyView:
    """Reads what is needed and decides the words; `party` are its bookings."""
    shown = await events_by_ids(db, [booking.event_id for booking in party])
    places = await guest_places(db, list(shown))
    invited = await self_service_queries.is_invited(db, party[0].party_id)
    events = []
    for booking in sorted(party, key=lambda one: (shown[one.event_id].starts_at, one.id)):
        event = shown[booking.event_id]
        waits = any(place.state == "waitlisted" for place in booking.places)
        view = view_of(
            booking,
            event,
            now=now,
            tokens=tokens,
            base_url=base_url,
            position=await queries.waitlist_position(db, booking.id) if waits else None,
            may_sign_up=standing(event, places[event.id], now).takes_sign_ups,
            passed_over=await queries.passed_over(db, booking.id) if waits else None,
            invited=invited,
            may_add=await may_add(db, booking, event, invited=invited, now=now),
        )
        answers = await answers_note(db, booking, event, now=now)
        events.append(PartyEvent(event=event, token=tokens.token("booking", booking.id), span=_span(event), view=view, answers=answers))
    feed_url = party_feed_url(base_url, tokens, party[0].party_id)
    return PartyView(
        guests=_guests(events),
        events=events,
        live_events=sum(any(not guest.is_over for guest in one.view.guests) for one in events),
        email=party[0].email,
        feed_url=feed_url,
        subscribe_url=as_webcal(feed_url),
    )


def _guests(events: Sequence[PartyEvent]) -> list[PartyGuest]:
    """Everybody once, as they stand at the event where their ticket is valid or, failing that, where they still can be changed."""
    found: dict[UUID, PartyGuest] = {}
    for one in events:
        for guest in one.view.guests:
            token = one.token if one.view.may_change and not guest.is_over else ""
            earlier = found.get(guest.id)
            best = guest if earlier is None or (guest.ticket and not earlier.guest.ticket) else earlier.guest
            may_pass_on = (one.view.may_pass_on and not guest.is_over) or (earlier is not None and earlier.may_pass_on)
            found[guest.id] = PartyGuest(guest=best, token=earlier.token if earlier and earlier.token else token, may_pass_on=may_pass_on)
    return [one for one in found.values() if one.token or one.guest.ticket or not one.guest.is_over]


def _span(event: Event) -> str:
    locale = current_language()
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
