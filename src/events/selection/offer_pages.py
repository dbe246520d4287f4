"""A party's answer to an offered place, behind the link that only its registrant has. Nothing changes on GET."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.invitations.back_in_line import note_back_in_line
from events.invitations.model import AnswerSource
from events.invitations.replies import Giver
from events.kit import clock
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import token_hash
from events.people.names import full_name
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration import actions
from events.registration import queries as registration_queries
from events.registration.booking_view import may_wait_again, moment_for
from events.registration.errors import HoldExpired
from events.registration.model import Booking

from . import line_queries
from .errors import LineClosed, OfferOver

AnyRequest = Request[Any, Any, State]


class Offer(msgspec.Struct, frozen=True):
    """A party at the event of an offer, and where both are found."""

    booking: Booking
    event: Event
    token: str

    @property
    def page_url(self) -> str:
        return f"/b/{self.token}/offers/{self.event.slug}"

    @property
    def booking_url(self) -> str:
        return f"/b/{self.token}"


@get("/b/{token:str}/offers/{slug:str}")
async def show_offer(token: FromPath[str], slug: FromPath[str], db: NamedDependency[Connection]) -> Response[Any]:
    """The offer with both answers, or what became of it. Whoever has answered is led to the booking."""
    offer = await _found(db, token, slug)
    return await _page(db, offer, None)


@post("/b/{token:str}/offers/{slug:str}/acceptance", status_code=303)
async def create_acceptance(
    request: AnyRequest, token: FromPath[str], slug: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Takes the places of the guests who are coming; the others go to the next in line. Sent twice it does nothing more."""
    form = await Form.read(request)
    offer = await _locked(tx, token, slug)
    chosen = {*form.chosen("guests")}
    coming = [place.registration_id for place in offer.booking.offered_places if str(place.guest_id) in chosen]
    if offer.booking.offered_places and not coming:
        form.error("guests", _("Please choose who is coming, or press “No, thank you”."))
        return await _page(tx, offer, form, status=422)
    try:
        await actions.accept_offer(tx, offer.booking, coming, now=clock.now())
    except HoldExpired as refusal:
        raise OfferOver(link=offer.page_url) from refusal
    live.mark(offer.event.live_topic)
    return Redirect(offer.booking_url, status_code=303)


@post("/b/{token:str}/offers/{slug:str}/refusal", status_code=303)
async def create_refusal(
    token: FromPath[str], slug: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Gives the offer back; the next in line is asked. Sent twice, or after a yes, it does nothing."""
    offer = await _locked(tx, token, slug)
    await actions.decline_offer(tx, offer.booking, now=clock.now())
    live.mark(offer.event.live_topic)
    return Redirect(offer.booking_url, status_code=303)


@post("/b/{token:str}/lines/{slug:str}", status_code=303)
async def create_place_in_line(
    token: FromPath[str], slug: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Back in line after the time to answer has passed: at its end. Sent twice it does nothing more."""
    offer = await _locked(tx, token, slug)
    if not offer.booking.live_places:
        if not may_wait_again(offer.booking, offer.event, clock.now()):
            raise LineClosed(link=offer.booking_url)
        await actions.wait_again(tx, offer.booking, now=clock.now())
        giver = Giver(actor="invitee", source=AnswerSource.LINK)
        await note_back_in_line(tx, offer.booking.id, offer.event.id, giver=giver, now=clock.now())
        live.mark(offer.event.live_topic)
    return Redirect(offer.booking_url, status_code=303)


async def _found(db: Executor, token: str, slug: str) -> Offer:
    """The party's booking for the event; the token may be that of any of its bookings."""
    given = await registration_queries.booking_by_token(db, token_hash(token))
    party = await registration_queries.bookings_of_party(db, given.party_id) if given else []
    for booking in party:
        event = await event_by_id(db, booking.event_id)
        if event is not None and event.slug == slug:
            return Offer(booking, event, token)
    raise NotFound


async def _locked(tx: Connection, token: str, slug: str) -> Offer:
    """The same, read again once nobody else can change it: another tab, or the deadline, may have come first."""
    offer = await _found(tx, token, slug)
    await registration_queries.lock_places(tx, offer.event.id)
    return await _found(tx, token, slug)


async def _page(db: Executor, offer: Offer, form: Form | None, *, status: int = 200) -> Response[Any]:
    booking, event, now = offer.booking, offer.event, clock.now()
    lapse = await line_queries.latest_lapse(db, event.id, booking.id)
    offered = booking.offered_places
    ends = [place.expires_at for place in offered if place.expires_at]
    is_over = bool(ends) and min(ends) <= now
    if not offered and lapse is None:
        return Redirect(offer.booking_url, status_code=303)
    return _offer_page(
        offer,
        status=status,
        form=form,
        is_over=is_over or not offered,
        guests=[(str(place.guest_id), full_name(place.guest, current_language())) for place in offered],
        deadline=moment_for(booking, event, min(ends) if ends else lapse.at if lapse else now),
        may_wait_again=may_wait_again(booking, event, now),
    )


def _offer_page(offer: Offer, *, status: int, **context: Any) -> Template:
    locale, event = current_language(), offer.event
    span = span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
    return page("selection/offer.html", status=status, token=offer.token, event=event, span=span, **context)


router = Router(path="/", route_handlers=[show_offer, create_acceptance, create_refusal, create_place_in_line])
