"""A list comes in: read, looked at, taken in portion by portion, and taken back as long as nobody knows of it.

Only staged rows are written before somebody presses "Import". Each portion is one transaction that writes invitations and notes
on the list which lines they were; whoever dies in between leaves whole portions, and the next worker goes on after them. A line's
key is stored with its invitation, so the same person comes in once, however often the list is brought.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import is_printable
from events.kit.ids import new_id
from events.kit.jobs import Handler, Job, insert_job
from events.kit.tokens import Tokens, token_hash
from events.people.erased_queries import erased_hashes

from . import import_queries as queries
from . import import_run_queries as running
from . import import_target_queries as targets
from . import import_undo_queries as undoing
from .import_columns import guessed_columns
from .import_erased import mark_erased
from .import_errors import AnotherListBuildsOnIt, ImportForgotten, ImportUnderWay, SomebodyWasToldOrAnswered
from .import_files import read_file, sample_of
from .import_model import Decision, Defaults, Details, Import, ImportState, Known, Progress, RowState, StagedRow, Target
from .import_rows import RowReader
from .import_twins import mark_twins
from .model import delegate_token, invitation_token
from .spreadsheet import Table

PORTION = 500  # rows a transaction: half a second of work lost at most, and a bar that moves
PORTIONS_A_JOB = 4  # then whatever else is due has its turn
STAGED_AT_ONCE = 2_000
AT_ONCE = 200  # so many are taken in while the browser waits
COME_BACK_AFTER = timedelta(seconds=5)
ROWS_STAY = timedelta(days=7)
JOB = "import_list"
_LONGEST_FILE_NAME = 200
_OPEN = (ImportState.UPLOADED, ImportState.STAGED)

Settled = tuple[int, RowState, UUID | None, list[UUID]]


async def upload(pool: Pool, target: Target, *, actor: str, file_name: str, content: bytes, now: datetime) -> UUID:
    """Keeps the file with the columns its headings suggest. Raises `FileRefused`."""
    table = await asyncio.to_thread(read_file, content)
    import_id = new_id()
    async with pool.acquire() as connection, connection.transaction():
        await queries.insert_import(
            connection,
            import_id,
            organiser_id=target.organiser_id,
            programme_id=target.programme_id,
            event_id=target.event_id,
            co_host_id=target.co_host.id if target.co_host else None,
            actor=actor,
            file_name=file_name[-_LONGEST_FILE_NAME:] if is_printable(file_name) else "",
            content=content,
            encoding=table.encoding,
            sample=sample_of(table),
            columns=guessed_columns(table.header),
            now=now,
        )
    return import_id


async def read_again(pool: Pool, list_: Import, encoding: str) -> None:
    """Reads the file in another encoding, because its letters looked wrong. Raises `FileRefused`."""
    table = await _table(pool, list_, encoding)
    async with pool.acquire() as connection, connection.transaction():
        await queries.set_encoding(
            connection, list_.id, encoding=table.encoding, sample=sample_of(table), columns=guessed_columns(table.header)
        )


async def stage(pool: Pool, list_: Import, target: Target, defaults: Defaults, *, tokens: Tokens | None = None) -> None:
    """Reads every line, finds what is wrong and who is there already; with `tokens` also who was erased before. Writes nothing but
    the staged rows."""
    table = await _table(pool, list_, list_.encoding)
    known = await targets.known_people(pool, target)
    rows = await asyncio.to_thread(_read_rows, table, list_, target, defaults, known)
    if tokens:
        hashes = await erased_hashes(pool, target.organiser_id)
        await asyncio.to_thread(mark_erased, rows, hashes, tokens, target.organiser_id)
    async with pool.acquire() as connection, connection.transaction():
        current = await queries.lock_import(connection, list_.id)
        if current is None or current.state not in _OPEN:
            raise ImportUnderWay
        await queries.empty_stage(connection, list_.id, defaults=defaults)
        for start in range(0, len(rows), STAGED_AT_ONCE):
            await queries.insert_rows(connection, list_.id, rows[start : start + STAGED_AT_ONCE])


async def start(tx: Connection, list_: Import, target: Target, *, tokens: Tokens, now: datetime) -> None:
    """Takes a short list in at once, a long one in the background. A second press changes nothing."""
    if not await running.start_import(tx, list_.id, now):
        return
    progress = await queries.progress_of(tx, list_.id)
    if progress.ready > AT_ONCE:
        await insert_job(tx, JOB, {"import_id": str(list_.id)})
        return
    while await take_portion(tx, list_, target, tokens=tokens, now=now):
        pass
    await _finish(tx, list_, now=now)


async def go_on(tx: Connection, list_: Import) -> None:
    """Sets another worker on a list that stands still. Two on one list share its lines."""
    if list_.state == ImportState.RUNNING:
        await insert_job(tx, JOB, {"import_id": str(list_.id)})


def importer(tokens: Tokens) -> Handler:
    """The job that takes in a long list."""

    async def take_in(pool: Pool, job: Job) -> None:
        list_ = await queries.import_by_id(pool, UUID(job.payload["import_id"]))
        if list_ is None or list_.state != ImportState.RUNNING:
            return
        target = await target_of_import(pool, list_)
        for _portion in range(PORTIONS_A_JOB):
            async with pool.acquire() as connection, connection.transaction():
                if not await take_portion(connection, list_, target, tokens=tokens, now=clock.now()):
                    await _finish_or_wait(connection, list_, job, now=clock.now())
                    return
        async with pool.acquire() as connection, connection.transaction():
            await insert_job(connection, JOB, job.payload)

    return take_in


async def take_portion(tx: Connection, list_: Import, target: Target, *, tokens: Tokens, now: datetime) -> bool:
    """Takes in the next lines, if there are any: new invitations first, then what belongs to invitations that exist."""
    rows = await running.take_rows(tx, list_.id, PORTION)
    if not rows:
        return False
    earlier = await running.invitations_of_lines(tx, list_.id, [row.twin.line for row in rows if row.twin and row.twin.line])
    fresh = {new_id(): row for row in rows if row.decision == Decision.IMPORT}
    records = [_record(row, list_, target) | _birth(invitation_id, tokens, now) for invitation_id, row in fresh.items()]
    records.sort(key=lambda record: str(record["row_key"]))  # two lists at once wait for each other, but never in a circle
    written = await running.insert_invitations(tx, records)
    settled = [_settled(row, invitation_id, written) for invitation_id, row in fresh.items()]
    earlier |= {line: one for line, _state, one, _added in settled if one}
    merging = [(row, one) for row in rows if row.decision == Decision.MERGE and (one := _older(row, earlier))]
    invited = [(one, *pair) for one, row in fresh.items() if one in written for pair in _events(row)]
    invited += [(one, *pair) for row, one in merging for pair in _events(row)]
    added = set(await running.insert_invited(tx, invited))
    settled += [_merged(row, one, added) for row, one in merging]
    done = {line for line, *_rest in settled}
    settled += [(row.line, RowState.SKIPPED, None, []) for row in rows if row.line not in done]
    await running.settle_rows(tx, list_.id, settled)
    return True


async def undo(tx: Connection, import_id: UUID, *, actor: str) -> int:
    """Takes a whole import back as long as nobody was written to or has answered. Raises `UndoRefused`."""
    list_ = await queries.lock_import(tx, import_id)
    if list_ is None or list_.state != ImportState.DONE:
        raise ImportUnderWay
    if list_.forgotten_at:
        raise ImportForgotten
    await undoing.lock_invitations(tx, import_id)
    if await undoing.is_known_to_anybody(tx, import_id):
        raise SomebodyWasToldOrAnswered
    if await undoing.is_built_upon(tx, import_id):
        raise AnotherListBuildsOnIt
    try:
        async with tx.transaction():
            count = await undoing.take_back(tx, import_id)
    except asyncpg.ForeignKeyViolationError:  # something else has come to depend on one of them
        raise SomebodyWasToldOrAnswered from None
    await _note(tx, list_, "import_undone", actor=actor, detail={"invitations": count})
    return count


async def target_of_import(db: Executor, list_: Import) -> Target:
    """What the list is for, as it is now."""
    target = await targets.target_of(db, programme_id=list_.programme_id, event_id=list_.event_id, co_host_id=list_.co_host_id)
    if target is None:
        raise NotFound
    return target


async def forget_old_rows(pool: Pool) -> int:
    """Sweep: what was read of lists goes after seven days, with the file. Answers how many lists."""
    return await queries.forget_rows(pool, clock.now() - ROWS_STAY)


async def _table(pool: Pool, list_: Import, encoding: str) -> Table:
    content = await queries.content_of(pool, list_.id)
    if content is None:
        raise ImportForgotten
    if list_.state not in _OPEN:
        raise ImportUnderWay
    return await asyncio.to_thread(read_file, content, encoding)


def _read_rows(table: Table, list_: Import, target: Target, defaults: Defaults, known: list[Known]) -> list[StagedRow]:
    reader = RowReader(target, list_.columns, defaults, width=len(table.header))
    rows = [reader.read(row) for row in table.rows]
    mark_twins(rows, known, target)
    return rows


def _record(row: StagedRow, list_: Import, target: Target) -> dict[str, Any]:
    details = row.details
    assert details is not None
    return msgspec.structs.asdict(details) | {
        "organiser_id": list_.organiser_id,
        "programme_id": list_.programme_id,
        "co_host_id": target.co_host.id if target.co_host else details.co_host_id,
        "batch_id": list_.id,
        "row_key": row.row_key,
    }


def _birth(invitation_id: UUID, tokens: Tokens, now: datetime) -> dict[str, Any]:
    """What makes a row an invitation: its id, and the hashes of its two links."""
    return {
        "id": invitation_id,
        "token_hash": token_hash(invitation_token(tokens, invitation_id, 1)).hex(),
        "delegate_hash": token_hash(delegate_token(tokens, invitation_id, 1)).hex(),
        "created_at": now,
    }


def _settled(row: StagedRow, invitation_id: UUID, written: set[UUID]) -> Settled:
    """Somebody with the same key was there first, brought by another list meanwhile: nothing is written twice."""
    return (row.line, RowState.IMPORTED, invitation_id, []) if invitation_id in written else (row.line, RowState.SKIPPED, None, [])


def _older(row: StagedRow, earlier: dict[int, UUID]) -> UUID | None:
    if row.twin is None:
        return None
    return row.twin.invitation_id or (earlier.get(row.twin.line) if row.twin.line else None)


def _events(row: StagedRow) -> Sequence[tuple[UUID, UUID | None]]:
    details: Details | None = row.details
    return list(details.events.items()) if details else []


def _merged(row: StagedRow, invitation_id: UUID, added: set[tuple[UUID, UUID]]) -> Settled:
    events = [event_id for event_id, _pool in _events(row) if (invitation_id, event_id) in added]
    return (row.line, RowState.MERGED if events else RowState.SKIPPED, invitation_id, events)


async def _finish_or_wait(tx: Connection, list_: Import, job: Job, *, now: datetime) -> None:
    """Lines that are left but locked are another worker's; if that one dies, somebody has to come back for them."""
    if not await _finish(tx, list_, now=now) and (await queries.progress_of(tx, list_.id)).ready:
        await insert_job(tx, JOB, job.payload, run_at=now + COME_BACK_AFTER)


async def _finish(tx: Connection, list_: Import, *, now: datetime) -> bool:
    """Whether the list is at its end by this call: of several workers the last one writes the entry."""
    counts: Progress | None = await running.finish_import(tx, list_.id, now)
    if counts:
        detail = {"imported": counts.imported, "merged": counts.merged, "skipped": counts.skipped, "bad": counts.bad}
        await _note(tx, list_, "guests_imported", actor=list_.actor, detail=detail)
    return counts is not None


async def _note(tx: Connection, list_: Import, action: str, *, actor: str, detail: Mapping[str, object]) -> None:
    await insert_audit_entry(tx, organiser_id=list_.organiser_id, actor=actor, action=action, subject=f"import:{list_.id}", detail=detail)
