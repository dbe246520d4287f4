"""Who of an invitation comes to what: the invitee or a deputy, and companions. Read once, then only pure questions."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.errors import NotFound
from events.people.model import Named
from events.programme.model import Event
from events.programme.queries import events_by_ids
from events.registration.model import BookedPlace, Booking, GuestDetails
from events.registration.queries import bookings_of_party

from . import queries
from .model import Invitation, InvitedEvent

DEPUTY, COMPANION = "deputy", "companion"

NAMES = (
    "honorific",
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "family_name_latin",
    "given_name_latin",
)


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation with its events, in order of time, and everything that is booked for it."""

    invitation: Invitation
    invited: list[InvitedEvent]
    events: dict[UUID, Event]
    bookings: list[Booking]
    came_in: dict[UUID, tuple[str, str]]
    """Guest → role and mail address, for everybody besides the invitee."""

    def invited_to(self, event_id: UUID) -> InvitedEvent | None:
        return next((one for one in self.invited if one.event_id == event_id), None)

    def placed_at(self, event_id: UUID) -> Iterator[tuple[Booking, BookedPlace]]:
        """Every place of the party at the event, also those that are over."""
        for booking in self.bookings:
            if booking.event_id == event_id:
                yield from ((booking, place) for place in booking.places)

    def live_at(self, event_id: UUID) -> list[BookedPlace]:
        """Who of the party has, or waits for, a place at the event."""
        return [place for _booking, place in self.placed_at(event_id) if not place.is_over]

    def principal_at(self, event_id: UUID) -> tuple[Booking, BookedPlace] | None:
        """The place of the invitee, or of whoever comes instead."""
        for booking, place in self.placed_at(event_id):
            if not place.is_over and not self.is_companion(place.guest_id):
                return booking, place
        return None

    def companions_at(self, event_id: UUID) -> list[BookedPlace]:
        return [place for place in self.live_at(event_id) if self.is_companion(place.guest_id)]

    def is_companion(self, guest_id: UUID) -> bool:
        return self.came_in.get(guest_id, ("", ""))[0] == COMPANION

    def is_invitee(self, guest_id: UUID) -> bool:
        """Who came in as somebody else is not; the invitee may have become a guest twice, after having sent a deputy."""
        if guest_id == self.invitation.guest_id:
            return True
        return guest_id not in self.came_in and same_name(self.people[guest_id], self.named_invitee)

    @property
    def named_invitee(self) -> Named:
        """The invitee's name: as the guest they have become, else as the organiser wrote it."""
        known = self.invitation.guest_id
        return self.people.get(known, self.invitation) if known else self.invitation

    def has_been_at(self, event_id: UUID, guest_id: UUID) -> bool:
        """Whether the guest has any record at the event, also one that is over: there is one for each guest and event."""
        return any(place.guest_id == guest_id for _booking, place in self.placed_at(event_id))

    @property
    def people(self) -> dict[UUID, GuestDetails]:
        """Everybody of the party who has, or had, a place anywhere."""
        return {place.guest_id: place.guest for booking in self.bookings for place in booking.places}

    @property
    def companions(self) -> list[tuple[UUID, GuestDetails]]:
        """The companions who are named, in the order they were named."""
        people = self.people
        return [(guest_id, people[guest_id]) for guest_id in self.came_in if self.is_companion(guest_id) and guest_id in people]

    def deputy_called(self, details: GuestDetails) -> UUID | None:
        """The deputy of exactly this name, if there is one already: they come with the ticket they have."""
        for guest_id, known in self.people.items():
            if self.came_in.get(guest_id, ("", ""))[0] == DEPUTY and same_name(known, details):
                return guest_id
        return None


def same_name(one: Named, other: Named) -> bool:
    """Whether two names are written exactly alike, in every script."""
    return all(getattr(one, name) == getattr(other, name) for name in NAMES)


async def party_of(db: Executor, invitation_id: UUID, *, events: dict[UUID, Event] | None = None) -> Party:
    """Everything about an invitation; its `events` may be at hand already. Raises `NotFound`."""
    invitation = await queries.invitation_by_id(db, invitation_id)
    if invitation is None:
        raise NotFound
    return await party_behind(db, invitation, events=events)


async def party_behind(db: Executor, invitation: Invitation, *, events: dict[UUID, Event] | None = None) -> Party:
    """The same for an invitation that was just read."""
    invited = await queries.invited_events(db, invitation.id)
    lead = invitation.booking_id
    return Party(
        invitation=invitation,
        invited=invited,
        events=events or await events_by_ids(db, [one.event_id for one in invited]),
        bookings=await bookings_of_party(db, lead) if lead else [],
        came_in={guest: (role, email) for guest, role, email in await queries.invitation_guests(db, invitation.id)} if lead else {},
    )
