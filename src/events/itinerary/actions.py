"""Signing a party up for several events: each answers for itself, all share one lead booking, its guests and their tickets."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import register
from events.registration.claims import ClaimDesk
from events.registration.errors import AlreadyRegistered, EventFull, InvitationOnly, KeyReused, RegistrationClosed
from events.registration.model import GuestDetails, SignUp

from . import queries
from .choosing import same_guest
from .model import EventAnswers, PartyGuest, Plan, SignedUp

# Should this process die between two events, the mail about what was booked goes out without it.
MAIL_AFTER = timedelta(minutes=2)


async def sign_up(claims: ClaimDesk, plan: Plan, *, lead_id: UUID | None) -> SignedUp:
    """Books what of the plan is not booked yet, so a plan that comes twice, or was broken off, is completed and nothing is doubled.

    `lead_id` is the party's, where it exists already. Every event decides for itself, all guests of the party that come to it or
    none; the refusals are answered. One mail tells about all of it.
    """
    guests = await queries.guests_of_party(claims.pool, lead_id) if lead_id else []
    missing = [(event, places) for event, places in plan.attending if not _are_at(event, places, plan.sign_up, guests)]
    if not missing:
        return SignedUp(lead_id=lead_id, refused=[])
    job_id = await _order_mail(claims.pool, plan, lead_id)
    refused = []
    for event, places in missing:
        found = await _claim(claims, event, _sign_up_at(event, places, plan), lead_id)
        if found is None:
            refused.append(event)
        lead_id = lead_id or found
    await queries.hasten_job(claims.pool, job_id)
    return SignedUp(lead_id=lead_id, refused=refused)


async def _order_mail(pool: Pool, plan: Plan, lead_id: UUID | None) -> int:
    """One mail for a form, however often it is sent. Answers the job that waits to write it."""
    key, run_at = plan.sign_up.key, now() + MAIL_AFTER
    async with pool.acquire() as tx, tx.transaction():
        await queries.lock_key(tx, key)
        waiting = await queries.waiting_confirmation(tx, key, run_at)
        order = {"programme_id": plan.programme.id, "key": key, "lead_id": lead_id}
        return waiting or await queries.insert_confirmation_job(tx, order, run_at=run_at)


def _sign_up_at(event: Event, places: Sequence[int], plan: Plan) -> SignUp:
    """Who comes there, with their answers."""
    answers = plan.answers.get(event.id, EventAnswers())
    guests = [replace(plan.sign_up.guests[place], answers=answers.guests.get(place, [])) for place in places]
    return replace(plan.sign_up, guests=guests, answers=answers.booking)


async def _claim(claims: ClaimDesk, event: Event, wanted: SignUp, lead_id: UUID | None) -> UUID | None:
    """The lead of what the event answered, nothing if it refused."""
    known = await queries.guests_of_party(claims.pool, lead_id) if lead_id else []
    guests = [_as_known(guest, known) for guest in wanted.guests]
    try:
        outcome = await register(claims, event, replace(wanted, guests=guests, lead_id=lead_id))
    except (EventFull, RegistrationClosed, InvitationOnly):
        return None
    except (AlreadyRegistered, KeyReused):  # the same form at the same time, in another process
        return lead_id
    return lead_id or outcome.booking_id


def _as_known(guest: GuestDetails, known: Sequence[PartyGuest]) -> GuestDetails:
    """The guest with the ticket they have from another event, if they have one; consents were given once."""
    found = next((one for one in known if _is(one, guest)), None)
    return replace(guest, guest_id=found.guest_id, consents=[]) if found else guest


def _are_at(event: Event, places: Sequence[int], party: SignUp, known: Sequence[PartyGuest]) -> bool:
    """Whether all of these guests have, or wait for, a place there."""
    wanted = [party.guests[place] for place in places]
    return all(any(_is(one, guest) and event.id in one.event_ids for one in known) for guest in wanted)


def _is(one: PartyGuest, guest: GuestDetails) -> bool:
    return one.guest_id == guest.guest_id if guest.guest_id else same_guest(one.guest, guest)
