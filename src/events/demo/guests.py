"""The guests of the story: they sign up through the real claim, are approved, change their minds, and come through the door."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from events.door.actions import add_phone, pair, pairing_code
from events.door.queries import gate_names, redeem_tickets
from events.kit.database import Connection
from events.kit.tokens import Tokens
from events.programme.model import Event
from events.programme.queries import event_by_slug
from events.registration.actions import cancel_places
from events.registration.claims import LARGEST_BATCH, new_claim
from events.registration.model import RegistrationState, SignUp
from events.registration.queries import approve_places, claim_places

from . import arrivals, queries
from .crowds import Crowd, crowds, parties
from .model import event_plans

SIGNED_UP_BEFORE = timedelta(days=9)
CANCELLED_BEFORE = timedelta(hours=3)


async def load_guests(tx: Connection, tokens: Tokens, now: datetime) -> None:
    """Fills the events, as the crowds are planned."""
    plans = {plan.slug: plan for plan in event_plans()}
    for crowd in crowds():
        event = await event_by_slug(tx, crowd.event)
        assert event is not None
        party = parties(crowd, plans[crowd.event])
        await _come_and_go(tx, tokens, event, party.cancelled, now)
        await _claim(tx, tokens, event, [*party.coming, *party.waiting], now)
        if event.approval_required:
            await _approve(tx, event, crowd, now)
        if event.doors_at <= now:
            await _arrive(tx, tokens, event, crowd, now)


async def _come_and_go(tx: Connection, tokens: Tokens, event: Event, sign_ups: Sequence[SignUp], now: datetime) -> None:
    """Takes places and gives them back: the late cancellations."""
    if not sign_ups:
        return
    await _claim(tx, tokens, event, sign_ups, now)
    contingent = sign_ups[0].contingent or ""
    leaving = await queries.registrations_by_key(tx, event.id, f"demo:{contingent}:cancelled:")
    gone_at = min(now, event.doors_at) - CANCELLED_BEFORE
    await cancel_places(tx, event.id, leaving, actor="guest", now=gone_at, mail=False)


async def _claim(tx: Connection, tokens: Tokens, event: Event, sign_ups: Sequence[SignUp], now: datetime) -> None:
    for start in range(0, len(sign_ups), LARGEST_BATCH):
        requests = [new_claim(sign_up, tokens).request for sign_up in sign_ups[start : start + LARGEST_BATCH]]
        await claim_places(tx, event.id, requests, now - SIGNED_UP_BEFORE)


async def _approve(tx: Connection, event: Event, crowd: Crowd, now: datetime) -> None:
    applied = await queries.registrations_by_key(tx, event.id, "demo::coming:")
    await approve_places(tx, event.id, applied[: len(applied) - crowd.undecided], now - CANCELLED_BEFORE)


async def _arrive(tx: Connection, tokens: Tokens, event: Event, crowd: Crowd, now: datetime) -> None:
    phones = await _pair_phones(tx, tokens, event)
    scans = arrivals.scans(
        event,
        await _codes(tx, tokens, event, RegistrationState.CONFIRMED),
        await _codes(tx, tokens, event, RegistrationState.CANCELLED),
        no_shows=crowd.no_shows,
        phones=phones,
        now=now,
    )
    await redeem_tickets(tx, event.id, scans)
    await queries.date_check_ins_back(tx, event.id)


async def _codes(tx: Connection, tokens: Tokens, event: Event, state: RegistrationState) -> list[str]:
    return [tokens.code("ticket", ticket_id, 1) for ticket_id in await queries.tickets_by_state(tx, event.id, state)]


async def _pair_phones(tx: Connection, tokens: Tokens, event: Event) -> list[tuple[UUID, UUID]]:
    """A phone for each gate, paired when the doors opened."""
    opened_at = event.doors_at
    for gate in await gate_names(tx, event.id):
        phone_id = await add_phone(tx, tokens, event_id=event.id, name=gate, gate=gate, now=opened_at)
        await pair(tx, pairing_code(tokens, phone_id), name="", now=opened_at)
    return await queries.phones_at(tx, event.id)
