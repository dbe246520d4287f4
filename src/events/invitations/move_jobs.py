"""Background work: telling those who answered provisionally that an event has moved."""

from typing import Any
from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.jobs import Handler, Job
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.outbox import Outbox
from events.messaging.stationery import Posting, Stationery
from events.programme.model import TimeAndPlace
from events.tickets.mails import former_facts

from .letter_queries import letters_for
from .letters import Letter, letter_words

KIND = "invitation_moved"


class Order(msgspec.Struct, frozen=True):
    """The payload of `invitation_moved`, with what held before."""

    invitation_id: UUID
    event_id: UUID
    former: TimeAndPlace


def invitation_move_mailer(outbox: Outbox) -> Handler:
    """The handler of `invitation_moved`. Whoever has settled the answer meanwhile, or has no address, is not written to."""

    async def send(pool: Pool, job: Job) -> None:
        order = msgspec.convert(job.payload, Order)
        letters = await letters_for(
            pool, [order.invitation_id], kind="reminder", programme_id=None, event_id=order.event_id, now=clock.now()
        )
        letter = next((one for one in letters if one.is_provisional and one.invitation.mail_address), None)
        if letter is None or not former_facts(order.former, letter.events[0].event):
            return

        async def write(posting: Posting) -> Message:
            return _written(letter, order.former, posting)

        await outbox.deliver(pool, job, _envelope(letter), write)

    return send


def _envelope(letter: Letter) -> Envelope:
    """It concerns an answer that was given, so it is no courtesy that could be unsubscribed from."""
    invitation = letter.invitation
    return Envelope(
        organiser_id=invitation.organiser_id,
        kind=KIND,
        recipient=invitation.mail_address,
        locale=invitation.locale,
        event_id=letter.events[0].event.id,
        invitation_id=invitation.id,
    )


def moved_words(letter: Letter, former: TimeAndPlace, stationery: Stationery) -> dict[str, Any]:
    """Everything the templates may say, in the current language."""
    words = letter_words(letter, stationery.tokens, stationery.base_url)
    return words | {"former": former_facts(former, letter.events[0].event)}


def _written(letter: Letter, former: TimeAndPlace, posting: Posting) -> Message:
    stationery = posting.stationery
    with use_language(letter.language):
        words = moved_words(letter, former, stationery)
    return posting.message(words, reply_to=letter.host.email)
