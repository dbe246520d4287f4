"""What an organiser does with the waiting list. Whatever departs from its order is said openly and leaves an audit entry."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.invitations.back_in_line import note_back_in_line
from events.invitations.model import AnswerSource
from events.invitations.replies import Giver
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.programme.model import Event
from events.registration import actions as registration
from events.registration import queries as registration_queries
from events.registration.model import Booking

from . import line_queries
from .errors import LineClosed, NoOffer, NotEnoughFree, NotInLine
from .model import EntryState, Party


async def set_priority(tx: Connection, event: Event, staff: Staff, booking_id: UUID, *, priority: int, reason: str) -> None:
    """Moves a party before or behind others; within a priority the time of joining decides. Raises `NotInLine`."""
    party = await _locked(tx, event, booking_id)
    if not await line_queries.update_priority(tx, party.entry_id, priority=priority, reason=reason):
        raise NotInLine
    await _note(tx, event, staff, booking_id, action="priority_set", detail={"from": party.priority, "to": priority})


async def offer_out_of_turn(tx: Connection, event: Event, staff: Staff, booking_id: UUID, *, now: datetime) -> None:
    """Offers a party its places before others who wait. Raises `NotInLine`, `NotEnoughFree`, or `LineClosed` once it has begun."""
    party = await _locked(tx, event, booking_id)
    if party.state != EntryState.WAITING:
        raise NotInLine
    if party.free < party.party_size:
        raise NotEnoughFree(party=party.party_size, free=party.free)
    if not await registration_queries.serve_out_of_turn(tx, event.id, party.entry_id, now):
        raise LineClosed
    await line_queries.mark_out_of_turn(tx, party.entry_id)
    await _note(tx, event, staff, booking_id, action="offered_out_of_turn", detail={"position": party.position, "guests": party.party_size})


async def withdraw_offer(tx: Connection, event: Event, staff: Staff, booking_id: UUID, *, reason: str, now: datetime) -> None:
    """Takes an offer back; the party is told and the next in line is asked. Raises `NoOffer` once it was answered or ran out."""
    await _locked(tx, event, booking_id)
    offered = [place.registration_id for place in (await _booking(tx, booking_id)).offered_places]
    if not offered:
        raise NoOffer
    await registration.cancel_places(tx, event.id, offered, actor=staff.actor, reason=reason, now=now, kind="offer_withdrawn")
    await _note(tx, event, staff, booking_id, action="offer_withdrawn", detail={"guests": len(offered)})


async def put_back(tx: Connection, event: Event, staff: Staff, booking_id: UUID, *, in_former_place: bool, now: datetime) -> None:
    """Lets a party that missed its offer wait again, at the end or where it stood. Raises `NotInLine` when nothing of it ran out."""
    party = await _locked(tx, event, booking_id)
    if party.state != EntryState.LAPSED:
        raise NotInLine
    if not in_former_place:
        await registration.wait_again(tx, await _booking(tx, booking_id), now=now)
    elif not await line_queries.wait_in_former_place(tx, event.id, booking_id, now):
        raise NotInLine
    giver = Giver(actor=staff.actor, source=AnswerSource.PHONE, note="put back in line")
    await note_back_in_line(tx, booking_id, event.id, giver=giver, now=now)
    await _note(tx, event, staff, booking_id, action="put_back_in_line", detail={"former_place": in_former_place})


async def _locked(tx: Connection, event: Event, booking_id: UUID) -> Party:
    """Where the party stands, once nobody else can move it."""
    await registration_queries.lock_places(tx, event.id)
    party = await line_queries.party(tx, event.id, booking_id)
    if party is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/waiting-list")
    return party


async def _booking(tx: Connection, booking_id: UUID) -> Booking:
    booking = await registration_queries.booking_by_id(tx, booking_id)
    if booking is None:
        raise NotFound
    return booking


async def _note(tx: Connection, event: Event, staff: Staff, booking_id: UUID, *, action: str, detail: Mapping[str, object]) -> None:
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action=action,
        subject=f"booking:{booking_id}",
        detail={"event": event.slug, **detail},
    )
