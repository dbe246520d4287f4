"""Background work: mails to hosts."""

from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting
from events.programme.guest_queries import organiser_email
from events.programme.queries import event_by_id

from . import queries
from .mails import ARRIVAL, LINK, arrival_words, link_words
from .model import Host

ARRIVAL_MAIL_JOB = "arrival_mail"


class LinkOrder(msgspec.Struct, frozen=True):
    """The payload of `host_link_mail`. A link that was replaced since is not sent."""

    host_id: UUID
    issue: int


class ArrivalOrder(msgspec.Struct, frozen=True):
    """The payload of `arrival_mail`."""

    host_id: UUID
    registration_id: UUID


async def order_arrival_mails(pool: Pool) -> None:
    """Sweep: mails about arrivals that hosts were not written to about."""
    await queries.order_arrival_mails(pool)


def link_mailer(outbox: Outbox) -> Handler:
    """The handler of `host_link_mail`."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, LinkOrder)
        host = await queries.host_by_id(pool, order.host_id)
        event = await event_by_id(pool, host.event_id) if host else None
        if host is None or event is None or host.revoked_at or host.issue != order.issue:
            return

        async def write(posting: Posting) -> Message:
            contact = await organiser_email(pool, host.organiser_id)
            with use_language(host.locale):
                return posting.message(link_words(host, event, posting.stationery, contact=contact), reply_to=contact)

        await outbox.deliver(pool, job, _envelope(host, LINK), write)

    return send


def arrival_mailer(outbox: Outbox) -> Handler:
    """The handler of `arrival_mail`. Whoever was taken back at the door meanwhile, or is no longer the host's, is not told about."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, ArrivalOrder)
        host = await queries.host_by_id(pool, order.host_id)
        event = await event_by_id(pool, host.event_id) if host else None
        guest = await queries.guest_of_host(pool, order.host_id, order.registration_id)
        if host is None or event is None or guest is None or guest.arrived_at is None or host.revoked_at or not host.wants_mail:
            return

        async def write(posting: Posting) -> Message:
            contact = await organiser_email(pool, host.organiser_id)
            with use_language(host.locale):
                return posting.message(arrival_words(host, guest, event, posting.stationery, contact=contact), reply_to=contact)

        await outbox.deliver(pool, job, _envelope(host, ARRIVAL), write)

    return send


def _envelope(host: Host, kind: str) -> Envelope:
    return Envelope(organiser_id=host.organiser_id, kind=kind, recipient=host.email, locale=host.locale, event_id=host.event_id)
