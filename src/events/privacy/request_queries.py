"""SQL of guests' wishes to be erased. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Executor

from .model import ErasureRequest


async def insert_request(
    tx: Connection, request_id: UUID, booking_id: UUID, guest_ids: Sequence[UUID], *, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        "insert into erasure_requests (id, booking_id, guest_ids, asked_at, expires_at) values ($1, $2, $3, $4, $5)",
        request_id,
        booking_id,
        list(guest_ids),
        now,
        expires_at,
    )


async def request_by_id(db: Executor, request_id: UUID, now: datetime) -> ErasureRequest | None:
    """A wish that can still be fulfilled."""
    row = await db.fetchrow(
        "select id, booking_id, guest_ids from erasure_requests where id = $1 and done_at is null and expires_at > $2", request_id, now
    )
    return ErasureRequest(id=row[0], lead_id=row[1], guest_ids=list(row[2])) if row else None


async def request_by_token(db: Executor, token_hash: bytes, now: datetime) -> ErasureRequest | None:
    row = await db.fetchrow(
        "select id, booking_id, guest_ids from erasure_requests where token_hash = $1 and done_at is null and expires_at > $2",
        token_hash,
        now,
    )
    return ErasureRequest(id=row[0], lead_id=row[1], guest_ids=list(row[2])) if row else None


async def set_token(db: Executor, request_id: UUID, token_hash: bytes) -> None:
    await db.execute("update erasure_requests set token_hash = $2 where id = $1", request_id, token_hash)


async def finish_request(tx: Connection, request_id: UUID, now: datetime) -> None:
    await tx.execute("update erasure_requests set done_at = $2, token_hash = null where id = $1", request_id, now)
