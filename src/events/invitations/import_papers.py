"""Files to take away: an example to fill in, and the lines that need correction with what is wrong in each."""

import io
from collections.abc import AsyncIterator, Iterable

import xlsxwriter

from events.kit.csv_cells import CsvPaper
from events.kit.database import Executor
from events.kit.i18n import gettext as _
from events.kit.i18n import use_language

from . import import_queries as queries
from .import_columns import WORDS, Field
from .import_model import Import, Problem

_SHOWN = (
    Field.FAMILY_NAME,
    Field.GIVEN_NAME,
    Field.HONORIFIC,
    Field.FAMILY_NAME_KANA,
    Field.GIVEN_NAME_KANA,
    Field.FAMILY_NAME_LATIN,
    Field.GIVEN_NAME_LATIN,
    Field.EMAIL,
    Field.DELEGATE_EMAIL,
    Field.COMPANY,
    Field.DEPARTMENT,
    Field.JOB_TITLE,
    Field.LOCALE,
    Field.EVENTS,
    Field.CONTINGENT,
    Field.FLAGS,
    Field.COMPANIONS,
    Field.MAX_COMPANIONS,
    Field.COMPANIONS_BY,
    Field.ANSWER_BY,
)
_PEOPLE = (
    {"family_name": "Platzhalter", "given_name": "Erika", "honorific": "Dr.", "email": "erika.platzhalter@example.com"}
    | {"company": "Musterlinse GmbH", "department": "Optik", "job_title": "Geschäftsführerin", "locale": "de", "companions": "1"},
    {"family_name": "見本", "given_name": "花子", "family_name_kana": "ミホン", "given_name_kana": "ハナコ"}
    | {"family_name_latin": "Mihon", "given_name_latin": "Hanako", "email": "hanako.mihon@example.com"}
    | {"company": "株式会社みほん光学", "department": "光学開発部", "job_title": "部長", "locale": "ja", "flags": "vip"},
    {"family_name": "Contoh", "delegate_email": "office@example.com", "company": "Contoh Embassy", "locale": "en"},
)
_ROWS_AT_ONCE = 500


def example_csv(language: str) -> bytes:
    """The headings that are understood by themselves, and three people to show how."""
    with use_language(language):
        paper = CsvPaper(language, _headings())
    for person in _PEOPLE:
        paper.write(_cells(person))
    return paper.take()


def example_book(language: str) -> bytes:
    """The same as a workbook."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    with use_language(language):
        sheet = book.add_worksheet(_("Guests"))
        headings = _headings()
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": "@"})  # or a spreadsheet takes 1/2 for a date
    sheet.set_column(0, len(headings) - 1, 18, text)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for line, person in enumerate(_PEOPLE, start=1):
        for column, cell in enumerate(_cells(person)):
            if cell:
                sheet.write_string(line, column, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
    return output.getvalue()


async def bad_rows_csv(db: Executor, list_: Import, language: str) -> AsyncIterator[bytes]:
    """The lines that did not come in, as they were, after a column that says why. Corrected, the file can be brought again."""
    with use_language(language):
        paper = CsvPaper(language, [_("What is wrong"), *list_.sample.header])
    after = 0
    while rows := await queries.bad_rows(db, list_.id, after=after, limit=_ROWS_AT_ONCE):
        for row in rows:
            with use_language(language):
                paper.write([problem_text(row.problems), *row.cells])
        after = rows[-1].line
        yield paper.take()


def problem_text(problems: Iterable[Problem]) -> str:
    """Everything that is wrong with a line, in the current language."""
    return " · ".join(f"{field_word(problem)}: {said(problem)}" if problem.field else said(problem) for problem in problems)


def field_word(problem: Problem) -> str:
    return _(WORDS[Field(problem.field)]) if problem.field else _("Whole line")


def said(problem: Problem) -> str:
    return _(problem.text) % problem.words if problem.words else _(problem.text)


def _headings() -> list[str]:
    return [_(WORDS[field]) for field in _SHOWN]


def _cells(person: dict[str, str]) -> list[str]:
    return [person.get(field.value, "") for field in _SHOWN]
