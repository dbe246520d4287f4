"""A file as it was uploaded → a table, whatever program wrote it."""

from .import_model import Sample
from .spreadsheet import MOST_BYTES, WORKBOOK, EmptyList, FileTooLarge, NotAList, Table
from .spreadsheet_book import OLD_OFFICE, read_book
from .spreadsheet_text import read_text

_ARCHIVE = b"PK\x03\x04"
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"\x1f\x8b", b"<!DOCTYPE", b"<html", b"<?xml")
_SAMPLE_ROWS = 3


def read_file(content: bytes, encoding: str | None = None) -> Table:
    """The table in the file; a text is read as `encoding`, or as what it seems to be. Raises `FileRefused`."""
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    if not content.strip():
        raise EmptyList
    if content.startswith((_ARCHIVE, OLD_OFFICE)):
        return read_book(content)
    if content.startswith(_OTHER_FILES):
        raise NotAList
    return read_text(content, None if encoding == WORKBOOK else encoding)


def sample_of(table: Table) -> Sample:
    """The headings and the first lines."""
    return Sample(table.header, [row.cells for row in table.rows[:_SAMPLE_ROWS]], len(table.rows), table.sheet)
