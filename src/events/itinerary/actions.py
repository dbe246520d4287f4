"""Signing a party up for several events: each answers for itself, all share one lead booking, its guests and their tickets."""

import asyncio
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
ROUNDS, ROUND_SECONDS = 30, 0.1


async def sign_up(claims: ClaimDesk, plan: Plan, *, lead_id: UUID | None) -> SignedUp:
    """Books what of the plan is not booked yet, so a plan that comes twice, or was broken off, is completed and nothing is doubled.

    `lead_id` is the party's, where it exists already. Every event decides for itself, all guests of the party that come to it or
    none; the refusals are answered. One mail tells about all of it.
    """
    job_id = await _begin(claims.pool, plan, lead_id)
    lead_id = lead_id or await queries.party_of_key(claims.pool, plan.programme.id, plan.sign_up.key)
    guests = await queries.guests_of_party(claims.pool, lead_id) if lead_id else []
    refused = []
    for event, places in plan.attending:
        if _are_at(event, places, plan.sign_up, guests):
            continue
        found = await _claim(claims, event, _sign_up_at(event, places, plan), lead_id)
        if found is None:
            refused.append(event)
        lead_id = lead_id or found
    await queries.hasten_job(claims.pool, job_id)
    return SignedUp(lead_id=lead_id, refused=refused)


async def _begin(pool: Pool, plan: Plan, lead_id: UUID | None) -> int:
    """Orders the one mail of a form, for later; until it is hastened the form is under way. Answers its job.

    The same form sent meanwhile waits its turn, but not for one that died.
    """
    for _wait in range(ROUNDS):
        job_id = await _order_mail(pool, plan, lead_id, takes_over=False)
        if job_id is not None:
            return job_id
        await asyncio.sleep(ROUND_SECONDS)
    job_id = await _order_mail(pool, plan, lead_id, takes_over=True)
    assert job_id is not None
    return job_id


async def _order_mail(pool: Pool, plan: Plan, lead_id: UUID | None, *, takes_over: bool) -> int | None:
    """The job of the mail; nothing while another process has the form under way."""
    key, run_at = plan.sign_up.key, now() + MAIL_AFTER
    async with pool.acquire() as tx, tx.transaction():
        await queries.lock_key(tx, key)
        waiting = await queries.waiting_confirmation(tx, key)
        if waiting is not None:
            job_id, is_under_way = waiting
            if is_under_way and not takes_over:
                return None
            if await queries.put_off_job(tx, job_id, run_at):
                return job_id
        order = {"programme_id": plan.programme.id, "key": key, "lead_id": lead_id}
        return await queries.insert_confirmation_job(tx, order, run_at=run_at)


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
