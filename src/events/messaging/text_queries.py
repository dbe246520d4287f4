"""SQL of the organisers' words."""

from uuid import UUID

import msgspec

from events.kit.database import Executor

from .model import SavedText, Wording


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser as the writer of mails."""

    id: UUID
    slug: str
    name: dict[str, str]
    contact_email: str


class TextKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which words: whose, for which event (None: all of them), of which mail in which language."""

    organiser_id: UUID
    event_id: UUID | None
    kind: str
    locale: str

    @property
    def columns(self) -> tuple[UUID, UUID | None, str, str]:
        return self.organiser_id, self.event_id, self.kind, self.locale


async def senders(db: Executor, organiser_ids: list[UUID]) -> list[Sender]:
    """Organisers by their short names."""
    rows = await db.fetch("select id, slug, name, contact_email from organisers where id = any ($1) order by slug", organiser_ids)
    return [msgspec.convert(dict(row), Sender) for row in rows]


async def next_event(db: Executor, organiser_id: UUID) -> UUID | None:
    """The event to show mails with: the next to come, else the last one that was."""
    found: UUID | None = await db.fetchval(
        "select id from events where organiser_id = $1 order by ends_at < now(), abs(extract(epoch from starts_at - now())), id limit 1",
        organiser_id,
    )
    return found


async def saved_texts(db: Executor, organiser_id: UUID, event_id: UUID | None) -> dict[tuple[str, str], SavedText]:
    """The rows of exactly this scope, by kind and language."""
    rows = await db.fetch(
        """
        select kind, locale, subject, lead, body, closing, version
        from mail_texts
        where organiser_id = $1
          and event_id is not distinct from $2
        """,
        organiser_id,
        event_id,
    )
    return {(row["kind"], row["locale"]): SavedText(wording=msgspec.convert(dict(row), Wording), version=row["version"]) for row in rows}


async def save_text(tx: Executor, key: TextKey, wording: Wording, *, version: int, actor: str) -> bool:
    """Writes the words if they are still at that version (0: not there yet). False: somebody else was faster."""
    statement = _INSERT if version == 0 else _UPDATE
    parts = (wording.subject, wording.lead, wording.body, wording.closing)
    return await tx.fetchval(statement, *key.columns, *parts, actor, version) is not None


async def delete_text(tx: Executor, key: TextKey, *, version: int) -> bool:
    """Forgets the words if they are still at that version."""
    found = await tx.fetchval(
        """
        delete from mail_texts
        where organiser_id = $1
          and event_id is not distinct from $2
          and kind = $3
          and locale = $4
          and version = $5
        returning version
        """,
        *key.columns,
        version,
    )
    return found is not None


_INSERT = """
insert into mail_texts (organiser_id, event_id, kind, locale, subject, lead, body, closing, updated_by)
select $1, $2, $3, $4, $5, $6, $7, $8, $9
where $10 = 0
on conflict on constraint mail_texts_one do nothing
returning version
"""
_UPDATE = """
update mail_texts
set subject = $5,
    lead = $6,
    body = $7,
    closing = $8,
    updated_by = $9,
    updated_at = now(),
    version = version + 1
where organiser_id = $1
  and event_id is not distinct from $2
  and kind = $3
  and locale = $4
  and version = $10
returning version
"""
