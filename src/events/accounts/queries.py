"""SQL of the accounts. One statement a function, the connection first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import ApiClient, Session, Staff


async def staff_by_email(db: Executor, email: str) -> UUID | None:
    """The person with this address, if they still work for anybody."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select s.id
        from staff s
        where s.email = lower($1)
          and (exists (select from memberships m where m.staff_id = s.id)
               or exists (select from co_host_members c where c.staff_id = s.id))
        """,
        email,
    )


async def session_by_token(db: Executor, token_hash: bytes, now: datetime) -> Session | None:
    """The live session of a cookie, with the person's roles as they are at this moment."""
    row = await db.fetchrow(
        """
        select s.id, s.email, s.name, s.locale, x.last_seen_at,
               coalesce((select jsonb_object_agg(m.organiser_id, m.role) from memberships m where m.staff_id = s.id), '{}') as roles,
               coalesce((select jsonb_object_agg(m.organiser_id, m.reviews)
                         from memberships m
                         where m.staff_id = s.id
                           and m.reviews <> '{}'), '{}') as reviews
        from sessions x
        join staff s on s.id = x.staff_id
        where x.token_hash = $1
          and x.expires_at > $2
        """,
        token_hash,
        now,
    )
    if row is None:
        return None
    return Session(staff=msgspec.convert(dict(row), Staff), last_seen_at=row["last_seen_at"])


async def insert_session(tx: Executor, token_hash: bytes, staff_id: UUID, now: datetime, expires_at: datetime) -> None:
    await tx.execute(
        "insert into sessions (token_hash, staff_id, created_at, last_seen_at, expires_at) values ($1, $2, $3, $3, $4)",
        token_hash,
        staff_id,
        now,
        expires_at,
    )


async def touch_session(db: Executor, token_hash: bytes, now: datetime, expires_at: datetime) -> None:
    """Moves the end of a session that is in use."""
    await db.execute("update sessions set last_seen_at = $2, expires_at = $3 where token_hash = $1", token_hash, now, expires_at)


async def delete_session(tx: Executor, token_hash: bytes) -> None:
    await tx.execute("delete from sessions where token_hash = $1", token_hash)


async def delete_ended(db: Executor, now: datetime) -> None:
    """Removes sessions and sign-in links whose time is over."""
    await db.execute(
        "with links as (delete from sign_in_links where expires_at < $1) delete from sessions where expires_at < $1",
        now,
    )


async def insert_sign_in_link(tx: Executor, token_hash: bytes, staff_id: UUID, now: datetime, expires_at: datetime) -> None:
    await tx.execute(
        "insert into sign_in_links (token_hash, staff_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        staff_id,
        now,
        expires_at,
    )


async def staff_of_link(db: Executor, token_hash: bytes, now: datetime) -> UUID | None:
    """Whose link it is, while it can still be used."""
    return await db.fetchval(  # type: ignore[no-any-return]
        "select staff_id from sign_in_links where token_hash = $1 and used_at is null and expires_at > $2", token_hash, now
    )


async def use_sign_in_link(tx: Executor, token_hash: bytes, now: datetime) -> UUID | None:
    """Uses the link up and answers whose it was; of two that try at once one gets nothing."""
    return await tx.fetchval(  # type: ignore[no-any-return]
        """
        update sign_in_links
        set used_at = $2
        where token_hash = $1
          and used_at is null
          and expires_at > $2
        returning staff_id
        """,
        token_hash,
        now,
    )


async def staff_to_mail(db: Executor, staff_id: UUID) -> tuple[str, str, str] | None:
    """Address, name and language of a person."""
    row = await db.fetchrow("select email, name, locale from staff where id = $1", staff_id)
    return (row["email"], row["name"], row["locale"]) if row else None


async def organiser_by_slug(db: Executor, slug: str) -> UUID | None:
    return await db.fetchval("select id from organisers where slug = $1", slug)  # type: ignore[no-any-return]


async def insert_api_token(
    tx: Executor, token_id: UUID, *, organiser_id: UUID, token_hash: bytes, name: str, scopes: Sequence[str]
) -> None:
    await tx.execute(
        "insert into api_tokens (id, organiser_id, token_hash, name, scopes) values ($1, $2, $3, $4, $5)",
        token_id,
        organiser_id,
        token_hash,
        name,
        list(scopes),
    )


async def revoke_api_token(tx: Executor, token_id: UUID, now: datetime) -> None:
    await tx.execute("update api_tokens set revoked_at = coalesce(revoked_at, $2) where id = $1", token_id, now)


async def client_by_token(db: Executor, token_hash: bytes, now: datetime) -> ApiClient | None:
    """The client of a valid token. That it was used is written at most once a minute (the lock of a row is dear on the hot path)."""
    row = await db.fetchrow(
        """
        with seen as (
            update api_tokens
            set last_used_at = $2
            where token_hash = $1
              and revoked_at is null
              and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')
        )
        select id, organiser_id, scopes
        from api_tokens
        where token_hash = $1
          and revoked_at is null
        """,
        token_hash,
        now,
    )
    return ApiClient(token_id=row["id"], organiser_id=row["organiser_id"], scopes=frozenset(row["scopes"])) if row else None


async def insert_audit_entry(
    tx: Connection, *, organiser_id: UUID, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> None:
    await tx.execute(
        "insert into audit_entries (organiser_id, actor, action, subject, detail) values ($1, $2, $3, $4, $5)",
        organiser_id,
        actor,
        action,
        subject,
        dict(detail),
    )
