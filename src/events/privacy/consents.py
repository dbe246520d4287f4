"""Agreeing and taking it back. Marketing counts only after a yes from the mailbox itself (double opt-in)."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from events.contacts.queries import places_with_cards, remove_cards
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.i18n import LANGUAGES, use_language
from events.kit.jobs import insert_job
from events.kit.tokens import random_token, token_hash
from events.people.consents import Purpose, consent_text, text_hash

from . import consent_queries, party_queries
from .consent_proofs import Question
from .errors import ConsentLinkOver

ANSWER_WITHIN = timedelta(days=7)  # long enough for a holiday's beginning, short enough that the tick is remembered
MAIL_JOB = "consent_mail"


async def keep_texts(pool: Pool) -> None:
    """Sweep: the words that this version shows, in every language, so that each hash in the consents can be read."""
    await consent_queries.keep_texts(pool, _texts(), clock.now())


async def agree(tx: Connection, guest_id: UUID, purpose: Purpose, *, locale: str, channel: str, now: datetime) -> None:
    """Writes a consent down with the words it was given to; one that stands already is left alone."""
    if any(given.purpose == purpose for given in await party_queries.consents_of(tx, [guest_id])):
        return
    await consent_queries.keep_texts(tx, _texts(), now)
    await party_queries.withdraw_consent(tx, guest_id, purpose, now)  # an earlier one that was ended by the link in a mail
    await party_queries.insert_consent(tx, guest_id, purpose, text_hash(purpose, locale), locale=locale, channel=channel, now=now)
    if purpose == Purpose.GUEST_LIST:
        await party_queries.show_in_guest_list(tx, guest_id, shown=True, now=now)
    if purpose == Purpose.MARKETING:
        await order_questions(tx, now)


async def withdraw(tx: Connection, guest_id: UUID, purpose: Purpose, *, now: datetime) -> None:
    """Takes a consent back at once, with what was kept because of it."""
    await party_queries.withdraw_consent(tx, guest_id, purpose, now)
    if purpose == Purpose.GUEST_LIST:
        await party_queries.show_in_guest_list(tx, guest_id, shown=False, now=now)
    if purpose == Purpose.CONTACTS:
        await remove_cards(tx, await places_with_cards(tx, [guest_id]), now)
    if purpose == Purpose.SENSITIVE:
        await party_queries.clear_sensitive_details(tx, guest_id, now)


async def order_questions(tx: Connection, now: datetime) -> None:
    """One mail for every marketing consent whose address was not asked yet."""
    for consent_id in await consent_queries.order_questions(tx, now):
        await insert_job(tx, MAIL_JOB, {"consent_id": consent_id})


async def ask_for_confirmation(pool: Pool) -> None:
    """Sweep: the same for consents that came in with a sign-up."""
    async with pool.acquire() as connection, connection.transaction():
        await order_questions(connection, clock.now())


async def new_answer_token(pool: Pool, question: Question, *, now: datetime) -> str:
    """The secret of the mail that is being written."""
    token = random_token()
    await consent_queries.set_confirm_token(pool, question.id, token_hash(token), now + ANSWER_WITHIN)
    return token


async def open_question(db: Executor, token: str, *, now: datetime) -> Question:
    """The question of a mail's link. Raises `ConsentLinkOver`."""
    question = await consent_queries.question_by_token(db, token_hash(token), now)
    if question is None:
        raise ConsentLinkOver
    return question


def _texts() -> list[tuple[bytes, str, str, str]]:
    found = []
    for locale in LANGUAGES:
        with use_language(locale):
            words = {purpose: consent_text(purpose) for purpose in Purpose}
        found += [(hashlib.sha256(said.encode()).digest(), purpose.value, locale, said) for purpose, said in words.items()]
    return found
