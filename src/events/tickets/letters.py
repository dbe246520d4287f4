"""Which mail a booking gets: decided from what happened and from how things stand when the mail is written."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from events.programme.model import Event, EventStatus, TimeAndPlace
from events.registration.model import RegistrationState

from .model import Admission, Ticket

# A mail that says "confirmed" is only true while somebody is; otherwise the state that is true decides the words.
_SPOKEN_FOR = (
    (RegistrationState.CONFIRMED, None),
    (RegistrationState.AWAITING_APPROVAL, "awaiting_approval"),
    (RegistrationState.HELD, "held"),
    (RegistrationState.OFFERED, "offered"),
    (RegistrationState.WAITLISTED, "waitlisted"),
)


class Place(msgspec.Struct, frozen=True):
    """One guest's ticket and where the guest stands at the event of the mail."""

    ticket: Ticket
    admission: Admission

    @property
    def state(self) -> RegistrationState:
        return self.admission.state


class Letter(msgspec.Struct, frozen=True):
    """A mail to be written: its template and whom it is about.

    `gone` are the guests who have just lost their place, `void` those among them who had a ticket, so that the date stands in a
    calendar. `former` is what held before the event moved, `asked` what a reviewer misses about those in `about`.
    """

    template: str
    event: Event
    places: list[Place]
    gone: list[Place] = []
    void: list[Place] = []
    former: TimeAndPlace | None = None
    about: list[Place] = []
    asked: str = ""

    def in_state(self, state: RegistrationState) -> list[Place]:
        return [place for place in self.places if place.state == state]

    @property
    def valid(self) -> list[Place]:
        return [place for place in self.places if place.admission.is_valid]


def letter(
    kind: str,
    tickets: Sequence[Ticket],
    event_id: UUID,
    *,
    about: Collection[UUID] = (),
    with_ticket: Collection[UUID] | None = None,
    former: TimeAndPlace | None = None,
    asked: str = "",
) -> Letter | None:
    """The mail for an occurrence; `about` are the registrations it concerns, `with_ticket` those that had a ticket, by default all.

    None when later events have overtaken it: a place confirmed and at once cancelled again is only reported as cancelled.
    """
    places = _places(tickets, event_id)
    if not places:
        return None
    event = places[0].admission.event
    concerned = [place for place in places if not about or place.admission.registration_id in about]
    if kind == "offer_lapsed":
        missed = [place for place in concerned if place.state == RegistrationState.EXPIRED]
        return Letter(kind, event, places, missed) if missed and event.status != EventStatus.CANCELLED else None
    if kind in ("cancelled", "rejected", "called_off", "offer_withdrawn"):
        gone = [place for place in concerned if place.state == RegistrationState.CANCELLED]
        void = [place for place in gone if with_ticket is None or place.admission.registration_id in with_ticket]
        return Letter(kind, event, places, gone, void) if gone else None
    template = _true_template(kind, {place.state for place in concerned})
    if template is None or event.status == EventStatus.CANCELLED:
        return None
    return Letter(template, event, places, former=former if former != event.time_and_place else None, about=concerned, asked=asked)


def _places(tickets: Sequence[Ticket], event_id: UUID) -> list[Place]:
    return [Place(ticket, admission) for ticket in tickets for admission in ticket.admissions if admission.event.id == event_id]


def _true_template(kind: str, states: set[RegistrationState]) -> str | None:
    if kind in ("reminder", "thanks"):
        return kind if RegistrationState.CONFIRMED in states else None
    if kind == "incomplete":
        return kind if RegistrationState.AWAITING_APPROVAL in states else None
    if kind in ("held", "offered", "awaiting_approval", "waitlisted"):
        return kind if RegistrationState(kind) in states else None
    for state, instead in _SPOKEN_FOR:
        if state in states:
            return kind if instead is None or kind in ("changed", "moved") else instead
    return None
