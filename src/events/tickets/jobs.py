"""Background work of the tickets: sending the mails of bookings."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from events.kit.database import Executor, Pool
from events.kit.i18n import use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.programme.model import TimeAndPlace
from events.registration.queries import waitlist_position

from . import queries
from .actions import tickets_of_booking
from .letters import Letter, letter
from .mails import write_mail


class Order(msgspec.Struct, frozen=True):
    """The payload of `booking_mail`: what happened to a booking, and to which of its registrations (none means all)."""

    booking_id: UUID
    event_id: UUID
    kind: str
    registration_ids: list[UUID] = []
    with_ticket: list[UUID] | None = None
    former: TimeAndPlace | None = None
    review_ids: list[int] = []


ClashesByMove = Callable[[Executor, UUID, UUID, TimeAndPlace], Awaitable[list[str]]]
"""With which of the party's other events a moved one clashes now (booking, event, what held before), in sentences."""


async def _no_clashes(_db: Executor, _booking_id: UUID, _event_id: UUID, _former: TimeAndPlace) -> list[str]:
    return []


def booking_mailer(outbox: Outbox, *, clashes_by_move: ClashesByMove = _no_clashes) -> Handler:
    """The handler of `booking_mail`; its payload is an `Order`. The mail tells what is true when it is written."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        planned = letter(
            order.kind,
            await tickets_of_booking(pool, order.booking_id),
            order.event_id,
            about=order.registration_ids,
            with_ticket=order.with_ticket,
            former=order.former,
            asked=await queries.asked_by_reviewers(pool, order.review_ids, order.registration_ids) if order.review_ids else "",
        )
        if planned is None:
            return

        async def write(posting: Posting) -> Message:
            position = await waitlist_position(pool, order.booking_id)
            with use_language(posting.envelope.locale):
                clashes = await clashes_by_move(pool, order.booking_id, order.event_id, planned.former) if planned.former else []
            return await write_mail(planned, posting, position=position, clashes=clashes)

        await outbox.deliver(pool, job, envelope_of(planned, order.booking_id), write)

    return send


async def order_planned_mails(pool: Pool) -> None:
    """Sweep: reminders and thanks whose time has come."""
    await queries.order_reminders(pool)
    await queries.order_thanks(pool)


def envelope_of(planned: Letter, booking_id: UUID) -> Envelope:
    """Whom a letter goes to: the booking's mail contact, in the booking's language."""
    first = planned.places[0].ticket
    return Envelope(
        organiser_id=planned.event.organiser_id,
        kind=planned.template,
        recipient=first.email,
        locale=first.locale,
        event_id=planned.event.id,
        booking_id=booking_id,
        courtesy=planned.template == "thanks",
    )
