"""The mails of bookings with invented guests, so that organisers see what they write."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.messaging.kinds import EVERYWHERE, MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event
from events.registration.model import OVER, GuestDetails, RegistrationState

from .letters import Letter, Place
from .mails import inline_pictures, mail_words
from .model import Admission, Ticket

_POSITION = 3


def booking_kinds() -> list[MailKind]:
    """In the order in which a guest meets them."""
    ticketed = (*EVERYWHERE, "doors", "places", "event_link")
    return [
        _kind("confirmed", N_("Confirmation"), RegistrationState.CONFIRMED, ticketed),
        _kind("held", N_("Place held"), RegistrationState.HELD, (*EVERYWHERE, "deadline", "places"), required=("deadline",)),
        _kind("awaiting_approval", N_("Application received"), RegistrationState.AWAITING_APPROVAL),
        _kind("incomplete", N_("Something is missing"), RegistrationState.AWAITING_APPROVAL),
        _kind("approved", N_("Approval"), RegistrationState.CONFIRMED, ticketed),
        _kind("rejected", N_("Application declined"), RegistrationState.CANCELLED),
        _kind("waitlisted", N_("Waiting list"), RegistrationState.WAITLISTED, (*EVERYWHERE, "position", "places")),
        _kind("offered", N_("Place offered"), RegistrationState.OFFERED, (*EVERYWHERE, "deadline", "places"), required=("deadline",)),
        _kind("offer_lapsed", N_("Offer ran out"), RegistrationState.EXPIRED),
        _kind("offer_withdrawn", N_("Offer taken back"), RegistrationState.CANCELLED),
        _kind("promoted", N_("Moved up"), RegistrationState.CONFIRMED, ticketed),
        _kind("changed", N_("Change"), RegistrationState.CONFIRMED, ticketed),
        _kind("resent", N_("Ticket sent again"), RegistrationState.CONFIRMED, ticketed),
        _kind("reissued", N_("New ticket instead of an old one"), RegistrationState.CONFIRMED, ticketed),
        _kind("moved", N_("New time or place"), RegistrationState.CONFIRMED, ticketed),
        _kind("reminder", N_("Reminder before the event"), RegistrationState.CONFIRMED, ticketed),
        _kind("thanks", N_("Thanks after the event"), RegistrationState.CONFIRMED, (*EVERYWHERE, "event_link")),
        _kind("cancelled", N_("Cancellation"), RegistrationState.CANCELLED, (*EVERYWHERE, "event_link")),
        _kind("called_off", N_("Event called off"), RegistrationState.CANCELLED),
    ]


def _kind(
    name: str, title: str, state: RegistrationState, placeholders: tuple[str, ...] = EVERYWHERE, *, required: tuple[str, ...] = ()
) -> MailKind:
    def sample(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
        places = sample_places(event, people, state)
        gone = places if state in OVER else []
        asked = _("Please add your company and how your name is read.") if name == "incomplete" else ""
        drawn = Letter(name, event, places, gone, gone, about=places, asked=asked)
        pictures = inline_pictures(drawn, stationery)
        return mail_words(drawn, stationery, _POSITION if state == RegistrationState.WAITLISTED else None), pictures

    return MailKind(name=name, title=title, placeholders=placeholders, required=required, courtesy=name == "thanks", sample=sample)


def sample_places(event: Event, people: Sequence[Person], state: RegistrationState) -> list[Place]:
    """A ticket for each of the invented guests."""
    return [_place(event, person, state, number) for number, person in enumerate(people, start=1)]


def _place(event: Event, person: Person, state: RegistrationState, number: int) -> Place:
    """Ids nobody has: the codes in the preview open no door."""
    expires_at = event.registration_closes_at if state in (RegistrationState.HELD, RegistrationState.OFFERED) else None
    admission = Admission(registration_id=UUID(int=number), state=state, table_name=None, expires_at=expires_at, event=event)
    ticket = Ticket(
        id=UUID(int=number),
        issue=1,
        guest_id=UUID(int=number),
        booking_id=UUID(int=number),
        email="guest@example.com",
        locale=current_language(),
        organiser_email="office@example.com",
        guest=msgspec.convert(person, GuestDetails, from_attributes=True),
        admissions=[admission],
    )
    return Place(ticket, admission)
