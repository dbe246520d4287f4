"""SQL of taking a list in: its lines, portion by portion. One statement a function, the connection first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .import_model import Progress, RowState, StagedRow
from .import_queries import ROW, staged_row


async def start_import(tx: Connection, import_id: UUID, now: datetime) -> bool:
    """Whether it starts by this call: of two presses one does."""
    status = await tx.execute("update imports set state = 'running', started_at = $2 where id = $1 and state = 'staged'", import_id, now)
    return status == "UPDATE 1"


async def take_rows(tx: Connection, import_id: UUID, limit: int) -> list[StagedRow]:
    """The next lines to take in, locked: two workers on one list never have the same line."""
    rows = await tx.fetch(
        f"{ROW} where r.import_id = $1 and r.state = 'ready' order by r.line limit $2 for update skip locked", import_id, limit
    )
    return [staged_row(row) for row in rows]


async def insert_invitations(tx: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Writes those whose row_key is new and answers their ids."""
    written = await tx.fetch(
        """
        insert into invitations (id, organiser_id, programme_id, co_host_id, batch_id, row_key, inviter, token_hash, delegate_hash,
                                 email, delegate_email, locale, honorific, family_name, given_name, family_name_kana, given_name_kana,
                                 family_name_latin, given_name_latin, company, department, job_title, flags, companions,
                                 max_companions, companions_by, answer_by, search_key, sort_key, match_key, created_at)
        select r.id, r.organiser_id, r.programme_id, r.co_host_id, r.batch_id, r.row_key, r.inviter,
               decode(r.token_hash, 'hex'), decode(r.delegate_hash, 'hex'),
               r.email, r.delegate_email, r.locale, r.honorific, r.family_name, r.given_name, r.family_name_kana, r.given_name_kana,
               r.family_name_latin, r.given_name_latin, r.company, r.department, r.job_title, r.flags, r.companions,
               r.max_companions, r.companions_by, r.answer_by, r.search_key, r.sort_key, r.match_key, r.created_at
        from jsonb_to_recordset($1) as r (
            id uuid, organiser_id uuid, programme_id uuid, co_host_id uuid, batch_id uuid, row_key text, inviter text,
            token_hash text, delegate_hash text, email text, delegate_email text, locale text, honorific text, family_name text,
            given_name text, family_name_kana text, given_name_kana text, family_name_latin text, given_name_latin text, company text,
            department text, job_title text, flags text[], companions text, max_companions int, companions_by timestamptz,
            answer_by timestamptz, search_key text, sort_key text, match_key text, created_at timestamptz)
        on conflict (organiser_id, row_key) do nothing
        returning id
        """,
        list(rows),
    )
    return {row["id"] for row in written}


async def insert_invited(tx: Connection, invited: Sequence[tuple[UUID, UUID, UUID | None]]) -> list[tuple[UUID, UUID]]:
    """Invites each to an event, with the contingent's pool or none; answers which were new."""
    rows = await tx.fetch(
        """
        insert into invitation_events (invitation_id, event_id, pool_id)
        select i.id, e.event_id, e.pool_id
        from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as e (invitation_id, event_id, pool_id)
        join invitations i on i.id = e.invitation_id and i.withdrawn_at is null
        on conflict (invitation_id, event_id) do nothing
        returning invitation_id, event_id
        """,
        [invitation_id for invitation_id, _event, _pool in invited],
        [event_id for _invitation, event_id, _pool in invited],
        [pool_id for _invitation, _event, pool_id in invited],
    )
    return [(row["invitation_id"], row["event_id"]) for row in rows]


async def invitations_of_lines(db: Executor, import_id: UUID, lines: Collection[int]) -> dict[int, UUID]:
    """Which invitation an earlier line became."""
    rows = await db.fetch(
        "select line, invitation_id from import_rows where import_id = $1 and line = any ($2::int[]) and invitation_id is not null",
        import_id,
        list(lines),
    )
    return {row["line"]: row["invitation_id"] for row in rows}


async def settle_rows(tx: Connection, import_id: UUID, settled: Sequence[tuple[int, RowState, UUID | None, list[UUID]]]) -> None:
    """Notes what became of each line: its state, its invitation, and the events that this gave to an older invitation."""
    await tx.execute(
        """
        update import_rows r
        set state = s.state,
            invitation_id = s.invitation_id,
            added = s.added
        from jsonb_to_recordset($2) as s (line int, state text, invitation_id uuid, added uuid[])
        where r.import_id = $1
          and r.line = s.line
        """,
        import_id,
        [{"line": line, "state": state, "invitation_id": one, "added": added} for line, state, one, added in settled],
    )


async def finish_import(tx: Connection, import_id: UUID, now: datetime) -> Progress | None:
    """Closes a running import of which no line is left, and answers its counts; nothing if it is not at its end."""
    row = await tx.fetchrow(
        """
        update imports i
        set state = 'done',
            finished_at = $2,
            imported = c.imported,
            merged = c.merged,
            skipped = c.skipped,
            bad = c.bad
        from (select count(*) filter (where state = 'imported') as imported,
                     count(*) filter (where state = 'merged') as merged,
                     count(*) filter (where state = 'skipped') as skipped,
                     count(*) filter (where state = 'bad') as bad,
                     count(*) filter (where state = 'ready') as ready
              from import_rows
              where import_id = $1) c
        where i.id = $1
          and i.state = 'running'
          and c.ready = 0
        returning c.imported, c.merged, c.skipped, c.bad
        """,
        import_id,
        now,
    )
    return msgspec.convert(dict(row), Progress) if row else None
