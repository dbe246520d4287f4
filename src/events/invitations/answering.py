"""Answering an invitation: the one way in which answers come in, whoever gives them and however they arrive.

Places are taken by the claim, on its own connection, before the answer is written down: if the second does not happen, answering
again finds the places by their key. Whoever gives places back or sends a deputy does both in one transaction. One answer at a
time per invitation: a second window waits its turn, and then finds what the first one did.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.errors import DomainError
from events.kit.tokens import token_hash
from events.programme.model import Event
from events.registration import actions as registration
from events.registration.claims import ClaimDesk
from events.registration.errors import KeyReused
from events.registration.model import Booking, GuestDetails, SignUp
from events.registration.queries import booking_by_id, booking_by_token

from . import queries
from .deputy_jobs import tell_deputy
from .errors import AnsweringElsewhere, AnswersClosed, InvitationWithdrawn, NothingDecided, NotInvitedThere, TooManyCompanions
from .model import Answer, Invitation, InvitedEvent
from .party import COMPANION, DEPUTY, Party, party_of, same_name
from .replies import Answers, Giver, Refused, Reply
from .unfinished import attempt_key, finished

TURN_LASTS = timedelta(seconds=30)  # as long as a claim may retry over an outage, with room to spare
TURN_IS_AWAITED_SECONDS = 8.0
_LOOK_AGAIN_SECONDS = 0.05


async def answer(
    desk: ClaimDesk, invitation_id: UUID, given: Answers, *, giver: Giver, events: dict[UUID, Event] | None = None
) -> list[Refused]:
    """Puts every reply into effect that changes something, and answers what was refused, per event.

    `events` are those of the invitation, if they are at hand.
    Raises `InvitationWithdrawn`, `NotInvitedThere`, `AnsweringElsewhere`.
    """
    async with turn(desk.pool, invitation_id):
        party = await party_of(desk.pool, invitation_id, events=events)
        party = await finished(desk.pool, party, given, giver=giver, now=clock.now())
        _check(party, _with_known_companions(party, given), giver)
        party = await _with_contact(desk.pool, party, given)
        refused, moved = await _stay_away(desk.pool, party, given, giver=giver), False
        for reply in given.replies:
            if not reply.answer.comes:
                continue
            try:
                party = await party_of(desk.pool, invitation_id, events=party.events) if moved else party
                moved = await _come(desk, party, _with_known_companions(party, given), reply, giver=giver)
            except DomainError as refusal:
                refused.append(Refused(event_id=reply.event_id, refusal=refusal))
                moved = True
        return refused


def answers_until(invitation: Invitation, event: Event) -> datetime:
    """Until when the guest may change the answer: the invitation's date, or the event's for changes if that comes first."""
    return min(event.changes_until, invitation.answer_by) if invitation.answer_by else event.changes_until


def _with_known_companions(party: Party, given: Answers) -> Answers:
    """Somebody who was named a moment ago, for another event or in another window, is the companion of that name."""

    def known(details: GuestDetails) -> GuestDetails:
        same = [guest_id for guest_id, one in party.companions if details.guest_id is None and same_name(one, details)]
        return replace(details, guest_id=same[0]) if same else details

    return replace(given, companions=[known(details) for details in given.companions])


def _check(party: Party, given: Answers, giver: Giver) -> None:
    if party.invitation.withdrawn_at:
        raise InvitationWithdrawn
    new = sum(details.guest_id is None for details in given.companions)
    if new and len(party.companions) + new > party.invitation.max_companions and not giver.is_staff:
        raise TooManyCompanions
    for reply in given.replies:
        if party.invited_to(reply.event_id) is None:
            raise NotInvitedThere
        if reply.answer == Answer.NONE or (reply.answer == Answer.SUBSTITUTED and reply.deputy is None):
            raise NothingDecided


async def _with_contact(pool: Pool, party: Party, given: Answers) -> Party:
    """Notes the word to the hosts and who is written to, before any mail is ordered. The invitee's own address stays beside it."""
    before = party.invitation
    message = before.message if given.message is None else given.message
    contact = given.mail_contact or before.mail_address
    if (message, contact) == (before.message, before.mail_address):
        return party
    email = before.email or contact
    delegate_email = "" if contact == email else contact
    await queries.set_contact(pool, before.id, message=message, email=email, delegate_email=delegate_email)
    return replace(party, invitation=replace(before, message=message, email=email, delegate_email=delegate_email))


async def _stay_away(pool: Pool, party: Party, given: Answers, *, giver: Giver) -> list[Refused]:
    """Declined or provisional: whatever the party has at an event goes back, in the transaction of the answer. All others are
    written down in one."""
    refused, plain = [], []
    for reply in given.replies:
        invited, now = party.invited_to(reply.event_id), clock.now()
        if reply.answer.comes or invited is None or not _changes(party, given, invited, reply):
            continue
        leaving = [place.registration_id for place in party.live_at(reply.event_id)]
        try:
            _refuse_late(party, reply, giver, now=now)
            if not leaving:
                plain.append((invited, reply.answer))
                continue
            async with pool.acquire() as connection, connection.transaction():
                await registration.give_back(connection, reply.event_id, leaving, actor=_place_actor(giver), now=now)
                await queries.record_answers(connection, [(invited, reply.answer)], giver=giver, now=now)
        except DomainError as refusal:
            refused.append(Refused(event_id=reply.event_id, refusal=refusal))
    if plain:
        await queries.record_answers(pool, plain, giver=giver, now=clock.now())
    return refused


