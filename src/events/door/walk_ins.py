"""What a phone may ask for besides entries and exits: somebody walks in, a companion is named, somebody else comes instead.

Each act sees to it that the person has a registration; whether they are let in is decided as for everybody. The same scan again
finds what it made before, however far it came: the claim's key and the new ids follow from the scan's id. Whom a phone has let in
without a connection is in the house, so there is no refusal left: without a place they wait in line, and the organiser is told.
"""

from functools import wraps
from uuid import UUID, uuid5

import asyncpg
import msgspec

from events.invitations.party import COMPANION
from events.invitations.queries import insert_invitation_guests, invitation_of_booking
from events.invitations.replacing import note_replaced
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration import actions as registration
from events.registration.claims import new_claim
from events.registration.errors import AlreadyInside
from events.registration.model import BookedPlace, Booking, GuestDetails, SignUp
from events.registration.queries import booking_by_id

from . import acts, rules_queries, walk_in_queries
from .acts import Acting, Handler, PhoneScan
from .model import Reason, Verdict
from .persons import NewPerson, details_of, person_of, privacy_texts

REFUSALS = {"full": Reason.FULL, "unknown_contingent": Reason.FULL, "no_companions": Reason.NO_COMPANIONS}
"""Outcomes of the claim after which nothing is written."""


def new_registration_id(event_id: UUID, scan_id: UUID) -> UUID:
    """What the phone calls a new guest as well, so that an exit queued behind a walk-in finds them."""
    return uuid5(event_id, str(scan_id))


def _unless_sent_away(handler: Handler) -> Handler:
    """Whom the phone has refused without a connection is gone; nothing is made for them."""

    @wraps(handler)
    async def asked(acting: Acting, scan: PhoneScan) -> UUID | Reason:
        if acting.phone.is_kiosk:
            raise acts.Unreadable("a kiosk makes no guests")
        if scan.decided and scan.decided.reason and not _is_in(scan):
            return scan.decided.reason
        return await handler(acting, scan)

    return asked


@acts.register("walk_in")
@_unless_sent_away
async def walk_in(acting: Acting, scan: PhoneScan) -> UUID | Reason:
    """Somebody who is not on the list; the claim decides whether there is a place."""
    person, event = _person(scan), await _event(acting)
    rules = await rules_queries.rules_of_event(acting.pool, event.id)
    registration_id = new_registration_id(event.id, scan.id)
    if not _is_in(scan) and not await walk_in_queries.registration_exists(acting.pool, event.id, registration_id):
        if not rules.walk_ins:
            return Reason.WALK_INS_OFF
        if rules.fire_limit and await walk_in_queries.people_inside(acting.pool, event.id) + rules.crew_inside >= rules.fire_limit:
            return Reason.HOUSE_FULL
    person = await _informed(acting, scan, person)
    pool_id = rules.walk_in_pool_id or person.pool_id
    contingent = await walk_in_queries.contingent_of(acting.pool, event.id, pool_id) if pool_id else None
    return await _claim(acting, scan, _sign_up(scan, person, contingent=contingent))


@acts.register("companion")
@_unless_sent_away
async def companion(acting: Acting, scan: PhoneScan) -> UUID | Reason:
    """Somebody who comes along with a guest whose booking or invitation leaves room for one more."""
    person = _person(scan)
    booking, place = await _booked(acting, scan)
    contingent = await walk_in_queries.wanted_contingent(acting.pool, place.registration_id)
    sign_up = _sign_up(scan, person, contingent=contingent)
    sign_up = msgspec.structs.replace(sign_up, lead_id=booking.party_id, email=booking.email, locale=booking.locale, mail=False)
    outcome = await _claim(acting, scan, sign_up)
    if isinstance(outcome, UUID):
        await _note_companion(acting, booking, outcome)
    return outcome


