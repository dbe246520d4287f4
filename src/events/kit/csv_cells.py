"""CSV that spreadsheets open with a double click.

UTF-8 with a byte order mark, without which Excel reads Ł and 髙 as rubbish; CRLF as RFC 4180 wants it. The separator follows
the page's language: a German Excel splits at semicolons, because its comma is the decimal mark; Japanese and English ones split
at commas. (A first line "sep=;" would serve both, but makes Excel forget the encoding.)
"""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
SEPARATORS = {"de": ";"}

# What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection), full-width forms included: Japanese Excel reads
# them as the same signs. Such a cell is shown as text by the apostrophe before it.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell as text, never as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def as_typed(cell: str) -> str:
    """What `harmless` made of a cell, back again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_SIGNS) else cell


class CsvPaper:
    """Lines are written, and taken away as bytes whenever enough have come together."""

    def __init__(self, language: str, header: Iterable[str]) -> None:
        self._decimal_mark = "," if language == "de" else "."
        self._paper = io.StringIO()
        self._writer = csv.writer(self._paper, delimiter=SEPARATORS.get(language, ","), lineterminator="\r\n")
        first, *others = header
        self._writer.writerow([BYTE_ORDER_MARK + first, *others])

    def write(self, cells: Iterable[str | float]) -> None:
        self._writer.writerow([harmless(cell) if isinstance(cell, str) else self._number(cell) for cell in cells])

    def _number(self, cell: float) -> str:
        """As the spreadsheet of that language reads a number; a German one would take 1.5 for the first of May."""
        return f"{cell:.15g}".replace(".", self._decimal_mark)

    def take(self) -> bytes:
        text = self._paper.getvalue()
        self._paper.seek(0)
        self._paper.truncate()
        return text.encode("utf-8")
