"""Background work: the one mail after signing up for several events."""

from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.tickets.actions import tickets_of_booking

from . import queries
from .mails import KIND, events_of, write_mail


class Order(msgspec.Struct, frozen=True):
    """The payload of `programme_mail`. A party that did not exist when it was ordered is found by the form's key. `again`: the party
    wants to have it once more."""

    programme_id: UUID
    key: str
    lead_id: UUID | None = None
    again: bool = False


def programme_mailer(outbox: Outbox) -> Handler:
    """The handler of `programme_mail`. Where every event refused there is nobody to write to, and nobody is told twice."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        lead_id = order.lead_id or await queries.party_of_key(pool, order.programme_id, order.key)
        tickets = await tickets_of_booking(pool, lead_id) if lead_id else []
        events = events_of(tickets)
        if lead_id is None or not events or (not order.again and await queries.is_told(pool, job.id, lead_id, KIND)):
            return

        async def write(posting: Posting) -> Message:
            return await write_mail(await tickets_of_booking(pool, lead_id), posting)

        envelope = Envelope(
            organiser_id=events[0].organiser_id,
            kind=KIND,
            recipient=tickets[0].email,
            locale=tickets[0].locale,
            event_id=events[0].id,
            booking_id=lead_id,
        )
        await outbox.deliver(pool, job, envelope, write)

    return send
