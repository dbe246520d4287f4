"""A booking's own pages behind the link that only its registrant has: what became of it, changing a guest, giving places back.

Nothing changes on GET, because mail scanners follow every link.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.kit import limits
from events.kit.clock import now
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens, token_hash
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices
from events.people.names import full_name
from events.programme.guest_queries import guest_places, organiser_email
from events.programme.model import Event, EventStatus
from events.programme.queries import event_by_id, event_by_slug
from events.programme.standing import standing

from . import actions, queries, self_service_queries
from .answers_note import answers_note
from .booking_view import may_cancel, stored_words, view_of
from .companions import may_add
from .deadlines import DIET, Attendance, attendances, deadline_lines, keep_closed, parts_of
from .errors import AlreadyInside, ChangesClosed, HoldExpired
from .forms import field_labels, guest_values, parse_guest
from .model import Booking, RegistrationState
from .party_view import party_view

AnyRequest = Request[Any, Any, State]

CHANGES_PER_HOUR = 30  # each is followed by a mail, and whoever has the link may change
MOST_NAMED = 60  # a programme has thirty events and more
# What happened just before, said once at the top of the booking's page.
NOTICES = {
    "changed": N_("Your changes are saved. A mail confirms them."),
    "reissued": N_("The ticket has a new code, and the old one opens nothing any more. The new one is on its way by mail."),
    "sent-again": N_("The tickets are on their way again."),
    "added": N_("Done. A mail tells you about it."),
    "substituted": N_("Thank you, the place has passed on. A mail confirms it."),
    "contact": N_("Saved. From now on we write there."),
    "contact-asked": N_("Saved. We have sent a mail to the new address; it counts once you confirm it there."),
    "cancelled": N_("Given back, thank you. A mail confirms it."),
    "sent-before": N_("This form was already sent, so we did not book again. This is your booking; you can change it below."),
}


@get("/b/{token:str}")
async def show_booking(
    token: FromPath[str],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    *,
    wallet_kinds: NamedDependency[tuple[str, ...]],
    notice: FromQuery[str | None] = None,
    full: FromQuery[list[str] | None] = None,
) -> Response[Any]:
    """The outcome, every guest's ticket, and what can be done. The bookings of one party share the page of the first."""
    lead_id = await queries.party_of_token(db, token_hash(token))
    party = await queries.bookings_of_party(db, lead_id) if lead_id else []
    if lead_id is None or not party:
        raise NotFound
    said = _(NOTICES[notice]) if notice in NOTICES else ""
    if len(party) == 1:
        context = {"notice_text": said, "wallets": wallet_kinds}
        return await _single_page(db, party[0], tokens, base_url, full=full or [], **context)
    lead_token = tokens.token("booking", lead_id)
    if token != lead_token:
        return Redirect(f"/b/{lead_token}{f'?notice={notice}' if said else ''}", status_code=303)
    view = await party_view(db, party, now=now(), tokens=tokens, base_url=base_url)
    first = view.events[0].event
    named = await _full(db, full or [])
    return page("registration/party.html", token=token, event=first, view=view, notice_text=said, full=named, wallets=wallet_kinds)


@post("/b/{token:str}/confirmation", status_code=303)
async def confirm_booking(token: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]) -> Redirect:
    """Takes the places that are held for this booking for good."""
    booking, event = await _found(tx, token)
    try:
        await actions.confirm_hold(tx, booking, now=now())
    except HoldExpired as refusal:
        raise HoldExpired(link=f"/b/{token}") from refusal
    live.mark(f"event:{event.id}")
    return Redirect(f"/b/{token}", status_code=303)


@get("/b/{token:str}/guests/{guest_id:uuid}")
async def edit_guest(token: FromPath[str], guest_id: FromPath[UUID], db: NamedDependency[Connection]) -> Template:
    """A guest's details: what may be changed as fields, the rest with until when it was and whom to ask."""
    concerned = await _concerned(db, token, guest_id)
    form = Form(guest_values(concerned[0].place.guest, current_language()).items())
    return await _guest_form(db, token, concerned, form)


