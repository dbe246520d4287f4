"""Somebody on the hosts' side lets another person have an invited guest's place: the invitation has to know of it.

Without this the invitee's page would go on saying "accepted", and saving it would take the place away from who has it now.
"""

from datetime import datetime
from uuid import UUID

from events.kit.database import Connection

from . import queries
from .model import Answer, AnswerSource
from .party import COMPANION, DEPUTY, party_of
from .replies import Giver


async def note_replaced(tx: Connection, booking_id: UUID, event_id: UUID, *, replaced: UUID, by: UUID, actor: str, now: datetime) -> None:
    """Notes who came in: for a companion another companion, else a deputy, which is an answer. Other bookings are left alone."""
    invitation_id = await queries.invitation_of_booking(tx, booking_id)
    if invitation_id is None:
        return
    party = await party_of(tx, invitation_id)
    invited = party.invited_to(event_id)
    if invited is None:
        return
    if party.is_companion(replaced):
        await queries.insert_invitation_guests(tx, invitation_id, [(by, COMPANION, "")])
        return
    await queries.insert_invitation_guests(tx, invitation_id, [(by, DEPUTY, "")])
    giver = Giver(actor=actor, source=AnswerSource.IN_PERSON)
    await queries.record_answers(tx, [(invited, Answer.SUBSTITUTED)], giver=giver, now=now)
