"""SQL of unsubscribing."""

from uuid import UUID

import msgspec

from events.kit.database import Executor


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Whose courtesy mails an address gets, or no longer gets."""

    organiser_id: UUID
    organiser_name: dict[str, str]
    email: str
    ended: bool


async def subscription_by_hash(db: Executor, unsubscribe_hash: bytes) -> Subscription | None:
    """By the token in a courtesy mail."""
    row = await db.fetchrow(
        """
        select m.organiser_id, o.name as organiser_name, m.recipient as email,
               exists (select from unsubscriptions u where u.organiser_id = m.organiser_id and u.email = lower(m.recipient)) as ended
        from mails m
        join organisers o on o.id = m.organiser_id
        where m.unsubscribe_hash = $1
        """,
        unsubscribe_hash,
    )
    return msgspec.convert(dict(row), Subscription) if row else None


async def end_subscription(tx: Executor, subscription: Subscription, *, channel: str) -> None:
    """No courtesy mail of this organiser any more. Saying it twice changes nothing."""
    await tx.execute(
        """
        insert into unsubscriptions (organiser_id, email, channel)
        values ($1, lower($2), $3)
        on conflict do nothing
        """,
        subscription.organiser_id,
        subscription.email,
        channel,
    )


async def renew_subscription(tx: Executor, subscription: Subscription) -> None:
    """It was a mistake."""
    await tx.execute(
        "delete from unsubscriptions where organiser_id = $1 and email = lower($2)", subscription.organiser_id, subscription.email
    )
