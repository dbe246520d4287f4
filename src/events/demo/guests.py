"""The guests of the story: they sign up through the real claim, are approved, change their minds, and come through the door."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from events.door.actions import add_phone, pair, pairing_code
from events.door.queries import gate_names, redeem_tickets
from events.kit.database import Connection
from events.kit.tokens import Tokens
from events.programme.model import Event
from events.questions.model import Per, Sensitivity
from events.registration.actions import cancel_places
from events.registration.claims import Claim, new_claim
from events.registration.model import GuestDetails, RegistrationState, SignUp
from events.registration.queries import claim_places

from . import arrivals, queries
from .crowds import DAY_SECONDS, Crowd, Party, crowds, guest, parties
from .model import EventPlan, event_plan
from .people import Person
from .schedule import KnownGuest
from .story import Story

SIGNED_UP_BEFORE = timedelta(days=9)
CANCELLED_BEFORE = timedelta(hours=3)
BETWEEN_CROWDS, BETWEEN_GUESTS = timedelta(minutes=157), timedelta(minutes=1)
TOGETHER = 16  # who signs up in the same moment
_HAPPENED = ("confirmed", "held", "awaiting_approval", "waitlisted")


async def sign_everybody_up(story: Story) -> None:
    """Fills the events, as the crowds are planned."""
    for number, crowd in enumerate(crowds()):
        plan, event = event_plan(crowd.event), story.events[crowd.event]
        made = parties(crowd, plan, story.schedule)
        key = f"demo:{number}"
        moment = story.now - SIGNED_UP_BEFORE + number * BETWEEN_CROWDS
        await _claim(story, crowd, f"{key}:cancelled", made.cancelled, moment)
        await _give_back(story, event, f"{key}:cancelled:", gone_at=min(story.now, event.doors_at) - CANCELLED_BEFORE)
        await _claim(story, crowd, f"{key}:coming", made.coming, moment)
        await _claim(story, crowd, f"{key}:waiting", made.waiting, moment + BETWEEN_CROWDS)
        if crowd.offers:
            await _give_back(story, event, f"{key}:coming:", first=crowd.offers, gone_at=story.now)
        if event.doors_at <= story.now:
            await _arrive(story, event, crowd)


async def _give_back(story: Story, event: Event, prefix: str, *, gone_at: datetime, first: int | None = None) -> None:
    """Places that were taken and are given back, the first so many: late cancellations, or what others are offered then."""
    leaving = (await queries.registrations_by_key(story.tx, event.id, prefix))[:first]
    if leaving:
        await cancel_places(story.tx, event.id, leaving, actor="guest", now=gone_at, mail=False)


async def _claim(story: Story, crowd: Crowd, key: str, signing_up: Sequence[Party], moment: datetime) -> None:
    plan, event = event_plan(crowd.event), story.events[crowd.event]
    for start in range(0, len(signing_up), TOGETHER):
        batch, at = signing_up[start : start + TOGETHER], story.now if crowd.hold_days else moment + start * BETWEEN_GUESTS
        signed = [_sign_up(story, crowd, party, key=f"{key}:{n}", owes=_owes(crowd, key, n)) for n, party in enumerate(batch, start)]
        claims = [new_claim(one, story.tokens) for one in signed]
        decided = await claim_places(story.tx, event.id, [claim.request for claim in claims], at)
        assert [row["outcome"] for row in decided if row["outcome"] not in _HAPPENED] == [], (crowd, decided)
        for party, claim in zip(batch, claims, strict=True):
            _note(story, plan, party, claim)


def _owes(crowd: Crowd, key: str, number: int) -> bool:
    """Whether the guest has yet to say what security asks for: the first of those who are still undecided."""
    return key.endswith(":coming") and crowd.guests - crowd.undecided <= number < crowd.guests - crowd.undecided // 2


def _sign_up(story: Story, crowd: Crowd, party: Party, *, key: str, owes: bool) -> SignUp:
    plan, registrant = event_plan(crowd.event), party.people[0]
    known = story.schedule.known(registrant, plan)
    return SignUp(
        key=key,
        email=registrant.email,
        locale=registrant.locale,
        source="demo",
        guests=[_guest(story, plan, person, party, owes=owes) for person in party.people],
        contingent=crowd.contingent,
        accept_waitlist=True,
        hold_seconds=crowd.hold_days * DAY_SECONDS if crowd.hold_days else None,
        mail=False,
        lead_id=known.lead_id if known else None,
        answers=story.answering[plan.slug].answers(registrant.number, per=Per.BOOKING),
    )


def _guest(story: Story, plan: EventPlan, person: Person, party: Party, *, owes: bool) -> GuestDetails:
    but = Sensitivity.SECURITY if owes else None
    answers = story.answering[plan.slug].answers(person.number, per=Per.GUEST, but=but)
    details = guest(person, channel="demo", table_name=party.table)
    return story.schedule.details(person, plan, msgspec.structs.replace(details, answers=answers))


def _note(story: Story, plan: EventPlan, party: Party, claim: Claim) -> None:
    """The first booking of a guest leads all others."""
    known = story.schedule.known(party.people[0], plan)
    lead_id = known.lead_id if known else claim.booking_id
    for person, made in zip(party.people, claim.request["guests"], strict=True):
        story.schedule.note(person, plan, KnownGuest(lead_id, UUID(str(made["guest_id"]))))


async def _arrive(story: Story, event: Event, crowd: Crowd) -> None:
    phones = await _pair_phones(story.tx, story.tokens, event)
    scans = arrivals.scans(
        event,
        await _codes(story, event, RegistrationState.CONFIRMED),
        await _codes(story, event, RegistrationState.CANCELLED),
        no_shows=crowd.no_shows,
        phones=phones,
        now=story.now,
    )
    await redeem_tickets(story.tx, event.id, scans)
    await queries.date_check_ins_back(story.tx, event.id)


async def _codes(story: Story, event: Event, state: RegistrationState) -> list[str]:
    return [story.tokens.code("ticket", ticket_id, 1) for ticket_id in await queries.tickets_by_state(story.tx, event.id, state)]


async def _pair_phones(tx: Connection, tokens: Tokens, event: Event) -> list[tuple[UUID, UUID]]:
    """A phone for each gate, paired when the doors opened."""
    opened_at = event.doors_at
    for gate in await gate_names(tx, event.id):
        phone_id = await add_phone(tx, tokens, event_id=event.id, name=gate, gate=gate, now=opened_at)
        await pair(tx, pairing_code(tokens, phone_id), name="", now=opened_at)
    return await queries.phones_at(tx, event.id)
