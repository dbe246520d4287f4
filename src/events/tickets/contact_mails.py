"""The two mails about a new address: one asks it, one tells the former one."""

from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.registration.contact import LINK_LASTS, WANTED, secret_of
from events.registration.self_service_queries import Contact, contact_of_party

from .actions import tickets_of_booking
from .letters import Letter, Place
from .mails import mail_words


class Order(msgspec.Struct, frozen=True):
    """The payload of `contact_mail`: the lead booking of the party, and which of the two."""

    booking_id: UUID
    kind: str


def contact_mailer(outbox: Outbox) -> Handler:
    """The handler of `contact_mail`. A wish that was confirmed, overtaken or forgotten meanwhile is not written about."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        contact = await contact_of_party(pool, order.booking_id)
        tickets = await tickets_of_booking(pool, order.booking_id)
        if contact is None or not contact.wanted_email_at or contact.wanted_email_at + LINK_LASTS < clock.now() or not tickets:
            return
        letter = Letter(order.kind, tickets[0].admissions[0].event, [Place(tickets[0], tickets[0].admissions[0])])

        async def write(posting: Posting) -> Message:
            with use_language(contact.locale):
                words = mail_words(letter, posting.stationery, None) | {"wanted": contact.wanted_email}
                if order.kind == WANTED:
                    words["link"] = _link(contact, posting)
                return posting.message(words, reply_to=tickets[0].organiser_email)

        envelope = Envelope(
            organiser_id=contact.organiser_id,
            kind=order.kind,
            recipient=contact.wanted_email if order.kind == WANTED else contact.email,
            locale=contact.locale,
            event_id=letter.event.id,
            booking_id=contact.lead_id,
        )
        await outbox.deliver(pool, job, envelope, write)

    return send


def _link(contact: Contact, posting: Posting) -> str:
    assert contact.wanted_email_at is not None
    secret = secret_of(posting.stationery.tokens, contact.lead_id, contact.wanted_email, contact.wanted_email_at)
    return f"{posting.stationery.base_url}/email/{secret}?lang={contact.locale}"
