"""A co-host's own desk: its contingents, its guests, giving places back. Nothing of anybody else."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.invitations.replacing import note_replaced
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label, span_label
from events.kit.tokens import Tokens
from events.people.names import full_name, kana_name, second_script
from events.programme.editing_queries import release_contingent
from events.programme.model import Event, Texts
from events.programme.queries import event_by_id
from events.registration import actions as registration
from events.registration.model import GuestDetails, RegistrationState
from events.registration.queries import booking_by_id

from . import own_queries, queries
from .access import co_host_for_staff
from .errors import AlreadyReleased
from .model import CoHost, OwnContingent, OwnGuest

AnyRequest = Request[Any, Any, State]

STATE_WORDS = {
    RegistrationState.CONFIRMED: (N_("Confirmed"), "ok"),
    RegistrationState.HELD: (N_("On hold"), "brand"),
    RegistrationState.OFFERED: (N_("Place offered"), "brand"),
    RegistrationState.AWAITING_APPROVAL: (N_("Awaiting approval"), "warn"),
    RegistrationState.WAITLISTED: (N_("Waiting list"), "brand"),
}
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin")
# What happened just before, said once at the top.
DONE = {
    "released": N_("Thank you: the unused places are free for others now."),
    "cancelled": N_("The place is given back, and the guest is told by mail."),
    "substituted": N_("The place has passed on. Both tickets are up to date; a mail says so."),
}


@get("/co-hosts")
async def show_own(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Response[Any]:
    """The co-hosts this person acts for; with one only, its desk at once."""
    own = await queries.co_hosts_of_staff(db, staff.id)
    if not own:
        raise Forbidden
    if len(own) == 1:
        return Redirect(f"/co-hosts/{own[0].id}", status_code=303)
    return page("co_hosts/own_co_hosts.html", staff=staff, co_hosts=own)


@get("/co-hosts/{co_host_id:uuid}")
async def show_desk(
    co_host_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """Every contingent of the co-host, coming ones first."""
    co_host = await co_host_for_staff(db, staff, co_host_id)
    contingents, now = await own_queries.contingents_of(db, co_host_id), clock.now()
    coming = [one for one in contingents if one.ends_at > now]
    return _page(
        "co_hosts/desk.html",
        staff,
        co_host,
        groups=[("coming", coming), ("over", [one for one in reversed(contingents) if one.ends_at <= now])],
        when={one.pool_id: _span(one) for one in contingents},
        released={one.pool_id: _release(one) for one in contingents},
        invitations=_invitations(co_host, coming),
        done=_(DONE[done]) if done in DONE else "",
    )


@post("/co-hosts/{co_host_id:uuid}/contingents/{pool_id:uuid}/release", status_code=303)
async def create_release(
    *,
    co_host_id: FromPath[UUID],
    pool_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Gives the unused places of an own contingent to everybody."""
    co_host = await co_host_for_staff(tx, staff, co_host_id)
    own = next((one for one in await own_queries.contingents_of(tx, co_host_id) if one.pool_id == pool_id), None)
    if own is None:
        raise NotFound
    if not await release_contingent(tx, own.event_id, pool_id, clock.now()):
        raise AlreadyReleased(link=f"/co-hosts/{co_host_id}")
    await _note(tx, staff, co_host, action="contingent_released", subject=f"event:{own.event_slug}", detail={"unused": own.direct})
    live.mark(f"event:{own.event_id}")
    return Redirect(f"/co-hosts/{co_host_id}?done=released", status_code=303)


@get("/co-hosts/{co_host_id:uuid}/places/{event_id:uuid}")
async def show_guests(
    *,
    co_host_id: FromPath[UUID],
    event_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    done: FromQuery[str | None] = None,
) -> Template:
    """The co-host's guests at one event."""
    co_host = await co_host_for_staff(db, staff, co_host_id)
    guests = await own_queries.guests_of(db, co_host_id, event_id)
    contingents = [one for one in await own_queries.contingents_of(db, co_host_id) if one.event_id == event_id]
    if not guests and not contingents:
        raise NotFound
    event = await _event(db, event_id)
    return _page(
        "co_hosts/guests.html",
        staff,
        co_host,
        event=event,
        contingents=contingents,
        guests=[(guest, _shown(guest)) for guest in guests],
        may_change=clock.now() < event.starts_at,
        done=_(DONE[done]) if done in DONE else "",
    )


