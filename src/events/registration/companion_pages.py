"""Somebody more comes along: one companion more for a booking, through the same claim as every sign-up."""

from typing import Any

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
from events.kit.times import home_zone, span_label
from events.kit.tokens import random_token, token_hash
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices
from events.programme.guest_queries import guest_places
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import queries, self_service_queries
from .actions import register
from .claims import ClaimDesk
from .companions import may_add
from .deadlines import moment
from .errors import AnsweredByInvitation, EventFull, InvitationOnly, KeyReused, NoMoreCompanions, RegistrationClosed
from .forms import field_labels, form_key, parse_guest
from .model import Booking, GuestDetails, SignUp

AnyRequest = Request[Any, Any, State]

CHANGES_PER_HOUR = 30
KEY_SPACE = "companion:"


@get("/b/{token:str}/companions")
async def new_companion(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Asks who comes along."""
    _booking, event = await _open(db, token)
    return await _form_page(db, token, event, Form(), key=random_token())


@post("/b/{token:str}/companions", status_code=303)
async def create_companion(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Takes a place for the companion, or a place in line; sent twice it does nothing more. The claim uses its own connection."""
    here = request.app.state
    pool: Pool = here.pool
    claims: ClaimDesk = here.claims
    form = await Form.read(request)
    booking, event = await _found(pool, token)
    if await _was_sent(pool, booking, event, form):
        return Redirect(f"/b/{token}?notice=added", status_code=303)
    await _refuse_more(pool, token, booking, event)
    companion = parse_guest(form, "", locale=current_language(), channel="registrant")
    key = form_key(form)
    if key is None:
        form.error("", _("This form was not complete. Please send it once more."))
    if not form.ok:
        return await _form_page(pool, token, event, form, key=key or random_token(), status=422)
    if not await limits.allow(pool, "changes", who=token, limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    try:
        await register(claims, event, _sign_up(booking, companion, key=f"{KEY_SPACE}{key}", waits=form.checked("waitlist")))
    except EventFull:
        form.error("", _("All places are taken at the moment.") + (" " + _waiting_words() if event.waiting_list else ""))
        return await _form_page(pool, token, event, form, key=key or random_token(), full=True, status=409)
    except KeyReused:
        return Redirect(f"/b/{token}?notice=added", status_code=303)
    except (RegistrationClosed, InvitationOnly) as refusal:
        raise NoMoreCompanions(link=f"/b/{token}") from refusal
    here.live.mark(event.live_topic)
    here.worker.wake()
    return Redirect(f"/b/{token}?notice=added", status_code=303)


def _sign_up(booking: Booking, companion: GuestDetails, *, key: str, waits: bool) -> SignUp:
    """A booking of its own in the same party: it decides, waits and is given back for itself."""
    return SignUp(
        key=key,
        email=booking.email,
        locale=booking.locale,
        source="form",
        guests=[companion],
        accept_waitlist=waits,
        lead_id=booking.party_id,
        time_zone=booking.time_zone,
        registrant_name=booking.registrant_name,
        payer=booking.payer,
    )


async def _was_sent(db: Executor, booking: Booking, event: Event, form: Form) -> bool:
    """Whether this form has booked before: then whether more may come is no question any more."""
    key = form_key(form)
    return key is not None and await self_service_queries.has_key(db, booking.party_id, event.id, f"{KEY_SPACE}{key}")


async def _found(db: Executor, token: str) -> tuple[Booking, Event]:
    booking = await queries.booking_by_token(db, token_hash(token))
    event = await event_by_id(db, booking.event_id) if booking else None
    if booking is None or event is None:
        raise NotFound
    return booking, event


async def _open(db: Executor, token: str) -> tuple[Booking, Event]:
    booking, event = await _found(db, token)
    await _refuse_more(db, token, booking, event)
    return booking, event


async def _refuse_more(db: Executor, token: str, booking: Booking, event: Event) -> None:
    invited = await self_service_queries.is_invited(db, booking.party_id)
    if invited:
        raise AnsweredByInvitation(link=f"/b/{token}")
    if not await may_add(db, booking, event, invited=invited, now=now()):
        raise NoMoreCompanions(link=f"/b/{token}")


def _waiting_words() -> str:
    return _("Tick the waiting list below, and we write as soon as one is free.")


async def _form_page(db: Executor, token: str, event: Event, form: Form, *, key: str, full: bool = False, status: int = 200) -> Template:
    locale = current_language()
    places = (await guest_places(db, [event.id]))[event.id]
    return page(
        "registration/companion.html",
        status=status,
        token=token,
        event=event,
        span=span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale)),
        page_url=f"/b/{token}/companions",
        form=form,
        key=key,
        until=moment(event, event.deadline("companions")),
        waits=event.waiting_list and (full or places.free < 1 or places.waiting > 0),
        labels=field_labels(0),
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
    )


router = Router(path="/", route_handlers=[new_companion, create_companion])
