"""Places that were taken for an answer which was never written down, because the process died between the two.

Whoever answers next first finds them and writes down what had been answered then; their own answer follows as any other would. What
nobody comes back to is reported by `reconcile`.
"""

from datetime import datetime

from msgspec.structs import replace

from events.kit.database import Pool
from events.people.model import Named
from events.registration.model import Booking
from events.registration.queries import booking_by_id

from . import queries
from .model import Answer, InvitedEvent, match_key
from .party import COMPANION, DEPUTY, Party, party_of, same_name
from .replies import Answers, Giver


def attempt_key(party: Party, invited: InvitedEvent, *, places: int | None = None) -> str:
    """What makes an attempt to take places another one: the answers given before, and the places there were."""
    there = len(list(party.placed_at(invited.event_id))) if places is None else places
    return f"invitation:{party.invitation.id}:{invited.answers}:{there}"


async def finished(pool: Pool, party: Party, given: Answers, *, giver: Giver, now: datetime) -> Party:
    """The party as it is once everything is written down that was taken for it at the events now answered."""
    event_ids = {reply.event_id for reply in given.replies}
    attempts = [
        (invited.event_id, attempt_key(party, invited, places=places))
        for invited in party.invited
        if invited.event_id in event_ids
        for places in range(len(list(party.placed_at(invited.event_id))) + 1)
    ]
    found = await queries.bookings_by_keys(pool, attempts)
    for booking_id in found:
        booking = await booking_by_id(pool, booking_id)
        if booking is not None:
            await _write_down(pool, party, booking, invitee=given.invitee, giver=giver, now=now)
            party = await party_of(pool, party.invitation.id, events=party.events)
    return party


async def _write_down(pool: Pool, party: Party, booking: Booking, *, invitee: Named, giver: Giver, now: datetime) -> None:
    """Who came in, and the answer that this amounts to: the first guest is the invitee or a deputy, everybody else is brought along."""
    invited = party.invited_to(booking.event_id)
    assert invited is not None
    guests, invitee_id = [], party.invitation.guest_id
    answer = invited.answer
    for number, place in enumerate(booking.places):
        if number == 0 and party.principal_at(booking.event_id) in (None, (booking, place)):
            is_invitee = place.guest_id == invitee_id or any(_is_same(place.guest, named) for named in (party.named_invitee, invitee))
            answer = Answer.ACCEPTED if is_invitee else Answer.SUBSTITUTED
            invitee_id = place.guest_id if is_invitee else invitee_id
            guests += [] if is_invitee else [(place.guest_id, DEPUTY, "")]
        elif place.guest_id != invitee_id:
            guests.append((place.guest_id, COMPANION, ""))
    async with pool.acquire() as connection, connection.transaction():
        await queries.insert_invitation_guests(connection, party.invitation.id, guests)
        await queries.set_party(connection, party.invitation.id, booking.party_id, guest_id=invitee_id)
        booked = replace(invited, booking_id=invited.booking_id or booking.id)
        await queries.record_answers(connection, [(booked, answer)], giver=giver, now=now)


def _is_same(one: Named, other: Named) -> bool:
    """Whether the names are alike enough for one person who may have corrected the spelling."""
    return same_name(one, other) or match_key(one) == match_key(other) != ""