@get("/co-hosts/{co_host_id:uuid}/guests/{registration_id:uuid}")
async def edit_guest(
    co_host_id: FromPath[UUID], registration_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Somebody else for this place, or the place given back."""
    co_host, guest = await _own_guest(db, staff, co_host_id, registration_id)
    return await _guest_page(db, staff, co_host, guest, Form())


@post("/co-hosts/{co_host_id:uuid}/guests/{registration_id:uuid}/cancellation", status_code=303)
async def create_cancellation(
    *,
    co_host_id: FromPath[UUID],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Gives the place of an own guest back; the waiting list moves up."""
    _co_host, guest = await _own_guest(tx, staff, co_host_id, registration_id)
    await registration.cancel_places(tx, guest.event_id, [registration_id], actor=staff.actor, now=clock.now())
    live.mark(f"event:{guest.event_id}")
    return _back(co_host_id, guest.event_id, "cancelled")


@post("/co-hosts/{co_host_id:uuid}/guests/{registration_id:uuid}/substitute", status_code=303)
async def create_substitute(
    *,
    request: AnyRequest,
    co_host_id: FromPath[UUID],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Lets somebody else have the place: one step, no further place."""
    co_host, guest = await _own_guest(tx, staff, co_host_id, registration_id)
    form = await Form.read(request)
    details = _substitute(form)
    if details is None:
        return await _guest_page(tx, staff, co_host, guest, form, status=422)
    booking, event = await booking_by_id(tx, guest.booking_id), await _event(tx, guest.event_id)
    assert booking is not None
    replaced = next(place.guest_id for place in booking.places if place.registration_id == registration_id)
    by = await registration.substitute(tx, event, booking, registration_id, details, tokens=tokens, actor=staff.actor, now=clock.now())
    await note_replaced(tx, booking.id, event.id, replaced=replaced, by=by, actor=staff.actor, now=clock.now())
    live.mark(event.live_topic)
    return _back(co_host_id, guest.event_id, "substituted")


def _substitute(form: Form) -> GuestDetails | None:
    names = {name: form.text(name, required=name == "family_name", longest=100) for name in NAMES}
    about = {name: form.text(name, longest=200) for name in ("honorific", "company", "department", "job_title")}
    return msgspec.convert(names | about, GuestDetails) if form.ok else None


async def _own_guest(db: Connection, staff: Staff, co_host_id: UUID, registration_id: UUID) -> tuple[CoHost, OwnGuest]:
    co_host = await co_host_for_staff(db, staff, co_host_id)
    guest = await own_queries.own_guest(db, co_host_id, registration_id)
    if guest is None:
        raise NotFound
    return co_host, guest


async def _event(db: Connection, event_id: UUID) -> Event:
    event = await event_by_id(db, event_id)
    assert event is not None
    return event


async def _guest_page(db: Connection, staff: Staff, co_host: CoHost, guest: OwnGuest, form: Form, *, status: int = 200) -> Template:
    event = await _event(db, guest.event_id)
    return _page("co_hosts/guest.html", staff, co_host, status=status, event=event, guest=guest, shown=_shown(guest), form=form)


def _shown(guest: OwnGuest) -> dict[str, str]:
    language = current_language()
    word, tone = STATE_WORDS[guest.state]
    return {
        "name": full_name(guest, language),
        "other": second_script(guest, language),
        "kana": kana_name(guest),
        "work": " · ".join(part for part in (guest.company, guest.department, guest.job_title) if part),
        "word": _("Arrived") if guest.is_inside else _(word),
        "tone": "ok" if guest.is_inside else tone,
    }


def _invitations(co_host: CoHost, coming: list[OwnContingent]) -> dict[str, Texts]:
    """Where the co-host invites: its programmes, and its events that belong to none. Address → title."""
    home = f"/co-hosts/{co_host.id}"
    return {
        f"{home}/programmes/{one.programme_slug}/invitations"
        if one.programme_slug
        else f"{home}/events/{one.event_slug}/invitations": one.programme_title or one.event_title
        for one in coming
    }


def _span(one: OwnContingent) -> str:
    return span_label(one.starts_at, one.ends_at, one.time_zone, locale=current_language())


def _release(one: OwnContingent) -> str:
    at = one.released_at or one.release_at
    return moment_label(at, one.time_zone, locale=current_language()) if at else ""


def _page(name: str, staff: Staff, co_host: CoHost, *, status: int = 200, **words: Any) -> Template:
    organises = staff.may(Role.ORGANISER, co_host.organiser_id)
    return page(name, status=status, staff=staff, co_host=co_host, organises=organises, section="places", **words)


def _back(co_host_id: UUID, event_id: UUID, done: str) -> Redirect:
    return Redirect(f"/co-hosts/{co_host_id}/places/{event_id}?done={done}", status_code=303)


async def _note(tx: Connection, staff: Staff, co_host: CoHost, *, action: str, subject: str, detail: dict[str, object]) -> None:
    await insert_audit_entry(
        tx, organiser_id=co_host.organiser_id, actor=staff.actor, action=action, subject=subject, detail=detail | {"co_host": co_host.slug}
    )


router = Router(
    path="/",
    route_handlers=[show_own, show_desk, create_release, show_guests, edit_guest, create_cancellation, create_substitute],
)
