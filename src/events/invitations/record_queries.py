"""SQL of one invitation as its organiser sees it. One statement a function, the connection first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor


class SentMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail about the invitation itself."""

    kind: str
    recipient: str
    status: str
    last_error: str | None
    created_at: datetime


async def mails_of_invitation(db: Executor, invitation_id: UUID) -> list[SentMail]:
    """What was written to the invitee or the delegate, the latest first."""
    rows = await db.fetch(
        "select kind, recipient, status, last_error, created_at from mails where invitation_id = $1 order by id desc limit 50",
        invitation_id,
    )
    return [msgspec.convert(dict(row), SentMail) for row in rows]


async def names_of_staff(db: Executor, staff_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who entered answers: the name, or the address of somebody without one."""
    rows = await db.fetch("select id, name, email from staff where id = any ($1::uuid[])", list(staff_ids))
    return {row["id"]: row["name"] or row["email"] for row in rows}
