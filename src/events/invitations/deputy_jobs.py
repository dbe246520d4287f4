"""Background work: a deputy with an address of their own gets the link to their own ticket, and to nothing else of the party."""

from typing import Any
from uuid import UUID

import msgspec

from events.kit.colours import hex_colour
from events.kit.database import Connection, Executor, Pool
from events.kit.i18n import current_language, local, use_language
from events.kit.jobs import Handler, Job, insert_job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting, Stationery
from events.people.names import address, full_name
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import deputy_queries
from .deputy_queries import DeputyPlace
from .letters import event_words

KIND = "deputy"


class Order(msgspec.Struct, frozen=True):
    """The payload of `deputy_mail`."""

    invitation_id: UUID
    guest_id: UUID
    event_id: UUID


async def tell_deputy(tx: Connection, invitation_id: UUID, guest_id: UUID, event_id: UUID) -> None:
    """Orders the mail; whether there is an address is looked up when it is sent."""
    await insert_job(tx, "deputy_mail", {"invitation_id": invitation_id, "guest_id": guest_id, "event_id": event_id})


def deputy_mailer(outbox: Outbox) -> Handler:
    """The handler of `deputy_mail`. Whoever does not come any more, or has no address, is not written to."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        found = await _found(pool, order)
        if found is None:
            return
        place, event = found
        envelope = Envelope(organiser_id=event.organiser_id, kind=KIND, recipient=place.email, locale=place.locale, event_id=event.id)

        async def write(posting: Posting) -> Message:
            with use_language(place.locale):
                return posting.message(deputy_words(place, event, posting.stationery), reply_to=place.contact)

        await outbox.deliver(pool, job, envelope, write)

    return send


async def _found(db: Executor, order: Order) -> tuple[DeputyPlace, Event] | None:
    place = await deputy_queries.deputy_place(db, order.invitation_id, order.guest_id, order.event_id)
    event = await event_by_id(db, order.event_id)
    return (place, event) if place and event and place.email else None


def deputy_words(place: DeputyPlace, event: Event, stationery: Stationery) -> dict[str, Any]:
    """Everything the templates may say, in the current language."""
    language = current_language()
    code = stationery.tokens.code("ticket", place.ticket_id, place.issue)
    look = {"deep": hex_colour(0.27, 0.085, event.hue), "brand": hex_colour(0.39, 0.125, event.hue)}
    about = {"organiser": local(event.organiser_name), "programme": local(event.programme_title), "doors": ""}
    return {
        "name": address(place.deputy, language),
        "invitee": full_name(place.invitee, language),
        "event": event_words(event, None) | about | look,
        "link": f"{stationery.base_url}/t/{code}",
        "contact": place.contact,
        "is_confirmed": place.state == "confirmed",
    }
