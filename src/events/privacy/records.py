"""Deletion records: a chain in which each digest covers the one before, so that a record that was altered or taken out shows."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from events.kit.database import Connection

from . import retention_queries
from .model import DeletionRecord

PERSON = "person"  # the kind of a single person's erasure


async def write_record(
    tx: Connection, organiser_id: UUID, kind: str, *, deleted: int, remaining: int, due_before: datetime | None, now: datetime
) -> None:
    """Adds a record to the organiser's chain, in the transaction of the deletion itself."""
    before = await retention_queries.last_digest(tx, organiser_id)
    digest = _digest(before, organiser_id, kind, deleted, remaining, due_before, now)
    await retention_queries.insert_record(
        tx,
        DeletionRecord(
            organiser_id=organiser_id, kind=kind, deleted=deleted, remaining=remaining, due_before=due_before, at=now, digest=digest
        ),
    )


def is_unbroken(records: Iterable[DeletionRecord]) -> bool:
    """Whether these records, oldest first and from the very first on, are the ones that were written."""
    before = b""
    for record in records:
        expected = _digest(before, record.organiser_id, record.kind, record.deleted, record.remaining, record.due_before, record.at)
        if record.digest != expected:
            return False
        before = record.digest
    return True


def _digest(before: bytes, *facts: object) -> bytes:
    told = "\n".join(fact.isoformat() if isinstance(fact, datetime) else str(fact) for fact in facts)
    return hashlib.sha256(before + told.encode()).digest()
