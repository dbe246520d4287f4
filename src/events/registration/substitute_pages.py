""" "My deputy comes": a guest's place passes on to somebody else, in one step, without a further place."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import replace

from events.kit import limits
from events.kit.clock import now
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens, token_hash
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices
from events.people.names import full_name
from events.programme.model import Event

from . import actions, queries, self_service_queries
from .deadlines import Attendance, attendances, moment
from .errors import AlreadyInside, AnsweredByInvitation, ChangesClosed
from .forms import field_labels, parse_guest
from .model import GuestDetails

AnyRequest = Request[Any, Any, State]

CHANGES_PER_HOUR = 30  # as of every other change: each is followed by a mail
EVENTS = "events"


@get("/b/{token:str}/guests/{guest_id:uuid}/deputy")
async def new_deputy(token: FromPath[str], guest_id: FromPath[UUID], db: NamedDependency[Connection]) -> Template:
    """Asks who comes instead, and to which events."""
    concerned = await _concerned(db, token, guest_id)
    return _form_page(token, concerned, Form(), {one.event.slug for one in concerned})


@post("/b/{token:str}/guests/{guest_id:uuid}/deputy", status_code=303)
async def create_deputy(
    *,
    request: AnyRequest,
    token: FromPath[str],
    guest_id: FromPath[UUID],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Passes the chosen places on; sent twice it does nothing more."""
    form = await Form.read(request)
    lead_id = await queries.party_of_token(tx, token_hash(token))
    if lead_id and await self_service_queries.passed_on(tx, lead_id, guest_id) and not await _comes(tx, token, guest_id):
        return Redirect(f"/b/{token}?notice=substituted", status_code=303)
    concerned = await _concerned(tx, token, guest_id)
    chosen = set(form.chosen(EVENTS))
    leaving = [one for one in _open(concerned) if one.event.slug in chosen]
    details = parse_guest(form, "", locale=current_language(), channel="registrant")
    if not leaving:
        form.error(EVENTS, _("Please choose at least one event."))
    if not form.ok:
        return _form_page(token, concerned, form, chosen, status=422)
    if not await limits.allow(tx, "changes", who=token, limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    try:
        await _pass_on(tx, leaving, details, tokens=tokens)
    except AlreadyInside as refusal:
        raise AlreadyInside(link=f"/b/{token}") from refusal
    for one in leaving:
        live.mark(one.event.live_topic)
    return Redirect(f"/b/{token}?notice=substituted", status_code=303)


async def _pass_on(tx: Connection, leaving: Sequence[Attendance], details: GuestDetails, *, tokens: Tokens) -> None:
    """Events are locked in the order of their ids. A place that somebody has passed on meanwhile is left alone."""
    for one in sorted(leaving, key=lambda one: one.event.id):
        await queries.lock_places(tx, one.event.id)
        registration_id = one.place.registration_id
        if await self_service_queries.guest_at(tx, registration_id) != one.place.guest_id:
            continue
        deputy_id = await actions.substitute(tx, one.event, one.booking, registration_id, details, tokens=tokens, actor="guest", now=now())
        details = replace(details, guest_id=deputy_id)


async def _concerned(db: Executor, token: str, guest_id: UUID) -> list[Attendance]:
    """Where the guest comes to, if any of it may still pass on."""
    booking = await queries.booking_by_token(db, token_hash(token))
    if booking is None:
        raise NotFound
    concerned = await attendances(db, booking, guest_id, now=now())
    if await self_service_queries.is_invited(db, booking.party_id):
        raise AnsweredByInvitation(link=f"/b/{token}")
    if not _open(concerned):
        raise ChangesClosed(link=f"/b/{token}")
    return concerned


async def _comes(db: Executor, token: str, guest_id: UUID) -> bool:
    booking = await queries.booking_by_token(db, token_hash(token))
    try:
        return bool(booking and await attendances(db, booking, guest_id, now=now()))
    except NotFound:
        return False


def _open(concerned: Sequence[Attendance]) -> list[Attendance]:
    """In order of time."""
    passing = [one for one in concerned if now() < min(one.event.deadline("substitute"), one.event.starts_at)]
    return sorted(passing, key=lambda one: (one.event.starts_at, one.event.id))


def _form_page(token: str, concerned: Sequence[Attendance], form: Form, chosen: set[str], *, status: int = 200) -> Template:
    locale, passing = current_language(), _open(concerned)
    place = concerned[0].place
    return page(
        "registration/deputy.html",
        status=status,
        token=token,
        event=passing[0].event,
        span=_span(passing[0].event),
        page_url=f"/b/{token}/guests/{place.guest_id}/deputy",
        form=form,
        guest_name=full_name(place.guest, locale),
        events=[(one.event, _span(one.event), moment(one.event, one.event.deadline("substitute"))) for one in passing],
        closed=[one.event for one in concerned if one not in passing],
        chosen=chosen,
        undecided=any(one.event.substitutes_need_approval for one in passing),
        labels={EVENTS: _("Events")} | field_labels(0),
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
    )


def _span(event: Event) -> str:
    locale = current_language()
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))


router = Router(path="/", route_handlers=[new_deputy, create_deputy])
