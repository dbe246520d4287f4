"""A list as a file → a table of texts: comma-, semicolon- or tab-separated in many encodings, or a workbook (xlsx).

Nothing inside a cell is changed; only blanks around it go, full-width ones among them, and the apostrophe with which our own files
keep a cell from being a formula. Every row keeps the line number that the reader's own program shows.
"""

import msgspec

from events.kit.csv_cells import as_typed
from events.kit.errors import DomainError
from events.kit.i18n import N_

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 5_000  # longer cells are a forgotten quotation mark that swallowed what follows
WORKBOOK = "xlsx"  # what stands in place of an encoding


class FileRefused(DomainError):
    """The file as a whole cannot be read; `title` says why, `next_step` how to mend it."""

    status = 422
    code = "file_refused"


class NoFile(FileRefused):
    code = "no_file"
    title = N_("No file was chosen.")
    next_step = N_("Choose a file of the type CSV or XLSX.")


class FileTooLarge(FileRefused):
    code = "file_too_large"
    title = N_("This file is larger than 10 MB.")
    next_step = N_("Please split the list into several files.")


class NotAList(FileRefused):
    code = "not_a_list"
    title = N_("This file is neither a CSV file nor an Excel workbook (XLSX).")
    next_step = N_("Open it in your spreadsheet program and save it as XLSX or CSV.")


class EmptyList(FileRefused):
    code = "empty_list"
    title = N_("This list is empty.")
    next_step = N_("The first line must hold the headings, each further line one person.")


class OnlyHeadings(FileRefused):
    code = "only_headings"
    title = N_("This list has headings, but nobody in it.")
    next_step = N_("Please enter one person a line below the headings.")


class TooManyRows(FileRefused):
    code = "too_many_rows"
    title = N_("This list has more than 20,000 lines.")
    next_step = N_("Please split the list into several files.")


class TooManyColumns(FileRefused):
    code = "too_many_columns"
    title = N_("This list has %(columns)s columns; up to 200 can be read.")
    next_step = N_("Please delete the columns that are not needed and save the file again.")


class TooLongCell(FileRefused):
    code = "too_long_cell"
    title = N_("Line %(line)s holds a cell that is too long.")
    next_step = N_("Often a quotation mark was opened there and never closed. Please correct that line and save the file again.")


class TableRow(msgspec.Struct, frozen=True):
    """One line below the headings. `line` is the number that a spreadsheet or an editor shows."""

    line: int
    cells: list[str]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it was read: `encoding` names how, `sheet` which page of a workbook with several."""

    header: list[str]
    rows: list[TableRow]
    encoding: str
    sheet: str = ""


def table(lines: list[TableRow], *, encoding: str, sheet: str = "") -> Table:
    """The first line that holds anything is the header; empty lines are left out. Raises `FileRefused`."""
    filled = [TableRow(row.line, cells) for row in lines if any(cells := [_kept(cell) for cell in row.cells])]
    if not filled:
        raise EmptyList
    header = _without_empty_end(filled[0].cells)
    widest = max(len(header), *(len(_without_empty_end(row.cells)) for row in filled[:100]))
    if widest > MOST_COLUMNS:
        raise TooManyColumns(columns=widest)
    if len(filled) == 1:
        raise OnlyHeadings
    if len(filled) > MOST_ROWS + 1:
        raise TooManyRows
    for row in filled:
        if max(map(len, row.cells)) > LONGEST_CELL:
            raise TooLongCell(line=row.line)
    rows = [TableRow(row.line, _without_empty_end(row.cells)) for row in filled[1:]]
    return Table(header=header, rows=rows, encoding=encoding, sheet=sheet)


def _kept(cell: str) -> str:
    """The cell without blanks around it. A zero byte, which no database takes, becomes the sign for a character that was lost."""
    return as_typed(cell.strip()).replace("\0", "\ufffd")


def _without_empty_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