def _place_actor(giver: Giver) -> str:
    """Who gives a place back: invitees and delegates do it as guests do."""
    return giver.actor if giver.is_staff else "guest"


def _refuse_late(party: Party, reply: Reply, giver: Giver, *, now: datetime) -> None:
    if now >= answers_until(party.invitation, party.events[reply.event_id]) and not giver.is_staff:
        raise AnswersClosed


def _changes(party: Party, given: Answers, invited: InvitedEvent, reply: Reply) -> bool:
    """Whether the reply is another one than the answer that stands. The same form sent twice changes nothing."""
    if invited.answer != reply.answer:
        return reply.seen != reply.answer
    if not reply.answer.comes:
        return bool(party.live_at(reply.event_id))
    principal = party.principal_at(reply.event_id)
    return principal is None or not _is_meant(party, principal[1].guest_id, reply) or _companions_change(party, given, reply)


def _is_meant(party: Party, guest_id: UUID, reply: Reply) -> bool:
    """Whether the guest who has the place is the one of the reply."""
    if reply.answer == Answer.ACCEPTED:
        return party.is_invitee(guest_id)
    assert reply.deputy is not None
    return not party.is_invitee(guest_id) and party.deputy_called(reply.deputy.details) == guest_id


def _companions_change(party: Party, given: Answers, reply: Reply) -> bool:
    wanted = {given.companions[number].guest_id for number in reply.companions}
    return wanted != {place.guest_id for place in party.companions_at(reply.event_id)}


async def _come(desk: ClaimDesk, party: Party, given: Answers, reply: Reply, *, giver: Giver) -> bool:
    """Accepted or substituted: takes places, or passes on the one there is. Answers whether anything changed."""
    invited, now = party.invited_to(reply.event_id), clock.now()
    assert invited is not None
    if not _changes(party, given, invited, reply):
        return False
    _refuse_late(party, reply, giver, now=now)
    principal = party.principal_at(reply.event_id)
    if principal is None:
        comes = replace(_principal(party, given, reply), answers=list(reply.own_answers))
        await _take(desk, party, given, reply, guests=[comes, *_new_companions(party, given, reply)], giver=giver)
        return True
    unwanted, is_meant = _unwanted_companions(party, given, reply), _is_meant(party, principal[1].guest_id, reply)
    async with desk.pool.acquire() as connection, connection.transaction():
        if not is_meant:
            await _pass_on(desk, connection, party, given, reply, giver=giver, now=now)
        if unwanted:
            await registration.give_back(connection, reply.event_id, unwanted, actor=_place_actor(giver), now=now)
        if invited.answer != reply.answer or unwanted or not is_meant:
            await queries.record_answers(connection, [(invited, reply.answer)], giver=giver, now=now)
    if joining := _new_companions(party, given, reply):
        await _take(desk, party, given, reply, guests=joining, giver=giver)
    return True


async def _pass_on(desk: ClaimDesk, tx: Connection, party: Party, given: Answers, reply: Reply, *, giver: Giver, now: datetime) -> None:
    """The place stays, the guest changes: the deputy instead of the invitee, or back."""
    found = party.principal_at(reply.event_id)
    assert found is not None
    booking, place = found
    details = _principal(party, given, reply)
    guest_id = await registration.substitute(
        tx,
        party.events[reply.event_id],
        booking,
        place.registration_id,
        details,
        tokens=desk.tokens,
        actor=giver.actor,
        now=now,
    )
    if reply.answer == Answer.SUBSTITUTED and reply.deputy:
        await queries.insert_invitation_guests(tx, party.invitation.id, [(guest_id, DEPUTY, reply.deputy.email)])
        await tell_deputy(tx, party.invitation.id, guest_id, reply.event_id)
    else:
        await queries.set_guest(tx, party.invitation.id, guest_id)


async def _take(desk: ClaimDesk, party: Party, given: Answers, reply: Reply, *, guests: Sequence[GuestDetails], giver: Giver) -> None:
    """Claims places for all of these or none, then writes the answer down with who came in."""
    invited, event = party.invited_to(reply.event_id), party.events[reply.event_id]
    assert invited is not None
    sign_up = _sign_up(party, given, reply, guests)
    try:
        booking = await booking_by_id(desk.pool, (await registration.register(desk, event, sign_up)).booking_id)
    except KeyReused as earlier:  # taken before with other details, but never written down
        booking = await booking_by_token(desk.pool, token_hash(earlier.token))
    assert booking is not None
    async with desk.pool.acquire() as connection, connection.transaction():
        await _note_who_came_in(connection, party, reply, booking, guests)
        if reply.answer == Answer.SUBSTITUTED and party.principal_at(reply.event_id) is None:
            await _tell_deputy_of(connection, party, booking, guests[0])
        booked = replace(invited, booking_id=invited.booking_id or booking.id)
        await queries.record_answers(connection, [(booked, reply.answer)], giver=giver, now=clock.now())