@post("/b/{token:str}/guests/{guest_id:uuid}", status_code=303)
async def change_guest(
    request: AnyRequest, token: FromPath[str], guest_id: FromPath[UUID], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Saves the changed details, or shows them again with what is wrong. What is closed stays as it was, whatever the form says."""
    form = await Form.read(request)
    concerned = await _concerned(tx, token, guest_id)
    booking, place, parts = concerned[0].booking, concerned[0].place, parts_of(concerned, now=now())
    typed = parse_guest(form, "", locale=current_language(), channel="form" if place.position == 0 else "registrant")
    details = keep_closed(form, typed, place.guest, parts)
    if not form.ok:
        return await _guest_form(tx, token, concerned, form, status=422)
    if not await limits.allow(tx, "changes", who=token, limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    withdraw = ["guest_list", *(["sensitive"] if parts[DIET].is_open else [])]
    await actions.change_guest(tx, booking, guest_id, details, withdraw=withdraw, now=now())
    for one in concerned:
        live.mark(one.event.live_topic)
    return Redirect(f"/b/{token}?notice=changed", status_code=303)


@get("/b/{token:str}/cancellation")
async def new_cancellation(token: FromPath[str], db: NamedDependency[Connection], guest: FromQuery[UUID | None] = None) -> Template:
    """Asks which guests are not coming: the one of the link, or all."""
    booking, event = await _found(db, token)
    _refuse_late_cancellation(event, token)
    chosen = {str(place.guest_id) for place in booking.live_places if guest in (None, place.guest_id)}
    return _cancellation_form(token, booking, event, Form(), chosen)


@post("/b/{token:str}/cancellation", status_code=303)
async def create_cancellation(
    request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Gives the places of the chosen guests back; the waiting list moves up. Sent twice it does nothing more."""
    form = await Form.read(request)
    booking, event = await _found(tx, token)
    _refuse_late_cancellation(event, token)
    chosen = set(form.chosen("guests"))
    leaving = [place.registration_id for place in booking.live_places if str(place.guest_id) in chosen]
    if not chosen:
        form.error("guests", _("Please choose who is not coming."))
        return _cancellation_form(token, booking, event, form, chosen, status=422)
    try:
        await actions.give_back(tx, event.id, leaving, now=now())
    except AlreadyInside as refusal:
        raise AlreadyInside(link=f"/b/{token}/cancellation") from refusal
    live.mark(f"event:{event.id}")
    return Redirect(f"/b/{token}?notice=cancelled", status_code=303)


async def _single_page(db: Executor, booking: Booking, tokens: Tokens, base_url: str, *, full: Sequence[str], **context: Any) -> Template:
    event = await event_by_id(db, booking.event_id)
    assert event is not None
    moment = now()
    places = (await guest_places(db, [event.id]))[event.id]
    invited = await self_service_queries.is_invited(db, booking.party_id)
    view = view_of(
        booking,
        event,
        now=moment,
        tokens=tokens,
        base_url=base_url,
        position=await queries.waitlist_position(db, booking.id),
        may_sign_up=standing(event, places, moment).takes_sign_ups,
        passed_over=await queries.passed_over(db, booking.id),
        invited=invited,
        may_add=await may_add(db, booking, event, invited=invited, now=moment),
    )
    return _page(
        "registration/booking.html",
        tokens.token("booking", booking.id),
        event,
        view=view,
        full=await _full(db, full),
        deadlines=deadline_lines(event, now=moment),
        answers=await answers_note(db, booking, event, now=moment),
        **context,
    )


async def _full(db: Executor, slugs: Sequence[str]) -> list[Event]:
    """The events of a sign-up for several that had no place, as its answer names them."""
    found = [await event_by_slug(db, slug) for slug in slugs[:MOST_NAMED]]
    return [event for event in found if event is not None and event.status != EventStatus.DRAFT]


async def _found(db: Executor, token: str) -> tuple[Booking, Event]:
    booking = await queries.booking_by_token(db, token_hash(token))
    event = await event_by_id(db, booking.event_id) if booking else None
    if booking is None or event is None:
        raise NotFound
    return booking, event


async def _concerned(db: Executor, token: str, guest_id: UUID) -> list[Attendance]:
    """Where a guest still comes to: the event of the link first. Once the next one begins nothing can be changed any more."""
    booking, event = await _found(db, token)
    concerned = await attendances(db, booking, guest_id, now=now())
    if now() >= max(one.event.starts_at for one in concerned):
        raise ChangesClosed(link=f"/b/{token}")
    return sorted(concerned, key=lambda one: one.event.id != event.id)


def _refuse_late_cancellation(event: Event, token: str) -> None:
    if not may_cancel(event, now()):
        raise ChangesClosed(link=f"/b/{token}")


async def _guest_form(db: Executor, token: str, concerned: Sequence[Attendance], form: Form, *, status: int = 200) -> Template:
    event, guest, locale = concerned[0].event, concerned[0].place.guest, current_language()
    return _page(
        "registration/guest.html",
        token,
        event,
        status=status,
        page_url=f"/b/{token}/guests/{concerned[0].place.guest_id}",
        form=form,
        guest_name=full_name(guest, locale),
        stored=stored_words(guest),
        labels=field_labels(0),
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
        parts=parts_of(concerned, now=now()),
        several=len({one.event.id for one in concerned}) > 1,
        contact=await organiser_email(db, event.organiser_id),
    )


def _cancellation_form(token: str, booking: Booking, event: Event, form: Form, chosen: set[str], *, status: int = 200) -> Template:
    locale = current_language()
    guests = [(str(place.guest_id), full_name(place.guest, locale)) for place in booking.live_places]
    return _page(
        "registration/cancellation.html",
        token,
        event,
        status=status,
        page_url=f"/b/{token}/cancellation",
        form=form,
        guests=guests,
        waits=any(place.state == RegistrationState.WAITLISTED for place in booking.live_places),
        chosen=chosen,
    )


def _page(template: str, token: str, event: Event, *, status: int = 200, **context: Any) -> Template:
    """A page of the booking with the event's name and time at the top."""
    locale = current_language()
    span = span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
    return page(template, status=status, token=token, event=event, span=span, **context)


router = Router(path="/", route_handlers=[show_booking, confirm_booking, edit_guest, change_guest, new_cancellation, create_cancellation])
