"""Parties over a programme: guests and tickets are shared by the bookings for its events."""

import asyncio

import pytest
from msgspec.structs import replace

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.programme.model import Event
from events.registration import actions, queries
from events.registration.claims import ClaimDesk
from events.registration.errors import AlreadyRegistered, InvitationOnly
from events.registration.model import Booking, GuestDetails, Outcome, RegistrationState, SignUp
from events.registration.reconcile import differences
from tests.builders import TOKENS, make_event

ERIKA = GuestDetails(family_name="Platzhalter", given_name="Erika")
HANAKO = GuestDetails(family_name="見本", given_name="花子")


@pytest.fixture
def claims(pool: Pool) -> ClaimDesk:
    return ClaimDesk(pool, TOKENS)


async def sign_up(
    claims: ClaimDesk, event: Event, *guests: GuestDetails, key: str = "one", lead: Outcome | None = None, source: str = "form"
) -> Outcome:
    return await actions.register(
        claims,
        event,
        SignUp(
            key=key,
            email="erika@example.com",
            locale="de",
            source=source,
            guests=list(guests),
            accept_waitlist=True,
            lead_id=lead.booking_id if lead else None,
        ),
    )


async def party(pool: Pool, lead: Outcome) -> list[Booking]:
    return await queries.bookings_of_party(pool, lead.booking_id)


def known(booking: Booking) -> list[GuestDetails]:
    return [replace(place.guest, guest_id=place.guest_id) for place in booking.places]


async def test_second_event_shares_guests_and_tickets_with_the_first(pool: Pool, claims: ClaimDesk) -> None:
    dinner, workshop = await make_event(pool), await make_event(pool)
    lead = await sign_up(claims, dinner, ERIKA)
    (first,) = await party(pool, lead)

    await sign_up(claims, workshop, *known(first), HANAKO, lead=lead)

    one, other = await party(pool, lead)
    assert [(place.guest.family_name, place.position) for place in other.places] == [("Platzhalter", 0), ("見本", 1)]
    assert [place.ticket_id for place in other.places][:1] == [place.ticket_id for place in one.places]
    assert (other.lead_id, other.party_id, one.party_id) == (lead.booking_id, lead.booking_id, lead.booking_id)
    assert await differences(pool) == []


async def test_guest_with_a_place_gets_no_second_one(pool: Pool, claims: ClaimDesk) -> None:
    dinner = await make_event(pool)
    lead = await sign_up(claims, dinner, ERIKA)
    (first,) = await party(pool, lead)

    with pytest.raises(AlreadyRegistered):
        await sign_up(claims, dinner, *known(first), key="again", lead=lead)


async def test_two_claims_at_once_for_one_guest_get_one_place(pool: Pool, claims: ClaimDesk) -> None:
    dinner, workshop = await make_event(pool), await make_event(pool)
    lead = await sign_up(claims, dinner, ERIKA)
    (first,) = await party(pool, lead)

    answers = await asyncio.gather(
        *(sign_up(claims, workshop, *known(first), key=f"tab {n}", lead=lead) for n in range(8)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyRegistered"] * 7 + ["Outcome"]
    assert len(await party(pool, lead)) == 2
    assert await differences(pool) == []


async def test_who_gave_the_place_back_may_come_after_all(pool: Pool, claims: ClaimDesk) -> None:
    dinner = await make_event(pool)
    lead = await sign_up(claims, dinner, ERIKA)
    (first,) = await party(pool, lead)
    for key in ("second thought", "third thought"):
        (place,) = [place for booking in await party(pool, lead) for place in booking.places]
        async with pool.acquire() as db, db.transaction():
            assert await actions.cancel_places(db, dinner.id, [place.registration_id], actor="guest", now=now()) == [place.registration_id]
        await sign_up(claims, dinner, *known(first), key=key, lead=lead)

    found = await party(pool, lead)
    assert await queries.booking_by_token(pool, token_hash(lead.token)) == found[0]
    assert [(place.state, place.ticket_id) for booking in found for place in booking.places] == [
        (RegistrationState.CONFIRMED, first.places[0].ticket_id)
    ]
    assert await differences(pool) == []


async def test_companions_named_for_many_events_at_once_all_find_their_position(pool: Pool, claims: ClaimDesk) -> None:
    lead = await sign_up(claims, await make_event(pool), ERIKA)
    events = [await make_event(pool) for _ in range(6)]

    await asyncio.gather(
        *(sign_up(claims, event, replace(HANAKO, company=str(n)), key="more", lead=lead) for n, event in enumerate(events))
    )

    positions = sorted(place.position for booking in await party(pool, lead) for place in booking.places)
    assert positions == list(range(7))


async def test_event_by_invitation_takes_invited_guests_only(pool: Pool, claims: ClaimDesk) -> None:
    reception = await make_event(pool, approval_required=True)
    await pool.execute("update events set access = 'invited' where id = $1", reception.id)

    with pytest.raises(InvitationOnly):
        await sign_up(claims, reception, ERIKA)
    outcome = await sign_up(claims, reception, ERIKA, source="invitation")

    assert outcome.state == RegistrationState.AWAITING_APPROVAL


async def test_applications_take_no_place_until_they_are_approved(pool: Pool, claims: ClaimDesk) -> None:
    reception = await make_event(pool, capacity=1, approval_required=True)
    await pool.execute("update events set pending_holds_place = false where id = $1", reception.id)
    first, second = [await sign_up(claims, reception, guest, key=str(n)) for n, guest in enumerate((ERIKA, HANAKO))]
    assert [first.state, second.state] == [RegistrationState.AWAITING_APPROVAL] * 2
    assert await pool.fetchval("select taken from pools where id = $1", reception.id) == 0

    ids = [place.registration_id for lead in (second, first) for booking in await party(pool, lead) for place in booking.places]
    async with pool.acquire() as db, db.transaction():
        chosen = await actions.approve(db, reception.id, ids[:1], now=now())
        late = await actions.approve(db, reception.id, ids[1:], now=now())

    assert [chosen, late] == [{ids[0]: "confirmed"}, {ids[1]: "waitlisted"}]
    assert await differences(pool) == []
