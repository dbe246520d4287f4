"""Background work of the accounts."""

from urllib.parse import urlsplit
from uuid import UUID

from events.kit import clock
from events.kit.database import Pool
from events.kit.jobs import Handler, Job
from events.kit.mail import MailRefused, Transport
from events.kit.templates import new_environment

from . import actions, mails, queries


def sign_in_mailer(transport: Transport, *, base_url: str, sender: str) -> Handler:
    """The handler of `sign_in_mail`. Each attempt sends a link of its own, valid from now."""
    templates = new_environment()

    async def send(pool: Pool, job: Job) -> None:
        staff_id, now = UUID(job.payload["staff_id"]), clock.now()
        person = await queries.staff_to_mail(pool, staff_id)
        if person is None:
            return
        async with pool.acquire() as connection, connection.transaction():
            token = await actions.new_link_token(connection, staff_id, now=now)
        email, name, locale = person
        message = mails.sign_in_mail(
            templates,
            url=f"{base_url}/sign-in/{token}?next_page={job.payload['next_path']}",
            name=name,
            email=email,
            locale=locale,
            sender=sender,
            message_id=f"sign-in.{job.id}.{job.attempts}@{urlsplit(base_url).hostname}",
            now=now,
        )
        try:
            await transport.send(message)
        except MailRefused:
            return  # a mailbox that does not exist: asking again would not change it

    return send


async def forget_ended_sessions(pool: Pool) -> None:
    """Sweep: sessions and links whose time is over."""
    await queries.delete_ended(pool, clock.now())
