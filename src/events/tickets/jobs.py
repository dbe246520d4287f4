"""Background work of the tickets: sending the mails of bookings."""

from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.database import Pool
from events.kit.jobs import MOST_ATTEMPTS, Handler, Job
from events.kit.mail import MailDelayed, MailRefused, Transport
from events.kit.templates import new_environment
from events.kit.tokens import Tokens
from events.programme.model import TimeAndPlace
from events.registration.queries import waitlist_position

from . import queries
from .actions import tickets_of_booking
from .letters import letter
from .mails import Stationery, write_mail
from .model import MailStatus


class Order(msgspec.Struct, frozen=True):
    """The payload of `booking_mail`: what happened to a booking, and to which of its registrations (none means all)."""

    booking_id: UUID
    event_id: UUID
    kind: str
    registration_ids: list[UUID] = []
    with_ticket: list[UUID] | None = None
    former: TimeAndPlace | None = None


def booking_mailer(transport: Transport, tokens: Tokens, *, base_url: str, sender: str) -> Handler:
    """The handler of `booking_mail`; its payload is an `Order`.

    Reading, writing and sending follow each other without a transaction around them. The mail keeps its Message-ID over
    retries, and one that was sent is not sent again; only a crash between the server's yes and our note of it sends twice.
    """
    stationery = Stationery(templates=new_environment(), tokens=tokens, base_url=base_url, sender=sender)

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        booking_id, event_id = order.booking_id, order.event_id
        planned = letter(
            order.kind,
            await tickets_of_booking(pool, booking_id),
            event_id,
            about=order.registration_ids,
            with_ticket=order.with_ticket,
            former=order.former,
        )
        if planned is None:
            return
        mail = await queries.attempt_mail(pool, job.id, booking_id=booking_id, event_id=event_id, kind=planned.template)
        if mail is None:
            return
        try:
            message = await write_mail(
                planned,
                stationery,
                message_id=f"booking.{booking_id.hex}.{job.id}@{urlsplit(base_url).hostname}",
                position=await waitlist_position(pool, booking_id),
                written_at=mail.created_at,
            )
            await transport.send(message)
        except MailRefused as refusal:
            await queries.settle_mail(pool, mail.id, MailStatus.BOUNCED, error=str(refusal))
        except Exception as trouble:  # also a fault of ours: the organiser sees every mail that did not go out
            status = MailStatus.FAILED if job.attempts >= MOST_ATTEMPTS else MailStatus.QUEUED
            told = str(trouble) if isinstance(trouble, MailDelayed) else type(trouble).__name__
            await queries.settle_mail(pool, mail.id, status, error=told)
            raise
        else:
            await queries.settle_mail(pool, mail.id, MailStatus.SENT, sent_at=clock.now())

    return send
