"""What can be done with a booking, one verb each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from events.accounts.queries import insert_audit_entry
from events.kit.clock import now as clock_now
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.ids import new_id
from events.kit.jobs import insert_job
from events.kit.tokens import Tokens, token_hash
from events.people.keys import search_key, sort_key
from events.programme.model import Event

from . import queries, substitute_queries
from .claims import Claim, ClaimDesk, Decision, new_claim
from .errors import (
    AlreadyInside,
    AlreadyRegistered,
    ChangesClosed,
    EventFull,
    HoldExpired,
    InvitationOnly,
    KeyReused,
    NotAwaitingApproval,
    RegistrationClosed,
    UnknownContingent,
)
from .model import OVER, Booking, GuestDetails, IssuedTicket, Outcome, RegistrationState, SignUp

GIVEN_BACK = "invited_place_given_back"
"""The job that tells invitations of places that their guests gave back."""

_REFUSALS = {
    "full": EventFull,
    "closed": RegistrationClosed,
    "unknown_contingent": UnknownContingent,
    "invitation_only": InvitationOnly,
    "already_registered": AlreadyRegistered,
}


async def register(claims: ClaimDesk, event: Event, sign_up: SignUp) -> Outcome:
    """Signs all guests of a party up for an event, or none.

    Answers confirmed, held, awaiting approval or waitlisted; the answer is durable. The same key again answers
    the same booking. Raises EventFull, RegistrationClosed, UnknownContingent, InvitationOnly, AlreadyRegistered or KeyReused.
    """
    if not sign_up.accept_waitlist and await claims.is_surely_full(event.id, sign_up.key):
        raise EventFull
    claim = new_claim(sign_up, claims.tokens)
    decision = await claims.decide(event.id, claim)
    if refusal := _REFUSALS.get(decision.outcome):
        raise refusal
    assert decision.booking_id is not None
    if not decision.replayed:
        return _outcome(claim, decision, sign_up)
    token = claims.tokens.token("booking", decision.booking_id)
    if decision.outcome == "key_reused":
        raise KeyReused(token)
    return await _outcome_of_earlier(claims, decision, token)


async def cancel_places(
    tx: Connection,
    event_id: UUID,
    registration_ids: Sequence[UUID],
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    mail: bool = True,
    kind: str = "cancelled",
) -> list[UUID]:
    """Gives places (or places in line) back; the waiting list moves up in the same transaction. Answers what changed.

    Each booking gets one mail of the kind: 'cancelled', or 'called_off' when the whole event is.
    """
    await queries.lock_places(tx, event_id)
    with_ticket = set(await queries.registrations_in_state(tx, event_id, registration_ids, RegistrationState.CONFIRMED))
    cancelled = await queries.give_back_places(tx, event_id, registration_ids, actor=actor, reason=reason, now=now)
    if cancelled and mail:
        await _tell_bookings(tx, event_id, cancelled, kind, with_ticket=with_ticket)
    if cancelled and actor == "guest":
        await _tell_invitations(tx, event_id, cancelled, now=now)
    return cancelled


async def give_back(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], *, actor: str = "guest", now: datetime) -> None:
    """What guests do themselves, or somebody for them. Raises `AlreadyInside` for somebody whom the door has let in; the caller then
    writes nothing."""
    if actor != "guest":
        await _refuse_those_inside(tx, event_id, registration_ids)
    await cancel_places(tx, event_id, registration_ids, actor=actor, now=now)
    if await queries.registrations_in_state(tx, event_id, registration_ids, RegistrationState.CONFIRMED):
        raise AlreadyInside


async def change_guest(
    tx: Connection, booking: Booking, guest_id: UUID, details: GuestDetails, *, withdraw: Sequence[str], now: datetime
) -> None:
    """Replaces what a guest said about themselves. `withdraw` are the consents that `details` says anew, or no longer."""
    if guest_id not in {place.guest_id for place in booking.live_places}:
        raise NotFound
    await queries.update_guest(tx, guest_id, details, search_key=search_key(details), sort_key=sort_key(details), now=now)
    await queries.withdraw_consents(tx, guest_id, withdraw, now)
    await queries.insert_consents(tx, guest_id, details, locale=booking.locale, now=now)
    await insert_job(tx, "booking_mail", {"booking_id": booking.id, "event_id": booking.event_id, "kind": "changed"})


async def confirm_hold(tx: Connection, booking: Booking, *, now: datetime) -> None:
    """Turns held places into confirmed ones; sent twice it does nothing more. Raises `HoldExpired` when their time ran out."""
    if await queries.confirm_held(tx, booking.id, now):
        await queries.settle_offer(tx, booking.id, now)
        await insert_job(tx, "booking_mail", {"booking_id": booking.id, "event_id": booking.event_id, "kind": "confirmed"})
        return
    booked = [place.registration_id for place in booking.places]
    if not await queries.registrations_in_state(tx, booking.event_id, booked, RegistrationState.CONFIRMED):
        raise HoldExpired


async def accept_offer(tx: Connection, booking: Booking, registration_ids: Sequence[UUID], *, now: datetime) -> None:
    """Takes the offered places of these guests for good and gives the others of the offer back. Raises `HoldExpired`."""
    declined = [place.registration_id for place in booking.offered_places if place.registration_id not in registration_ids]
    await queries.lock_places(tx, booking.event_id)
    if declined:
        await cancel_places(tx, booking.event_id, declined, actor="guest", now=now, mail=False)
    await confirm_hold(tx, booking, now=now)


async def decline_offer(tx: Connection, booking: Booking, *, now: datetime) -> None:
    """Gives an offer back, so that the next in line is asked; sent twice it does nothing more."""
    offered = [place.registration_id for place in booking.offered_places]
    await cancel_places(tx, booking.event_id, offered, actor="guest", reason="offer declined", now=now)


async def wait_again(tx: Connection, booking: Booking, *, now: datetime) -> None:
    """Puts a party whose offer ran out back in line, at its end."""
    if await queries.wait_again(tx, booking.event_id, booking.id, now):
        await insert_job(tx, "booking_mail", {"booking_id": booking.id, "event_id": booking.event_id, "kind": "waitlisted"})


async def substitute(
    tx: Connection,
    event: Event,
    booking: Booking,
    registration_id: UUID,
    details: GuestDetails,
    *,
    tokens: Tokens,
    actor: str,
    now: datetime,
    new_guest_id: UUID | None = None,
) -> UUID:
    """Lets somebody else take a guest's place, without a further one; answers the new guest. Their ticket is a new one.

    The place awaits approval if the event wants that for substitutes. Raises `ChangesClosed` after the guests' deadline, which does
    not bind staff or the door, `AlreadyInside`, or `NotFound` for a place that is over.
    """
    if now >= event.deadline("substitute") and not actor.startswith(("staff:", "device:")):
        raise ChangesClosed
    await queries.lock_places(tx, event.id)
    state = await substitute_queries.lock_place(tx, event.id, registration_id)
    if state is None or state in OVER or registration_id not in {place.registration_id for place in booking.places}:
        raise NotFound
    if await substitute_queries.is_inside(tx, registration_id):
        raise AlreadyInside
    guest_id = details.guest_id or await _new_guest(tx, booking, new_guest_id or new_id(), details, tokens=tokens, now=now)
    undecided = event.substitutes_need_approval and state == RegistrationState.CONFIRMED
    became = RegistrationState.AWAITING_APPROVAL if undecided else state
    await substitute_queries.change_who_comes(tx, registration_id, guest_id, state=became, actor=actor, now=now)
    payload = {"booking_id": booking.id, "event_id": event.id, "registration_ids": [registration_id]}
    await insert_job(tx, "booking_mail", payload | {"kind": "awaiting_approval" if undecided else "changed"})
    return guest_id


async def _new_guest(tx: Connection, booking: Booking, guest_id: UUID, details: GuestDetails, *, tokens: Tokens, now: datetime) -> UUID:
    ticket_id = new_id()
    keys = {"search_key": search_key(details), "sort_key": sort_key(details)}
    await substitute_queries.insert_guest(tx, booking.party_id, guest_id, details, **keys, now=now)
    await substitute_queries.insert_ticket(tx, ticket_id, guest_id, token_hash(tokens.code("ticket", ticket_id, 1)), now)
    await queries.insert_consents(tx, guest_id, details, locale=booking.locale, now=now)
    return guest_id


async def approve(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, str]:
    """Decides for guests who await it: 'confirmed'; 'waitlisted' or 'full' where an application without a place finds none now."""
    outcomes = await queries.approve_places(tx, event_id, registration_ids, now)
    if not outcomes:
        raise NotAwaitingApproval
    for outcome, kind in (("confirmed", "approved"), ("waitlisted", "waitlisted")):
        if told := [one for one, what in outcomes.items() if what == outcome]:
            await _tell_bookings(tx, event_id, told, kind)
    return outcomes


async def reject(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], *, actor: str, reason: str, now: datetime) -> None:
    """Turns applications down; their places go back. The reason stays with the organiser."""
    await queries.lock_places(tx, event_id)
    waiting = await queries.registrations_in_state(tx, event_id, registration_ids, RegistrationState.AWAITING_APPROVAL)
    if not waiting:
        raise NotAwaitingApproval
    await queries.give_back_places(tx, event_id, waiting, actor=actor, reason=reason, now=now)
    await _tell_bookings(tx, event_id, waiting, "rejected")


async def expire_holds(pool: Pool) -> None:
    """Sweep: gives back every place whose hold ran out, in all events."""
    now = clock_now()
    for event_id in await queries.events_with_expired_holds(pool, now):
        await queries.expire_holds(pool, event_id, now)


async def release_contingents(pool: Pool) -> None:
    """Sweep: releases the contingents whose date has come, in all events; each leaves an entry as if by hand."""
    now = clock_now()
    for event_id in await queries.events_with_due_releases(pool, now):
        async with pool.acquire() as connection, connection.transaction():
            await queries.lock_places(connection, event_id)
            due = await queries.contingents_due(connection, event_id, now)
            await queries.release_contingents(connection, event_id, now)
            for organiser_id, event, contingent, unused in due:
                await insert_audit_entry(
                    connection,
                    organiser_id=organiser_id,
                    actor="system",
                    action="contingent_released",
                    subject=f"event:{event}",
                    detail={"contingent": contingent, "unused": unused},
                )


def _outcome(claim: Claim, decision: Decision, sign_up: SignUp) -> Outcome:
    return Outcome(
        state=RegistrationState(decision.outcome),
        booking_id=claim.booking_id,
        token=claim.token,
        tickets=[IssuedTicket(code=code, guest=guest) for code, guest in zip(claim.codes, sign_up.guests, strict=True)],
        waitlist_position=decision.waitlist_position,
    )


async def _outcome_of_earlier(claims: ClaimDesk, decision: Decision, token: str) -> Outcome:
    assert decision.booking_id is not None
    booking = await queries.booking_by_id(claims.pool, decision.booking_id)
    assert booking is not None
    return Outcome(
        state=RegistrationState(decision.outcome),
        booking_id=booking.id,
        token=token,
        tickets=[
            IssuedTicket(code=claims.tokens.code("ticket", place.ticket_id, place.issue), guest=place.guest)
            for place in booking.live_places
        ],
        waitlist_position=await queries.waitlist_position(claims.pool, booking.id),
        replayed=True,
    )


async def _refuse_those_inside(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID]) -> None:
    """Guests are held back by the database itself; the organiser may take any place away, but nobody leaves by an answer."""
    await queries.lock_places(tx, event_id)
    for registration_id in sorted(registration_ids):
        await substitute_queries.lock_place(tx, event_id, registration_id)
        if await substitute_queries.is_inside(tx, registration_id):
            raise AlreadyInside


async def _tell_invitations(tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], *, now: datetime) -> None:
    """Who gives an accepted place back on the booking's page has declined after all; the invitation has to hear of it."""
    for booking_id in await queries.invited_bookings_of(tx, registration_ids):
        await insert_job(tx, GIVEN_BACK, {"booking_id": booking_id, "event_id": event_id, "at": now})


async def _tell_bookings(
    tx: Connection, event_id: UUID, registration_ids: Sequence[UUID], kind: str, *, with_ticket: Collection[UUID] = ()
) -> None:
    """One mail job a booking. `with_ticket` are the places whose date is in somebody's calendar and has to be taken out."""
    for booking_id, ids in await queries.bookings_of(tx, registration_ids):
        payload = {"booking_id": booking_id, "event_id": event_id, "kind": kind, "registration_ids": ids}
        told = payload | {"with_ticket": [one for one in ids if one in with_ticket]}
        await insert_job(tx, "booking_mail", told, bulk=kind == "called_off")  # to everybody at once
