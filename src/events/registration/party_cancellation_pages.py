"""Giving places back over all events of a party on one page: event by event, guest by guest, in one press."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit.clock import now
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
from events.programme.model import Event, EventStatus
from events.programme.queries import events_by_ids

from . import actions, queries
from .booking_view import may_cancel
from .errors import AlreadyInside
from .model import BookedPlace

AnyRequest = Request[Any, Any, State]

PLACES = "places"
Standing = list[tuple[Event, list[BookedPlace]]]
"""The events where something can be given back, in order of time, each with its places."""


@get("/b/{token:str}/cancellations")
async def new_cancellations(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Everything that can be given back, nothing ticked."""
    return _form_page(token, await _found(db, token), Form(), set())


@post("/b/{token:str}/cancellations", status_code=303)
async def create_cancellations(
    request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Gives all chosen places back, or none when somebody chosen is inside. Sent twice it does nothing more."""
    form = await Form.read(request)
    standing = await _found(tx, token)
    chosen = set(form.chosen(PLACES))
    if not chosen:
        form.error(PLACES, _("Please choose who is not coming."))
        return _form_page(token, standing, form, chosen, status=422)
    leaving = [(event, [place.registration_id for place in places if str(place.registration_id) in chosen]) for event, places in standing]
    try:
        for event, registration_ids in sorted(leaving, key=lambda one: one[0].id):  # the order in which events are locked everywhere
            if registration_ids:
                await actions.give_back(tx, event.id, registration_ids, now=now())
                live.mark(event.live_topic)
    except AlreadyInside as refusal:
        raise AlreadyInside(link=f"/b/{token}/cancellations") from refusal
    return Redirect(f"/b/{token}?notice=cancelled", status_code=303)


async def _found(db: Executor, token: str) -> Standing:
    lead_id = await queries.party_of_token(db, token_hash(token))
    party = await queries.bookings_of_party(db, lead_id) if lead_id else []
    if not party:
        raise NotFound
    events = await events_by_ids(db, [booking.event_id for booking in party])
    places: dict[Any, list[BookedPlace]] = {}
    for booking in party:
        event = events[booking.event_id]
        if booking.live_places and event.status != EventStatus.CANCELLED and may_cancel(event, now()):
            places.setdefault(event.id, []).extend(booking.live_places)
    return sorted(((events[event_id], found) for event_id, found in places.items()), key=lambda one: (one[0].starts_at, one[0].id))


def _form_page(token: str, standing: Standing, form: Form, chosen: set[str], *, status: int = 200) -> Template:
    locale = current_language()
    return page(
        "registration/cancellations.html",
        status=status,
        token=token,
        page_url=f"/b/{token}/cancellations",
        form=form,
        chosen=chosen,
        events=[(event, _span(event), _names(places, locale)) for event, places in standing],
    )


def _names(places: Sequence[BookedPlace], locale: str) -> list[tuple[str, str]]:
    return [(str(place.registration_id), full_name(place.guest, locale)) for place in places]


def _span(event: Event) -> str:
    locale = current_language()
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))


router = Router(path="/", route_handlers=[new_cancellations, create_cancellations], include_in_schema=False)
