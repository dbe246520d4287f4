"""Adding events to what a party has already booked, behind the link that only its registrant has."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit import limits
from events.kit.clock import now
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.tokens import random_token, token_hash
from events.people.names import full_name
from events.programme.model import Programme
from events.programme.queries import event_by_id
from events.questions.files import LARGEST_FORM
from events.registration.booking_pages import CHANGES_PER_HOUR
from events.registration.claims import ClaimDesk
from events.registration.forms import form_key
from events.registration.model import Booking
from events.registration.queries import bookings_of_party, party_of_token

from . import actions, queries
from .adding import field_of, parse_additions
from .clashes import clashes_of_guests
from .model import Clash, EventChoice, PartyGuest, Plan
from .notices import FIELD, are_known, clash_notice
from .offer import days_of, offered
from .question_page import ask

AnyRequest = Request[Any, Any, State]


@get("/b/{token:str}/events")
async def new_events(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """What else the programme has, and who of the party might come."""
    booking, programme, choices = await _found(db, token)
    return _form_page(token, programme, choices, await queries.guests_of_party(db, booking.party_id), Form(), key=random_token())


@post("/b/{token:str}/events", status_code=303, request_max_body_size=LARGEST_FORM)
async def create_events(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Books the chosen guests at the chosen events; sent twice it does nothing more."""
    here = request.app.state
    pool: Pool = here.pool
    claims: ClaimDesk = here.claims
    form = await Form.read(request)
    booking, programme, choices = await _found(pool, token)
    guests = await queries.guests_of_party(pool, booking.party_id)
    key = form_key(form) or random_token()
    plan = parse_additions(form, programme, choices, guests, booking)
    clashes = await _clashes(pool, plan, guests) if plan else []
    if not are_known(clashes, form.values.get(FIELD, "")):
        form.error(FIELD, _("Please tick this if you know, or choose otherwise."))
    if plan is None or not form.ok:
        return _form_page(token, programme, choices, guests, form, key=key, clashes=clashes, status=422)
    whole = await ask(request, form, plan, tokens=claims.tokens, page_url=f"/b/{token}/events")
    if not isinstance(whole, Plan):
        return whole
    if not await limits.allow(pool, "changes", who=token, limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    done = await actions.sign_up(claims, whole, lead_id=booking.party_id)
    for event, _places in plan.attending:
        here.live.mark(event.live_topic)
    here.worker.wake()
    full = urlencode([("full", event.slug) for event in done.refused])
    lead_token = claims.tokens.token("booking", booking.party_id)
    return Redirect(f"/b/{lead_token}{'?' if full else ''}{full}", status_code=303)


async def _found(db: Executor, token: str) -> tuple[Booking, Programme, list[EventChoice]]:
    """One of the party's bookings, and the programme around it. An event that stands alone has nothing to add."""
    lead_id = await party_of_token(db, token_hash(token))
    party = await bookings_of_party(db, lead_id) if lead_id else []
    event = await event_by_id(db, party[0].event_id) if party else None
    if event is None or event.programme_slug is None:
        raise NotFound
    programme, choices = await offered(db, event.programme_slug, now=now())
    return party[0], programme, choices


async def _clashes(pool: Pool, plan: Plan, guests: list[PartyGuest]) -> list[Clash]:
    """What clashes for a guest who is added somewhere, with everything they have; clashes of long ago are theirs already."""
    added: dict[UUID, set[UUID]] = {}
    for event, places in plan.attending:
        for place in places:
            added.setdefault(guests[place].guest_id, set()).add(event.id)
    known = {one.guest_id: set(one.event_ids) for one in guests}
    clashes = await clashes_of_guests(pool, {guest: events | known[guest] for guest, events in added.items()})
    new = {event.id for event, _places in plan.attending}
    return [clash for clash in clashes if new.intersection(clash.pair)]


def _form_page(
    token: str,
    programme: Programme,
    choices: list[EventChoice],
    guests: list[PartyGuest],
    form: Form,
    *,
    key: str,
    clashes: list[Clash] | None = None,
    status: int = 200,
) -> Template:
    return page(
        "itinerary/party_events.html",
        status=status,
        page_url=f"/b/{token}/events",
        token=token,
        programme=programme,
        days=days_of(programme, choices),
        guests=[(one, full_name(one.guest, current_language())) for one in guests],
        chosen={choice.event.slug: set(form.chosen(field_of(choice.event))) for choice in choices},
        field_of=field_of,
        form=form,
        key=key,
        notice=clash_notice(clashes or []),
    )


router = Router(path="/", route_handlers=[new_events, create_events])
