"""What a booking's page says: one heading for the whole of it, and each guest with their own state and ticket."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.i18n import current_language, local, ngettext
from events.kit.i18n import gettext as _
from events.kit.times import home_zone, moment_label
from events.kit.tokens import Tokens
from events.people.diet import diet_words
from events.people.names import full_name, kana_name, second_script
from events.programme.model import Event, EventStatus

from .model import BookedPlace, Booking, GuestDetails, PassedOver, RegistrationState

Words = tuple[str, list[str], str]
"""A heading, the sentences below it, and the tone of a notice."""


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a guest's ticket is, and what its QR says."""

    url: str
    pdf_url: str
    calendar_url: str
    qr_text: str


class GuestView(msgspec.Struct, frozen=True, kw_only=True):
    """One guest as the page shows them; `tone` is that of a chip."""

    id: UUID
    name: str
    other_name: str
    kana: str
    company: str
    diet: str
    access_needs: str
    table_name: str
    state: str
    tone: str
    is_over: bool
    ticket: TicketView | None


class BookingView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. `next_steps` says in sentences what happens now; `held_places` wait for the registrant's word.

    `offered` are the guests (id and name) for whom a place came free: they take it or leave it instead of cancelling;
    `may_wait_again` after an offer or a hold has run out. `may_pass_on`: somebody else may come instead; `may_add`: somebody more.
    """

    heading: str
    next_steps: list[str]
    tone: str
    guests: list[GuestView]
    held_places: int
    waits: bool
    may_change: bool
    may_cancel: bool
    may_sign_up_again: bool
    offered: list[tuple[str, str]] = []
    may_wait_again: bool = False
    may_pass_on: bool = False
    may_add: bool = False


def view_of(
    booking: Booking,
    event: Event,
    *,
    now: datetime,
    tokens: Tokens,
    base_url: str,
    position: int | None,
    may_sign_up: bool,
    passed_over: PassedOver | None = None,
    invited: bool = False,
    may_add: bool = False,
) -> BookingView:
    """Decides the words of the page. `position` is the booking's place in line, if it waits; `passed_over` tells when places came
    free that were too few for it."""
    live = booking.live_places
    off = event.status == EventStatus.CANCELLED
    heading, next_steps, tone = _words(booking, event, now=now, position=position, passed_over=passed_over)
    return BookingView(
        heading=heading,
        next_steps=next_steps,
        tone=tone,
        guests=[_guest(place, event, tokens, base_url) for place in booking.places],
        held_places=0 if off else len([place for place in live if place.state == RegistrationState.HELD]),
        waits=any(place.state == RegistrationState.WAITLISTED for place in live),
        may_change=bool(live) and not off and now < event.starts_at,
        may_cancel=bool(live) and not off and not booking.offered_places and may_cancel(event, now),
        may_sign_up_again=not live and may_sign_up and not any(is_turned_down(place, event) for place in booking.places),
        offered=[] if off else [(str(place.guest_id), full_name(place.guest, current_language())) for place in booking.offered_places],
        may_pass_on=not off and not invited and now < min(event.deadline("substitute"), event.starts_at),
        may_add=may_add and not off,
        may_wait_again=not live and not off and may_wait_again(booking, event, now),
    )


def stored_words(guest: GuestDetails) -> dict[str, list[tuple[str, str]]]:
    """What is known about a guest, as (label, words), by the part it belongs to; for what cannot be changed any more."""
    locale = current_language()
    names = [
        (_("Name"), full_name(guest, locale)),
        (_("In another script"), second_script(guest, locale)),
        (_("Reading"), kana_name(guest)),
        (_("Title"), guest.honorific),
        (_("Company or institution"), guest.company),
        (_("Department"), guest.department),
        (_("Position"), guest.job_title),
    ]
    diet = [(_("Food"), diet_words(guest.diet)), (_("Access needs"), guest.access_needs)]
    return {"names": [line for line in names if line[1]], "diet": [line for line in diet if line[1]]}


def may_cancel(event: Event, now: datetime) -> bool:
    """Places can be given back until the event begins: even a late one still helps somebody who waits."""
    return now < event.starts_at


def may_wait_again(booking: Booking, event: Event, now: datetime) -> bool:
    """Whoever missed the time to answer may go back in line while there is one."""
    missed = any(place.state == RegistrationState.EXPIRED for place in booking.places)
    return missed and event.waiting_list and event.status == EventStatus.PUBLISHED and now < event.starts_at


def _words(booking: Booking, event: Event, *, now: datetime, position: int | None, passed_over: PassedOver | None) -> Words:
    states = {place.state for place in booking.live_places}
    if event.status == EventStatus.CANCELLED:
        return _("This event was cancelled"), [_("We are sorry. You need not do anything; your places are void.")], "bad"
    if not states or now >= event.ends_at:
        return _over(booking, event) if not states else (_("This event is over"), [_("Thank you for being with us.")], "ok")
    if RegistrationState.OFFERED in states:
        return _offered(booking, event)
    if RegistrationState.WAITLISTED in states:
        return _waiting(booking, event, position, passed_over)
    if RegistrationState.HELD in states:
        return _held(booking, event)
    return _undecided(booking, event) if RegistrationState.AWAITING_APPROVAL in states else _confirmed(booking)


def _confirmed(booking: Booking) -> Words:
    guests = len(booking.live_places)
    heading = ngettext("Your place is reserved", "Your %(num)s places are reserved", guests) % {"num": guests}
    sent = ngettext(
        "The ticket is on its way to %(email)s. It is also here, whenever you need it.",
        "The tickets are on their way to %(email)s. They are also here, whenever you need them.",
        guests,
    )
    return heading, [_("We look forward to seeing you."), sent % {"email": booking.email}], "ok"


def _undecided(booking: Booking, event: Event) -> Words:
    next_steps = [
        _("The hosts of this event confirm every guest in person."),
        _("Your place is kept meanwhile.") if event.pending_holds_place else _("Once they agree, you get a place that is free then."),
        _("We write to %(email)s as soon as it is decided.") % {"email": booking.email},
    ]
    return _("Your registration has arrived"), next_steps, "brand"


def is_turned_down(place: BookedPlace, event: Event) -> bool:
    """Whether the hosts decided against this guest."""
    return place.is_ended_by_staff and event.approval_required and not place.is_approved


def _over(booking: Booking, event: Event) -> Words:
    ask = _("Questions? %(organiser)s is glad to help.") % {"organiser": local(event.organiser_name)}
    if any(is_turned_down(place, event) for place in booking.places):
        regret = _("Thank you for your interest. The hosts could not accept this registration; we are sorry.")
        return _("We cannot offer you a place this time"), [regret, ask], "warn"
    if any(place.state == RegistrationState.EXPIRED for place in booking.places):
        return _("These places were not confirmed in time"), [_("They have gone to other guests.")], "warn"
    if any(place.is_ended_by_staff for place in booking.places):
        return _("This booking is cancelled"), [_("The organiser has given these places back."), ask], "warn"
    return _("This booking is cancelled"), [_("The places have been given back. Thank you for letting us know.")], "warn"


def _waiting(booking: Booking, event: Event, position: int | None, passed_over: PassedOver | None) -> Words:
    guests = len([place for place in booking.live_places if place.state == RegistrationState.WAITLISTED])
    ahead = (position or 1) - 1
    return (
        _("You are on the waiting list"),
        [
            ngettext("%(num)s booking is ahead of you.", "%(num)s bookings are ahead of you.", ahead) % {"num": ahead}
            if ahead
            else _("You are next in line."),
            *([_passed_over_words(booking, event, passed_over, guests)] if passed_over and passed_over.free < guests else []),
            _when_a_place_is_free(booking, event, guests),
            _("If you can no longer come, please give your place in line back."),
        ],
        "warn",
    )


def _when_a_place_is_free(booking: Booking, event: Event, guests: int) -> str:
    if event.offer_hours:
        return _("As soon as enough places are free for you, we keep them and write to %(email)s; you then have time to answer.") % {
            "email": booking.email
        }
    return ngettext(
        "As soon as a place becomes free for you, it is yours, and we write to %(email)s at once.",
        "As soon as %(num)s places are free for you together, they are yours, and we write to %(email)s at once.",
        guests,
    ) % {"num": guests, "email": booking.email}


def _passed_over_words(booking: Booking, event: Event, passed_over: PassedOver, guests: int) -> str:
    words = {"time": moment_for(booking, event, passed_over.at), "free": passed_over.free, "party": guests}
    told = ngettext(
        "On %(time)s %(free)s place came free, too few for the %(party)s of you.",
        "On %(time)s %(free)s places came free, too few for the %(party)s of you.",
        passed_over.free,
    )
    kept = _("A smaller party was served; you keep your place in line.")
    return f"{told % words} {kept}"


def moment_for(booking: Booking, event: Event, at: datetime) -> str:
    """An instant where the mail is read first, then where the event is."""
    locale = current_language()
    if booking.time_zone:
        return moment_label(at, booking.time_zone, locale=locale, guest_zone=event.time_zone)
    return moment_label(at, event.time_zone, locale=locale, guest_zone=home_zone(locale))


def _offered(booking: Booking, event: Event) -> Words:
    ends = [place.expires_at for place in booking.offered_places if place.expires_at]
    words = {"num": len(ends), "time": moment_for(booking, event, min(ends))}
    return (
        ngettext("A place has become free for you", "%(num)s places have become free for you", len(ends)) % words,
        [
            ngettext("We keep it for you until %(time)s.", "We keep them for you until %(time)s.", len(ends)) % words,
            _("Without an answer until then, the next in line is asked."),
        ],
        "warn",
    )


def _held(booking: Booking, event: Event) -> Words:
    ends = [place.expires_at for place in booking.live_places if place.expires_at]
    locale = current_language()
    until = moment_label(min(ends), event.time_zone, locale=locale, guest_zone=home_zone(locale)) if ends else ""
    return (
        _("We are keeping your place"),
        [
            _("Please confirm by %(time)s.") % {"time": until},
            ngettext(
                "Until then the place is yours alone; afterwards it goes to the next guest.",
                "Until then the %(num)s places are yours alone; afterwards they go to the next guests.",
                len(ends),
            )
            % {"num": len(ends)},
            _("Questions? %(organiser)s is glad to help.") % {"organiser": local(event.organiser_name)},
        ],
        "warn",
    )


def _guest(place: BookedPlace, event: Event, tokens: Tokens, base_url: str) -> GuestView:
    guest, locale = place.guest, current_language()
    valid = place.state == RegistrationState.CONFIRMED and event.status != EventStatus.CANCELLED
    state, tone = (_("Not accepted"), "") if is_turned_down(place, event) else _state(place.state)
    return GuestView(
        id=place.guest_id,
        name=full_name(guest, locale),
        other_name=second_script(guest, locale),
        kana=kana_name(guest) if locale == "ja" else "",
        company=" · ".join(part for part in (guest.company, guest.department, guest.job_title) if part),
        diet=diet_words(guest.diet),
        access_needs=guest.access_needs,
        table_name=place.table_name or "",
        state=state,
        tone=tone,
        is_over=place.is_over,
        ticket=_ticket(place, tokens, base_url) if valid else None,
    )


def _state(state: RegistrationState) -> tuple[str, str]:
    return {
        RegistrationState.CONFIRMED: (_("Confirmed"), "ok"),
        RegistrationState.HELD: (_("Kept for you"), "warn"),
        RegistrationState.OFFERED: (_("Offered to you"), "warn"),
        RegistrationState.AWAITING_APPROVAL: (_("Being decided"), "brand"),
        RegistrationState.WAITLISTED: (_("On the waiting list"), "warn"),
        RegistrationState.CANCELLED: (_("Given back"), ""),
        RegistrationState.EXPIRED: (_("Not confirmed in time"), ""),
    }[state]


def _ticket(place: BookedPlace, tokens: Tokens, base_url: str) -> TicketView:
    code = tokens.code("ticket", place.ticket_id, place.issue)
    path = f"/t/{code}"
    # In upper case the address stays in the QR's alphanumeric mode, which decodes best.
    return TicketView(url=path, pdf_url=f"{path}/ticket.pdf", calendar_url=f"{path}/event.ics", qr_text=f"{base_url}{path}".upper())
