"""SQL of lists that come in. One statement a function, the connection first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .import_model import Decision, Defaults, Import, Progress, Sample, StagedRow, TwinKind

_IMPORT = """
select i.id, i.organiser_id, i.programme_id, i.event_id, i.co_host_id, i.actor, i.file_name, i.encoding, i.sample, i.columns,
       nullif(i.defaults, '{}') as defaults, i.state, i.imported, i.merged, i.skipped, i.bad, i.created_at, i.started_at, i.finished_at,
       i.forgotten_at
from imports i
"""
ROW = "select r.line, r.cells, r.details, r.row_key, r.problems, r.twin, r.decision, r.state, r.invitation_id from import_rows r"
_MOST_ROWS_AT_ONCE = 2_000


async def insert_import(
    tx: Connection,
    import_id: UUID,
    *,
    organiser_id: UUID,
    programme_id: UUID | None,
    event_id: UUID | None,
    co_host_id: UUID | None,
    actor: str,
    file_name: str,
    content: bytes,
    encoding: str,
    sample: Sample,
    columns: dict[str, int],
    now: datetime,
) -> None:
    await tx.execute(
        """
        insert into imports (id, organiser_id, programme_id, event_id, co_host_id, actor, file_name, content, encoding, sample, columns,
                             created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        import_id,
        organiser_id,
        programme_id,
        event_id,
        co_host_id,
        actor,
        file_name,
        content,
        encoding,
        sample,
        columns,
        now,
    )


async def import_by_id(db: Executor, import_id: UUID) -> Import | None:
    row = await db.fetchrow(f"{_IMPORT} where i.id = $1", import_id)
    return msgspec.convert(dict(row), Import) if row else None


async def lock_import(tx: Connection, import_id: UUID) -> Import | None:
    """The import, for whoever changes it: others wait."""
    row = await tx.fetchrow(f"{_IMPORT} where i.id = $1 for update", import_id)
    return msgspec.convert(dict(row), Import) if row else None


async def latest_imports(db: Executor, organiser_ids: Collection[UUID], co_host_ids: Collection[UUID]) -> list[Import]:
    """The last lists of these organisers, and those that these co-hosts brought themselves."""
    rows = await db.fetch(
        f"{_IMPORT} where i.organiser_id = any ($1::uuid[]) or i.co_host_id = any ($2::uuid[]) order by i.id desc limit 50",
        list(organiser_ids),
        list(co_host_ids),
    )
    return [msgspec.convert(dict(row), Import) for row in rows]


async def content_of(db: Executor, import_id: UUID) -> bytes | None:
    """The file; nothing once it is forgotten."""
    return await db.fetchval("select content from imports where id = $1", import_id)  # type: ignore[no-any-return]


async def set_encoding(tx: Connection, import_id: UUID, *, encoding: str, sample: Sample, columns: dict[str, int]) -> None:
    await tx.execute(
        "update imports set encoding = $2, sample = $3, columns = $4 where id = $1 and state in ('uploaded', 'staged')",
        import_id,
        encoding,
        sample,
        columns,
    )


async def set_columns(tx: Connection, import_id: UUID, columns: dict[str, int]) -> None:
    await tx.execute("update imports set columns = $2 where id = $1 and state in ('uploaded', 'staged')", import_id, columns)


async def empty_stage(tx: Connection, import_id: UUID, *, defaults: Defaults) -> None:
    """Forgets what was read of the list before."""
    await tx.execute("delete from import_rows where import_id = $1", import_id)
    await tx.execute("update imports set state = 'staged', defaults = $2 where id = $1", import_id, defaults)


async def insert_rows(tx: Connection, import_id: UUID, rows: Sequence[StagedRow]) -> None:
    """Stages lines; nothing else is written."""
    await tx.execute(
        """
        insert into import_rows (import_id, line, cells, details, row_key, problems, twin, decision, state)
        select $1, r.line, r.cells, r.details, r.row_key, r.problems, r.twin, r.decision, r.state
        from jsonb_to_recordset($2) as r (
            line int, cells jsonb, details jsonb, row_key text, problems jsonb, twin jsonb, decision text, state text)
        """,
        import_id,
        list(rows),
    )


