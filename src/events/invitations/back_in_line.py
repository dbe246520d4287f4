"""An invitee who said no, and whose party stands in line again: the no is taken back with it."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Connection

from . import queries
from .answering import TURN_LASTS
from .errors import AnsweringElsewhere
from .model import Answer
from .party import party_of
from .replies import Giver


async def note_back_in_line(tx: Connection, booking_id: UUID, event_id: UUID, *, giver: Giver, now: datetime) -> None:
    """In the transaction that puts the party in line. Does nothing for a booking of nobody invited, or where the answer says so
    already. Raises `AnsweringElsewhere` while the invitation is being answered."""
    invitation_id = await queries.invitation_of_booking(tx, booking_id)
    if invitation_id is None:
        return
    if not await queries.take_turn(tx, invitation_id, now=now, until=now + TURN_LASTS):
        raise AnsweringElsewhere
    party = await party_of(tx, invitation_id)
    invited = party.invited_to(event_id)
    if invited and not invited.answer.comes and party.live_at(event_id):
        principal = party.principal_at(event_id)
        by_deputy = principal is not None and not party.is_invitee(principal[1].guest_id)
        await queries.record_answers(tx, [(invited, Answer.SUBSTITUTED if by_deputy else Answer.ACCEPTED)], giver=giver, now=now)
    await queries.end_turn(tx, invitation_id)
