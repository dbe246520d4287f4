"""Excel workbooks. What a hostile or a damaged file could do to the process is ruled out before the reader sees it.

The reader lays a sheet out as a full rectangle: one cell in the last corner of an empty sheet would cost 17 billion cells. So the
archive is looked through first: its size when unpacked, and how far the filled cells reach.
"""

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from events.kit.i18n import N_

from .spreadsheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    WORKBOOK,
    EmptyList,
    FileRefused,
    NotAList,
    Table,
    TableRow,
    TooManyColumns,
    TooManyRows,
    table,
)

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a compound file: an old .xls, or a workbook behind a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED_BYTES = 80_000_000  # 20,000 lines of 30 columns take about 25 MB
_SPARE_ROWS = 1_000  # empty lines between the filled ones
_CHUNK = 1_000_000
# Every cell has to be understood, or a hostile one could stand anywhere: one that holds something names its place, one that is
# merely coloured closes itself.
_NAME = rb"<(?:[^\s<>/:!?]+:)?c"
_CELL = re.compile(_NAME + rb"[\s/>]")
_EMPTY = re.compile(_NAME + rb"(?:\s[^<>]{0,300})?/>")
_FILLED = re.compile(_NAME + rb"""\s(?:[^<>]{0,150}?\s)?r=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]{0,150}?(?<!/)>""")


class BehindPassword(FileRefused):
    code = "behind_password"
    title = N_("This workbook is protected by a password.")
    next_step = N_("Please remove the password in Excel (File › Info › Protect Workbook) and save the file again.")


class OldWorkbook(FileRefused):
    code = "old_workbook"
    title = N_("This is a workbook of an old Excel (XLS).")
    next_step = N_("Open it in your spreadsheet program and save it as XLSX or CSV.")


class BrokenWorkbook(FileRefused):
    code = "broken_workbook"
    title = N_("This workbook is damaged and cannot be read.")
    next_step = N_("Open it in your spreadsheet program and save it as XLSX or CSV.")


class MergedCells(FileRefused):
    code = "merged_cells"
    title = N_("The cells %(cells)s are merged, so it is not certain what belongs to whom.")
    next_step = N_("Please split merged cells (in Excel: Home › Merge & Center) and save the file again.")


def read_book(content: bytes) -> Table:
    """The first sheet that holds anything. Raises `FileRefused`."""
    if content.startswith(OLD_OFFICE):
        raise BehindPassword if _ENCRYPTED in content else OldWorkbook
    _look_through(content)
    try:
        return _first_filled(CalamineWorkbook.from_filelike(io.BytesIO(content)))
    except FileRefused:
        raise
    except BaseException as fault:  # the reader's panics are no Exceptions
        if isinstance(fault, KeyboardInterrupt | SystemExit):
            raise
        raise BrokenWorkbook from None


def _look_through(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise NotAList
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise TooManyRows
            for entry in archive.infolist():
                _look_at(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        raise BrokenWorkbook from None


def _look_at(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpacks an entry piece by piece, each ending with a tag; an entry that is longer than it says fails its checksum."""
    with archive.open(entry) as stream:
        rest = b""
        while piece := stream.read(_CHUNK):
            if entry.filename.endswith(".xml"):  # sheets may stand anywhere
                whole, end, rest = (rest + piece).rpartition(b">")
                if len(rest) > _CHUNK or b"\0" in rest:
                    raise BrokenWorkbook
                _check_reach(whole + end)


def _check_reach(piece: bytes) -> None:
    places = _FILLED.findall(piece)
    if b"\0" in piece or len(_CELL.findall(piece)) != len(places) + len(_EMPTY.findall(piece)):
        raise BrokenWorkbook
    widest = longest = 0
    for column, row in places:
        widest, longest = max(widest, _number(column)), max(longest, int(row))
    if widest > MOST_COLUMNS:
        raise TooManyColumns(columns=widest)
    if longest > MOST_ROWS + _SPARE_ROWS:
        raise TooManyRows


def _number(letters: bytes) -> int:
    """AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _first_filled(book: CalamineWorkbook) -> Table:
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    for name in visible:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None and sheet.end is not None:
            _refuse_merged(sheet)
            rows = sheet.to_python(skip_empty_area=False)
            lines = [TableRow(line, [_text(cell) for cell in row]) for line, row in enumerate(rows, start=1)]
            return table(lines, encoding=WORKBOOK, sheet=name if len(visible) > 1 else "")
    raise EmptyList


def _refuse_merged(sheet: CalamineSheet) -> None:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        raise MergedCells(cells=f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}")


def _letters(column: int) -> str:
    """0 → A, 27 → AB."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _text(cell: Any) -> str:
    """What the sheet shows, as far as that is plain: whole numbers without a point, dates as in ISO 8601."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
