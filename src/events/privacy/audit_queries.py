"""SQL of the audit trail as its owner reads it. The connection first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import AuditLine


async def audit_page(
    db: Executor, organiser_ids: Sequence[UUID], *, actions: Sequence[str] | None, before: int | None, limit: int
) -> list[AuditLine]:
    """The newest first, with who it was as far as they are still known."""
    rows: list[Any] = await db.fetch(
        """
        select a.id, a.action, a.actor, a.subject, a.detail, a.at, coalesce(s.name, t.name, '') as actor_name
        from audit_entries a
        left join staff s on a.actor = 'staff:' || s.id
        left join api_tokens t on a.actor = 'token:' || t.id
        where a.organiser_id = any ($1)
          and ($2::text[] is null or a.action = any ($2))
          and ($3::bigint is null or a.id < $3)
        order by a.id desc
        limit $4
        """,
        list(organiser_ids),
        list(actions) if actions is not None else None,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), AuditLine) for row in rows]