@acts.register("substitute")
@_unless_sent_away
async def substitute(acting: Acting, scan: PhoneScan) -> UUID | Reason:
    """Somebody else comes instead of a guest, whose ticket ends with that. A place that cannot be passed on is judged as it is."""
    person, event = _person(scan), await _event(acting)
    booking, place = await _booked(acting, scan)
    guest_id, own_place = uuid5(event.id, f"{scan.id}:guest"), new_registration_id(event.id, scan.id)
    if await walk_in_queries.registration_exists(acting.pool, event.id, own_place):
        return own_place
    if await walk_in_queries.guest_exists(acting.pool, guest_id):
        return place.registration_id
    try:
        async with acting.pool.acquire() as connection, connection.transaction():
            await _replace(connection, acting, (event, booking, place), details_of(person), guest_id)
    except asyncpg.UniqueViolationError:
        return place.registration_id  # the same scan came twice in this instant
    except (AlreadyInside, NotFound):  # of two people for one place the second is a guest of their own, if in the house already
        return await _claim(acting, scan, _sign_up(scan, person, contingent=None)) if _is_in(scan) else place.registration_id
    return place.registration_id


async def _informed(acting: Acting, scan: PhoneScan, person: NewPerson) -> NewPerson:
    """The person, with proof of the data protection words only if such words were ever shown. Who has not seen any is not taken in,
    unless the phone has let them in already."""
    shown = {text_hash for _language, _name, _words, text_hash in privacy_texts()}
    if person.privacy and (person.privacy in shown or await walk_in_queries.words_were_shown(acting.pool, bytes.fromhex(person.privacy))):
        return person
    if not _is_in(scan):
        raise acts.Unreadable("without the words on data protection")
    return msgspec.structs.replace(person, privacy=None)


async def _replace(
    tx: Connection, acting: Acting, where: tuple[Event, Booking, BookedPlace], details: GuestDetails, guest_id: UUID
) -> None:
    (event, booking, place), actor, now = where, acting.phone.operator, acting.received_at
    by = await registration.substitute(
        tx, event, booking, place.registration_id, details, tokens=acting.tokens, actor=actor, now=now, new_guest_id=guest_id
    )
    await note_replaced(tx, booking.id, event.id, replaced=place.guest_id, by=by, actor=actor, now=now)


async def _claim(acting: Acting, scan: PhoneScan, sign_up: SignUp) -> UUID | Reason:
    event_id = acting.phone.event_id
    registration_id = new_registration_id(event_id, scan.id)
    request = new_claim(sign_up, acting.tokens).request
    [guest] = request["guests"]
    guest["registration_id"] = registration_id
    outcome = await walk_in_queries.claim_at_door(acting.pool, event_id, request, must=_is_in(scan))
    return REFUSALS.get(outcome, registration_id)


def _sign_up(scan: PhoneScan, person: NewPerson, *, contingent: str | None) -> SignUp:
    return SignUp(
        key=f"door:{scan.id}",
        email=person.email,
        locale=person.language,
        source="walk_in",
        guests=[details_of(person)],
        contingent=contingent,
        accept_waitlist=person.waits and not _is_in(scan),
        mail=bool(person.email),
        approved=True,
    )


async def _note_companion(acting: Acting, booking: Booking, registration_id: UUID) -> None:
    """An invitation says who came along; its page would otherwise take the companion for the invitee."""
    async with acting.pool.acquire() as connection, connection.transaction():
        invitation_id = await invitation_of_booking(connection, booking.id)
        if invitation_id:
            guest_id = await walk_in_queries.guest_of(connection, registration_id)
            await insert_invitation_guests(connection, invitation_id, [(guest_id, COMPANION, "")])


async def _booked(acting: Acting, scan: PhoneScan) -> tuple[Booking, BookedPlace]:
    """The guest whom the act is about, with the booking. A guest of another event is nobody here."""
    known = scan.registration_id and await walk_in_queries.booking_of(acting.pool, acting.phone.event_id, scan.registration_id)
    booking = await booking_by_id(acting.pool, known) if known else None
    if booking is None:
        raise acts.Unreadable("nobody of this event")
    return booking, next(place for place in booking.places if place.registration_id == scan.registration_id)


def _person(scan: PhoneScan) -> NewPerson:
    try:
        return person_of(scan.person)
    except msgspec.ValidationError as error:
        raise acts.Unreadable(str(error)) from error


def _is_in(scan: PhoneScan) -> bool:
    """Whether the person has been let in already, by the phone alone or by its supervisor."""
    return scan.decided is not None and scan.decided.verdict == Verdict.ADMITTED


async def _event(acting: Acting) -> Event:
    event = await event_by_id(acting.pool, acting.phone.event_id)
    assert event is not None  # a phone belongs to one
    return event
