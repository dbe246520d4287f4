"""SQL of the proof of consents: the words behind the hashes, and the yes that marketing needs. The connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .consent_proofs import MarketingConsent, Question

# Whoever ended news by the link in a mail has ended this consent as well; a later yes counts again.
_NOT_ENDED = """not exists (select
                          from unsubscriptions u
                          where u.organiser_id = g.organiser_id
                            and u.email = lower(c.address)
                            and u.at >= c.confirmed_at)"""


async def keep_texts(db: Executor, texts: Sequence[tuple[bytes, str, str, str]], now: datetime) -> None:
    """Keeps words (hash, purpose, language, words) that were not seen before."""
    await db.executemany(
        """
        insert into consent_texts (text_hash, purpose, locale, words, first_seen_at)
        values ($1, $2, $3, $4, $5)
        on conflict (text_hash) do nothing
        """,
        [(*text, now) for text in texts],
    )


async def order_questions(tx: Connection, now: datetime) -> list[int]:
    """Marks marketing consents whose address was not asked yet, at most a hundred. Answers their ids."""
    rows = await tx.fetch(
        """
        with due as materialized (
            select x.id
            from consents x
            where x.purpose = 'marketing'
              and x.asked_at is null
              and x.withdrawn_at is null
              and exists (select from consent_texts t where t.text_hash = x.text_hash)
            order by x.id
            limit 100
            for update skip locked)
        update consents c
        set asked_at = $1,
            address = b.email
        from due
        join consents o on o.id = due.id
        join guests g on g.id = o.guest_id
        join bookings b on b.id = g.booking_id
        where c.id = due.id
        returning c.id
        """,
        now,
    )
    return sorted(row[0] for row in rows)


async def question_to_ask(db: Executor, consent_id: int) -> Question | None:
    """What the mail needs; nothing when it was answered or withdrawn meanwhile."""
    row = await db.fetchrow(
        """
        select c.id, c.address, c.locale, t.words, o.id as organiser_id, o.name as organiser_name, o.contact_email as organiser_email,
               g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin
        from consents c
        join guests g on g.id = c.guest_id
        join organisers o on o.id = g.organiser_id
        join consent_texts t on t.text_hash = c.text_hash
        where c.id = $1
          and c.confirmed_at is null
          and c.withdrawn_at is null
          and c.address <> ''
        """,
        consent_id,
    )
    return msgspec.convert(dict(row), Question) if row else None


async def set_confirm_token(db: Executor, consent_id: int, token_hash: bytes, until: datetime) -> None:
    """The link of the mail that is being written; an earlier one no longer counts."""
    await db.execute("update consents set confirm_hash = $2, confirm_until = $3 where id = $1", consent_id, token_hash, until)


async def question_by_token(db: Executor, token_hash: bytes, now: datetime) -> Question | None:
    """The question of a link that can still be answered, or was answered with yes."""
    row = await db.fetchrow(
        """
        select c.id, c.address, c.locale, t.words, c.confirmed_at, o.id as organiser_id, o.name as organiser_name,
               o.contact_email as organiser_email,
               g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin, g.given_name_latin
        from consents c
        join guests g on g.id = c.guest_id
        join organisers o on o.id = g.organiser_id
        join consent_texts t on t.text_hash = c.text_hash
        where c.confirm_hash = $1
          and c.withdrawn_at is null
          and (c.confirmed_at is not null or c.confirm_until > $2)
        """,
        token_hash,
        now,
    )
    return msgspec.convert(dict(row), Question) if row else None


async def confirm_marketing(tx: Connection, consent_id: int, now: datetime) -> None:
    """From now on the consent counts; pressed twice, the first time counts."""
    await tx.execute("update consents set confirmed_at = coalesce(confirmed_at, $2) where id = $1", consent_id, now)


async def marketing_consents(db: Executor, organiser_ids: Sequence[UUID], *, after: int = 0, limit: int) -> list[MarketingConsent]:
    """Who agreed to be written to, confirmed it, and has not ended it since anywhere. One line a consent, oldest first."""
    rows = await db.fetch(
        f"""
        select c.id, c.address, c.locale, c.given_at, c.confirmed_at, c.channel, t.words, o.name as organiser_name,
               g.honorific, g.family_name, g.given_name, g.family_name_kana, g.given_name_kana, g.family_name_latin,
               g.given_name_latin, g.company
        from standing_consents c
        join guests g on g.id = c.guest_id
        join organisers o on o.id = g.organiser_id
        join consent_texts t on t.text_hash = c.text_hash
        where c.purpose = 'marketing'
          and g.organiser_id = any ($1)
          and c.id > $2
          and {_NOT_ENDED}
        order by c.id
        limit $3
        """,
        list(organiser_ids),
        after,
        limit,
    )
    return [_marketing(row) for row in rows]


async def count_marketing(db: Executor, organiser_ids: Sequence[UUID]) -> int:
    return int(
        await db.fetchval(
            f"""
            select count(*)
            from standing_consents c
            join guests g on g.id = c.guest_id
            where c.purpose = 'marketing'
              and g.organiser_id = any ($1)
              and {_NOT_ENDED}
            """,
            list(organiser_ids),
        )
    )


async def withdraw_by_id(tx: Connection, consent_id: int, now: datetime) -> None:
    """Ends one consent; the row stays as proof, without the link."""
    await tx.execute("update consents set withdrawn_at = coalesce(withdrawn_at, $2), confirm_hash = null where id = $1", consent_id, now)


def _marketing(row: Any) -> MarketingConsent:
    return msgspec.convert(dict(row), MarketingConsent)
