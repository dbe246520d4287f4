"""Background work: the cards by mail, the morning after the event."""

from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.programme.queries import event_by_id
from events.tickets.actions import tickets_of_booking

from . import queries
from .mails import KIND, card_file, exchange_words

JOB = "exchange_mail"


class Order(msgspec.Struct, frozen=True):
    """The payload of `exchange_mail`."""

    registration_id: UUID
    booking_id: UUID


async def order_mails(pool: Pool) -> None:
    """Sweep: the mails of events whose morning after has come."""
    await queries.order_mails(pool)


def exchange_mailer(outbox: Outbox) -> Handler:
    """The handler of `exchange_mail`. It goes where the ticket went; what was taken back meanwhile is not in it."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        card, cards = await queries.card_of(pool, order.registration_id), await queries.cards_for(pool, order.registration_id)
        event = await event_by_id(pool, card.event_id) if card else None
        tickets = await tickets_of_booking(pool, order.booking_id)
        ticket = next((one for one in tickets if card and one.guest_id == card.guest_id), None)
        if card is None or event is None or ticket is None or not cards:
            return

        async def write(posting: Posting) -> Message:
            stationery = posting.stationery
            link = f"{stationery.base_url}/b/{stationery.tokens.token('booking', ticket.booking_id)}/contacts?lang={ticket.locale}"
            with use_language(ticket.locale):
                words = exchange_words(card, cards, event, link=link, contact=ticket.organiser_email)
                return posting.message(words, reply_to=ticket.organiser_email, attachments=[card_file(cards, event)])

        envelope = Envelope(
            organiser_id=event.organiser_id,
            kind=KIND,
            recipient=ticket.email,
            locale=ticket.locale,
            event_id=event.id,
            booking_id=ticket.booking_id,
        )
        await outbox.deliver(pool, job, envelope, write)

    return send
