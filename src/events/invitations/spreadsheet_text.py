"""CSV in whatever encoding and with whatever separator a spreadsheet program wrote it.

Excel writes Windows-1252 in Germany, CP932 (Shift_JIS with Microsoft's additions) in Japan, UTF-8 with a byte order mark on
demand, and UTF-16 for "Unicode text". Nothing in the file says which, so bytes that are no UTF-8 are read as what looks most
like writing; the organiser sees the outcome and may say otherwise.
"""

import codecs
import csv
import io
import re

from events.kit.i18n import N_

from .spreadsheet import FileRefused, NotAList, Table, TableRow, TooLongCell, table

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "cp1252", "iso8859-15")
_SEPARATORS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Real Japanese text comes in runs; what Latin letters look like in CP932 stands alone between ASCII letters.
_JAPANESE_RUN = re.compile(r"[ぁ-んァ-ヶー々一-鿿ｦ-ﾟ]{2,}")
_LATIN_LETTER = re.compile(r"[À-ÖØ-öø-ÿŠšŽžŒœŸ]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_ONLY_IN_1252 = re.compile(rb"[\x80-\x9f]")
# Letters in ISO 8859-15, signs such as ¨ and ½ in Windows-1252: Š š Ž ž Œ œ Ÿ, beside a letter.
_LETTER_IN_8859_15 = re.compile(rb"[A-Za-z\xc0-\xff][\xa6\xa8\xb4\xb8\xbc\xbd]|[\xa6\xa8\xb4\xb8\xbc\xbd\xbe][a-z\xe0-\xff]")


class BrokenText(FileRefused):
    code = "broken_text"
    title = N_("Line %(line)s holds characters that cannot be read.")
    next_step = N_("Please save the list again as “CSV UTF-8”, or as an Excel workbook (XLSX).")


def read_text(content: bytes, encoding: str | None = None) -> Table:
    """The table in a text file, read as `encoding` or as what it seems to be. Raises `FileRefused`."""
    chosen = encoding if encoding in ENCODINGS else detected(content)
    text = _decoded(content, chosen)
    if "\0" in text:
        raise NotAList
    return table(_lines(text), encoding=chosen)


def detected(content: bytes) -> str:
    """The encoding that the bytes look like, one of `ENCODINGS`."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if wide := _unmarked_utf16(content):
        return wide
    if _is(content, "utf-8") or _meant_as_utf8(content):
        return "utf-8"
    if _looks_japanese(content):
        return "cp932"
    return "cp1252" if _ONLY_IN_1252.search(content) or not _LETTER_IN_8859_15.search(content) else "iso8859-15"


def _unmarked_utf16(content: bytes) -> str | None:
    """ASCII separators and line ends show in which half of each pair the zeros stand."""
    start = content[:2000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd < len(start) / 8:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _meant_as_utf8(content: bytes) -> bool:
    """A few broken bytes among many good sequences are damage, not another encoding."""
    whole = sum(len(found) for found in _UTF8_SEQUENCE.findall(content))
    return whole >= 20 and whole >= 0.9 * len(_HIGH.findall(content))


def _looks_japanese(content: bytes) -> bool:
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        return False
    japanese = sum(map(len, _JAPANESE_RUN.findall(text)))
    return japanese > len(_LATIN_LETTER.findall(content.decode("cp1252", "replace"))) / 4


def _decoded(content: bytes, encoding: str) -> str:
    mark = next((mark for mark, name in _MARKS if name == encoding and content.startswith(mark)), b"")
    body = content[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as fault:
        end = body[: fault.start].decode(encoding, "replace")
        raise BrokenText(line=end.count("\n") + 1) from None


def _lines(text: str) -> list[TableRow]:
    """The rows with the line on which each begins; cells in quotation marks may go on over several lines."""
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"\"?sep=(.)\"?\r?", first)  # Excel's own way to name the separator
    reader = csv.reader(io.StringIO(rest if said else text, newline=""), delimiter=said[1] if said else _separator(text))
    rows, before = [], 1 if said else 0
    offset = before
    try:
        for cells in reader:
            rows.append(TableRow(before + 1, cells))
            before = reader.line_num + offset
    except csv.Error:
        raise TooLongCell(line=before + 1) from None
    return rows


def _separator(text: str) -> str:
    """The one that stands most often in the header, outside of quotation marks."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_SEPARATORS, key=bare.count)