def _sign_up(party: Party, given: Answers, reply: Reply, guests: Sequence[GuestDetails]) -> SignUp:
    invitation, event = party.invitation, party.events[reply.event_id]
    invited = party.invited_to(reply.event_id)
    assert invited is not None
    return SignUp(
        key=attempt_key(party, invited),
        email=invitation.mail_address,
        locale=invitation.locale,
        source="invitation",
        guests=list(guests),
        contingent=invited.contingent,
        accept_waitlist=event.waiting_list,
        mail=bool(invitation.mail_address),
        lead_id=invitation.booking_id,
        approved=event.invited_are_approved,
        time_zone=invitation.time_zone,
        registrant_name=given.registrant_name,
        payer=given.payer,
        answers=list(reply.answers),
    )


async def _note_who_came_in(tx: Connection, party: Party, reply: Reply, booking: Booking, guests: Sequence[GuestDetails]) -> None:
    """The claim gives new guests their ids; they stand in the booking in the order they were named, after those known before."""
    invitation = party.invitation
    known, invitee_id = {guest.guest_id for guest in guests if guest.guest_id}, invitation.guest_id
    created = [place for place in booking.places if place.guest_id not in known]
    for details, place in zip([guest for guest in guests if guest.guest_id is None], created, strict=False):
        first = guests[0] is details and party.principal_at(reply.event_id) is None
        if first and reply.answer == Answer.ACCEPTED:
            invitee_id = place.guest_id
            continue
        email = reply.deputy.email if first and reply.deputy else ""
        await queries.insert_invitation_guests(tx, invitation.id, [(place.guest_id, DEPUTY if first else COMPANION, email)])
    if (invitation.booking_id, invitation.guest_id) != (booking.party_id, invitee_id):
        await queries.set_party(tx, invitation.id, booking.party_id, guest_id=invitee_id)


async def _tell_deputy_of(tx: Connection, party: Party, booking: Booking, deputy: GuestDetails) -> None:
    """The deputy has a place of their own now: the one they are known by, or of their name."""
    for place in booking.places:
        if place.guest_id == deputy.guest_id or (deputy.guest_id is None and same_name(place.guest, deputy)):
            await tell_deputy(tx, party.invitation.id, place.guest_id, booking.event_id)
            return


def _principal(party: Party, given: Answers, reply: Reply) -> GuestDetails:
    """Who comes: the invitee or the deputy, as the guest they already are where there is one."""
    if reply.answer == Answer.ACCEPTED:
        return _as_known(party, reply, given.invitee, party.invitation.guest_id)
    assert reply.deputy is not None
    return _as_known(party, reply, reply.deputy.details, party.deputy_called(reply.deputy.details))


def _as_known(party: Party, reply: Reply, details: GuestDetails, guest_id: UUID | None) -> GuestDetails:
    """With the guest's id, unless a place of theirs would have to be passed on to themselves: then they come as a new guest."""
    passed_on = party.principal_at(reply.event_id) is not None
    if guest_id and passed_on and party.has_been_at(reply.event_id, guest_id):
        return replace(details, guest_id=None)
    return replace(details, guest_id=guest_id)


def _new_companions(party: Party, given: Answers, reply: Reply) -> list[GuestDetails]:
    there = {place.guest_id for place in party.companions_at(reply.event_id)}
    return [one for one in _wanted_companions(given, reply) if one.guest_id not in there]


def _unwanted_companions(party: Party, given: Answers, reply: Reply) -> list[UUID]:
    wanted = {one.guest_id for one in _wanted_companions(given, reply)}
    return [place.registration_id for place in party.companions_at(reply.event_id) if place.guest_id not in wanted]


def _wanted_companions(given: Answers, reply: Reply) -> list[GuestDetails]:
    """Each once, with the answers to this event's questions."""
    answers = reply.companion_answers or ((),) * len(reply.companions)
    wanted = [replace(given.companions[number], answers=list(own)) for number, own in zip(reply.companions, answers, strict=True)]
    return list({one.guest_id or number: one for number, one in enumerate(wanted)}.values())


@asynccontextmanager
async def turn(pool: Pool, invitation_id: UUID) -> AsyncIterator[None]:
    """Waits until nobody else is answering the invitation, in whatever process. Holds no connection meanwhile."""
    started = clock.now()
    while not await queries.take_turn(pool, invitation_id, now=clock.now(), until=clock.now() + TURN_LASTS):
        if clock.now() - started > timedelta(seconds=TURN_IS_AWAITED_SECONDS):
            raise AnsweringElsewhere
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        await asyncio.shield(queries.end_turn(pool, invitation_id))