async def progress_of(db: Executor, import_id: UUID) -> Progress:
    row = await db.fetchrow(
        """
        select count(*) filter (where state = 'bad') as bad,
               count(*) filter (where state = 'ready') as ready,
               count(*) filter (where state = 'imported') as imported,
               count(*) filter (where state = 'merged') as merged,
               count(*) filter (where state = 'skipped') as skipped,
               count(*) filter (where twin is not null) as twins,
               count(*) filter (where decision = 'merge' and (twin ->> 'covered')::boolean) as covered,
               count(*) filter (where state = 'ready' and decision = 'import') as to_import,
               count(*) filter (where state = 'ready' and decision = 'merge'
                                      and not coalesce((twin ->> 'covered')::boolean, false)) as to_merge,
               count(*) filter (where state = 'ready' and decision = 'import'
                                      and coalesce(details ->> 'email', '') = ''
                                      and coalesce(details ->> 'delegate_email', '') = '') as without_mail
        from import_rows
        where import_id = $1
        """,
        import_id,
    )
    return msgspec.convert(dict(row), Progress) if row else Progress()


async def bad_rows(db: Executor, import_id: UUID, *, after: int = 0, limit: int = _MOST_ROWS_AT_ONCE) -> list[StagedRow]:
    rows = await db.fetch(
        f"{ROW} where r.import_id = $1 and r.state = 'bad' and r.line > $2 order by r.line limit $3", import_id, after, limit
    )
    return [staged_row(row) for row in rows]


async def twin_rows(db: Executor, import_id: UUID, *, after: int, limit: int) -> list[StagedRow]:
    rows = await db.fetch(
        f"{ROW} where r.import_id = $1 and r.twin is not null and r.line > $2 order by r.line limit $3", import_id, after, limit
    )
    return [staged_row(row) for row in rows]


async def first_rows(db: Executor, import_id: UUID, limit: int) -> list[StagedRow]:
    """The beginning of the people who come in, for a look."""
    rows = await db.fetch(f"{ROW} where r.import_id = $1 and r.state <> 'bad' order by r.line limit $2", import_id, limit)
    return [staged_row(row) for row in rows]


async def decide(tx: Connection, import_id: UUID, decisions: dict[int, Decision]) -> None:
    """What happens with these lines; those without a twin have nothing to decide."""
    await tx.execute(
        """
        update import_rows r
        set decision = d.decision
        from unnest($2::int[], $3::text[]) as d (line, decision)
        where r.import_id = $1
          and r.line = d.line
          and r.state = 'ready'
          and r.twin is not null
        """,
        import_id,
        list(decisions),
        [decision.value for decision in decisions.values()],
    )


async def decide_kind(tx: Connection, import_id: UUID, kinds: Collection[TwinKind], decision: Decision) -> None:
    """The same for every twin of these kinds. Where merging is not possible, the lines are left as they are."""
    await tx.execute(
        """
        update import_rows r
        set decision = $3
        where r.import_id = $1
          and r.state = 'ready'
          and r.twin ->> 'kind' = any ($2::text[])
          and ($3 <> 'merge' or (r.twin ? 'line' or r.twin ? 'invitation_id')
                                and not coalesce((r.twin ->> 'withdrawn')::boolean, false))
        """,
        import_id,
        [kind.value for kind in kinds],
        decision.value,
    )


async def forget_rows(db: Executor, before: datetime) -> int:
    """Deletes what was read of lists older than that, with their files and their names. The counts of those that were taken in stay;
    of the others nothing does. Answers how many lists."""
    return int(
        await db.fetchval(
            """
            with old as (
                select id, state
                from imports
                where forgotten_at is null
                  and created_at < $1
                  and state <> 'running'
            ), gone as (
                delete from import_rows where import_id in (select id from old)
            ), never_begun as (
                delete from imports where id in (select id from old where state in ('uploaded', 'staged'))
            ), emptied as (
                update imports i
                set content = null,
                    file_name = '',
                    sample = '{"header": [], "rows": [], "length": 0}',
                    forgotten_at = now()
                from old
                where i.id = old.id
                  and old.state in ('done', 'undone')
            )
            select count(*) from old
            """,
            before,
        )
    )


async def delete_import(tx: Connection, import_id: UUID) -> None:
    """Throws a list away of which nothing was taken in."""
    await tx.execute("delete from import_rows where import_id = $1", import_id)
    await tx.execute("delete from imports where id = $1 and state in ('uploaded', 'staged')", import_id)


def staged_row(row: Any) -> StagedRow:
    """A row of `ROW`."""
    return msgspec.convert(dict(row), StagedRow)
