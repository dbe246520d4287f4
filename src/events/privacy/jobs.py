"""Background work: the mails that ask for a yes."""

from urllib.parse import urlsplit
from uuid import UUID

from events.kit import clock
from events.kit.database import Pool
from events.kit.i18n import local, use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import MailRefused, Message, Transport
from events.kit.templates import new_environment
from events.people.names import full_name
from events.programme.queries import event_by_id

from . import consent_queries, party_queries, request_queries
from .consents import new_answer_token
from .erasure import new_request_token
from .mails import consent_mail, erasure_mail


def consent_mailer(transport: Transport, *, base_url: str, sender: str) -> Handler:
    """The handler of `consent_mail`. Each attempt carries a link of its own, valid for a week."""
    templates = new_environment()

    async def send(pool: Pool, job: Job) -> None:
        question, now = await consent_queries.question_to_ask(pool, int(job.payload["consent_id"])), clock.now()
        if question is None:
            return
        token = await new_answer_token(pool, question, now=now)
        message = consent_mail(
            templates,
            question,
            url=f"{base_url}/consents/{token}?lang={question.locale}",
            sender=sender,
            message_id=f"consent.{job.id}.{job.attempts}@{urlsplit(base_url).hostname}",
            now=now,
        )
        await _deliver(transport, message)

    return send


def erasure_mailer(transport: Transport, *, base_url: str, sender: str) -> Handler:
    """The handler of `erasure_mail`; the link is valid for two days from the wish."""
    templates = new_environment()

    async def send(pool: Pool, job: Job) -> None:
        request_id, now = UUID(job.payload["request_id"]), clock.now()
        request = await request_queries.request_by_id(pool, request_id, now)
        party = await party_queries.party_by_id(pool, request.lead_id) if request else None
        event = await event_by_id(pool, party.event_id) if party else None
        if request is None or party is None or event is None or not party.email:
            return
        async with pool.acquire() as connection:
            token = await new_request_token(connection, request_id)
        with use_language(party.locale):
            words = {
                "guests": [full_name(guest, party.locale) for guest in party.guests if guest.id in request.guest_ids],
                "organiser": local(event.organiser_name),
                "url": f"{base_url}/erasures/{token}?lang={party.locale}",
                "contact": await party_queries.contact_of(pool, party.organiser_id),
            }
        name = f"erasure.{job.id}.{job.attempts}@{urlsplit(base_url).hostname}"
        await _deliver(
            transport, erasure_mail(templates, words, to=party.email, locale=party.locale, sender=sender, message_id=name, now=now)
        )

    return send


async def _deliver(transport: Transport, message: Message) -> None:
    try:
        await transport.send(message)
    except MailRefused:
        return  # a mailbox that does not exist cannot say yes
