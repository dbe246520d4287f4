"""Background work: who gives an accepted place back on the booking's page has declined the invitation, too."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.jobs import Job

from . import queries
from .answering import turn
from .model import Answer, AnswerSource
from .party import party_of
from .replies import Giver

INVITEE = Giver(actor="invitee", source=AnswerSource.LINK)


class GivenBack(msgspec.Struct, frozen=True):
    """The payload of the job."""

    booking_id: UUID
    event_id: UUID
    at: datetime


async def note_given_back(pool: Pool, job: Job) -> None:
    """Writes the answer down unless somebody of the party still has, or waits for, a place there, or the answer says so already."""
    given_back = msgspec.convert(job.payload, GivenBack)
    invitation_id = await queries.invitation_of_booking(pool, given_back.booking_id)
    if invitation_id is None:
        return
    async with turn(pool, invitation_id):
        party = await party_of(pool, invitation_id)
        invited = party.invited_to(given_back.event_id)
        if invited and invited.answer.comes and not party.live_at(given_back.event_id):
            await queries.record_answers(pool, [(invited, Answer.DECLINED)], giver=INVITEE, now=given_back.at)
