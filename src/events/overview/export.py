"""The guest list as a file: CSV that spreadsheets open with a double click, or a workbook whose cells keep their type.

The event's own questions follow as columns, those for security aside.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter

from events.kit.csv_cells import CsvPaper
from events.kit.database import Connection, Pool
from events.kit.i18n import N_, local, use_language
from events.kit.i18n import gettext as _
from events.programme.model import Event
from events.questions.model import Kind, Question, Sensitivity
from events.questions.presentation import cell
from events.questions.queries import all_questions_of_event, file_names_of_event

from .guest_queries import guest_records
from .listing import Listing
from .model import GuestRecord
from .presentation import FLAG_WORDS, STATE_WORDS

LINES_AT_ONCE = 200

COLUMNS = (
    N_("State"),
    N_("Honorific"),
    N_("Family name"),
    N_("Given name"),
    N_("Family name (kana)"),
    N_("Given name (kana)"),
    N_("Family name (Latin)"),
    N_("Given name (Latin)"),
    N_("Company"),
    N_("Department"),
    N_("Position"),
    N_("E-mail"),
    N_("Language"),
    N_("Contingent"),
    N_("Table"),
    N_("Diet"),
    N_("Access needs"),
    N_("Notes"),
    N_("Signed up through"),
    N_("Signed up at (%(zone)s)"),
    N_("Arrived at (%(zone)s)"),
    N_("Left at (%(zone)s)"),
)
_SOURCES = {
    "form": N_("Form"),
    "api": N_("API"),
    "walk_in": N_("Walk-in"),
    "import": N_("Import"),
    "demo": N_("Demo"),
    "invitation": N_("Invitation"),
}


Cell = str | float | bool | date | datetime | None


async def guests_as_csv(pool: Pool, event: Event, listing: Listing, language: str) -> AsyncIterator[bytes]:
    """The file in pieces; all of it shows the same moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        questions, file_names = await _asked(connection, event)
        with use_language(language):
            paper = CsvPaper(language, _header(event, questions))
        written = 0
        async for record in guest_records(connection, event.id, listing):
            with use_language(language):
                paper.write([_plain(value) for value in _cells(record, event.time_zone, questions, file_names)])
            written += 1
            if written % LINES_AT_ONCE == 0:
                yield paper.take()
    yield paper.take()


async def guests_as_workbook(pool: Pool, event: Event, listing: Listing, language: str) -> bytes:
    """The same as an Excel workbook: dates, numbers, yes and no are what they are."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        questions, file_names = await _asked(connection, event)
        records = [record async for record in guest_records(connection, event.id, listing)]
    with use_language(language):
        rows: list[Sequence[Cell]] = [
            _header(event, questions),
            *(_cells(record, event.time_zone, questions, file_names) for record in records),
        ]
    return await asyncio.to_thread(_workbook, rows)


def _workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    paper = io.BytesIO()
    # Without the second option texts such as "=1+1" or an address would come alive.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(paper, options)
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, column, value, moment)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, datetime.combine(value, datetime.min.time()), day)
            elif value not in ("", None):
                sheet.write(number, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows) - 1), len(rows[0]) - 1)
    book.close()
    return paper.getvalue()


async def _asked(db: Connection, event: Event) -> tuple[list[Question], dict[UUID, str]]:
    """The questions with a column of their own, withdrawn ones with answers included, and what files are called."""
    every = await all_questions_of_event(db, event.id)
    questions = [question for question in every if question.sensitivity != Sensitivity.SECURITY]
    asks_files = any(question.kind == Kind.FILE for question in questions)
    return questions, await file_names_of_event(db, event.id) if asks_files else {}


def _header(event: Event, questions: Sequence[Question]) -> list[str]:
    fixed = [_(column) % {"zone": event.time_zone} if "%" in column else _(column) for column in COLUMNS]
    return fixed + [local(question.label) for question in questions]


def _plain(value: Cell) -> str | float:
    """The cell in a file that knows text and numbers only."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _cells(record: GuestRecord, zone: str, questions: Sequence[Question], file_names: dict[UUID, str]) -> list[Cell]:
    return [
        _(STATE_WORDS[record.state][0]),
        record.honorific,
        record.family_name,
        record.given_name,
        record.family_name_kana,
        record.given_name_kana,
        record.family_name_latin,
        record.given_name_latin,
        record.company,
        record.department,
        record.job_title,
        record.email,
        record.locale,
        local(record.contingent),
        record.table_name or "",
        record.diet,
        record.access_needs,
        ", ".join(_(FLAG_WORDS[flag]) for flag in record.flags),
        _(_SOURCES[record.source]),
        _moment(record.registered_at, zone),
        _moment(record.arrived_at, zone),
        _moment(record.left_at, zone),
        *(cell(question, record.answers.get(question.id), file_names) for question in questions),
    ]


def _moment(at: datetime | None, zone: str) -> datetime | None:
    """On the event's own clock, to the minute."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0) if at else None
