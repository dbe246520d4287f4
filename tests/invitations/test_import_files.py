"""Files as spreadsheet programs of three countries write them, and files that are none."""

import io
import zipfile

import pytest
import xlsxwriter

from events.invitations.import_files import read_file
from events.invitations.spreadsheet import EmptyList, FileRefused, NotAList, OnlyHeadings, TooManyColumns, TooManyRows
from events.invitations.spreadsheet_book import BehindPassword, BrokenWorkbook, MergedCells, OldWorkbook
from events.invitations.spreadsheet_text import BrokenText
from tests.invitations.import_builders import book_of, csv_of

GERMAN = [("Müßig-Großäcker", "Jörg", "joerg@example.com", "Beispiel Sensorik AG"), ("Käse", "Zoë", "z@example.com", "Café")]
JAPANESE = [("髙見本", "一郎", "ichiro@example.com", "株式会社みほん光学"), ("見本", "花子", "hanako@example.com", "例示電機")]
POLISH = [("Przykład", "Łukasz", "lukasz@example.com", "")]
HALF_WIDTH = [("ﾐﾎﾝ", "ﾊﾅｺ", "hanako@example.com", "ﾐﾎﾝ光学")]


def people(content: bytes) -> list[tuple[str, ...]]:
    table = read_file(content)
    return [(*row.cells, *[""] * (len(table.header) - len(row.cells))) for row in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("rows", "encoding"),
    [
        (GERMAN + JAPANESE + POLISH, "utf-8"),
        (GERMAN + JAPANESE + POLISH, "utf-8-sig"),
        (GERMAN + JAPANESE + POLISH, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (JAPANESE, "cp932"),
        (JAPANESE[:1], "cp932"),
        (HALF_WIDTH, "cp932"),
        (GERMAN, "cp1252"),
        (GERMAN[:1], "cp1252"),
        (GERMAN, "iso8859-15"),
    ],
)
def test_text_is_read_whatever_wrote_it(rows: list[tuple[str, ...]], encoding: str, separator: str) -> None:
    assert people(csv_of(*rows, separator=separator, encoding=encoding)) == rows


def test_letters_of_iso_8859_15_are_told_from_windows_1252() -> None:
    rows = [("Škoda", "Žofie", "zofie@example.com", "Œuvre"), ("Müller", "Jörg", "joerg@example.com", "")]

    assert people(csv_of(*rows, encoding="iso8859-15")) == rows
    assert people(csv_of(*rows, encoding="cp1252")) == rows


def test_cells_go_on_over_lines_and_keep_the_number_of_the_first() -> None:
    content = b'Name,Company\r\n"A","one\r\ntwo"\r\n\r\n"B","say ""yes"", please"\r\n'

    assert [(row.line, row.cells) for row in read_file(content).rows] == [(2, ["A", "one\r\ntwo"]), (5, ["B", 'say "yes", please'])]


def test_only_blanks_around_a_cell_go() -> None:
    content = "Name,Company\n\u3000 見本\u3000花子 \u3000,\u00a0A  B\u00a0\n".encode()

    assert people(content) == [("見本\u3000花子", "A  B")]


def test_separator_named_by_excel_is_taken() -> None:
    assert read_file(b"sep=;\r\nName;Company, Ltd\r\nA;B\r\n").header == ["Name", "Company, Ltd"]


def test_workbook_keeps_its_lines_and_types() -> None:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.add_worksheet("Empty")
    sheet = book.add_worksheet("Guests")
    sheet.write_row(2, 0, ["Name", "Number", "Yes"])
    sheet.write_row(4, 0, ["葛\U000e0100例", 2, True])
    book.close()

    table = read_file(output.getvalue())

    assert (table.header, table.sheet, [(row.line, row.cells) for row in table.rows]) == (
        ["Name", "Number", "Yes"],
        "Guests",
        [(5, ["葛\U000e0100例", "2", "yes"])],
    )


def merged() -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Name", "Given name"])
    sheet.merge_range("A2:B2", "Erika Platzhalter")
    book.close()
    return output.getvalue()


def far_corner() -> bytes:
    """Laid out as a rectangle this would be 17 billion cells."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Name")
    sheet.write(1_048_575, 0, "last")
    book.close()
    return output.getvalue()


def broken(content: bytes) -> bytes:
    """The workbook with its sheet cut short."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(output, "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, whole.read(name)[:200])
    return output.getvalue()


def with_sheet(cells: str) -> bytes:
    """A workbook whose sheet holds these cells, written by somebody who means no good."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book_of(("a", "b", "c", "d")))) as whole, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as other:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<sheetData>", f"<sheetData>{cells}".encode())
            other.writestr(name, content)
    return output.getvalue()


FAR = "<v>1</v></c></row>"
HOSTILE = [
    f'<row r="20000"><c><v>1</v></c>{FAR}',
    f'<row><c {" " * 400}r="XFD1">{FAR}',
    f'<row><c s="1"\n r="XFD1048576">{FAR}',
    f"<row><a-b:c xmlns:a-b='x' r='ZZ1'>{FAR}",
    f'<row><c r="$ZZ$1">{FAR}',
    f'<row><c r="A1" {"<c " * 300_000}>{FAR}',
    "<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>",
]


@pytest.mark.parametrize("cells", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_sheet_is_refused_before_it_is_laid_out(cells: str) -> None:
    with pytest.raises(FileRefused):
        read_file(with_sheet(cells))


def archive() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as other:
        other.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return output.getvalue()


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyList),
        (b"\xef\xbb\xbf", EmptyList),
        (b" \r\n ,, \r\n", EmptyList),
        (csv_of(), OnlyHeadings),
        (book_of(), OnlyHeadings),
        (book_of(header=[]), EmptyList),
        (csv_of(["x"] * 10_001, header=[f"c{n}" for n in range(10_001)]), TooManyColumns),
        (book_of(["x"] * 10_001, header=[f"c{n}" for n in range(10_001)]), TooManyColumns),
        (csv_of(*[("x", "", "", "")] * 20_001), TooManyRows),
        (far_corner(), TooManyRows),
        (b"%PDF-1.7 \n%\xe2\xe3", NotAList),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NotAList),
        (archive(), NotAList),
        (OLD_OFFICE, OldWorkbook),
        (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + bytes(600), BehindPassword),
        (merged(), MergedCells),
        (b"PK\x03\x04rubbish", BrokenWorkbook),
        (broken(book_of(("a", "b", "c", "d"))), BrokenWorkbook),
        (csv_of(*GERMAN * 10, encoding="utf-8").replace("Zoë".encode(), b"Zo\xeb", 1), BrokenText),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_a_reason(content: bytes, refusal: type[FileRefused]) -> None:
    with pytest.raises(FileRefused) as caught:
        read_file(content)

    assert type(caught.value) is refusal
    assert caught.value.say_next_step() != ""


def test_refusal_names_the_place() -> None:
    with pytest.raises(MergedCells) as caught:
        read_file(merged())
    assert caught.value.say() == "The cells A2:B2 are merged, so it is not certain what belongs to whom."

    with pytest.raises(BrokenText) as broken_text:
        read_file(csv_of(*GERMAN * 10).replace("Zoë".encode(), b"Zo\xeb", 1))
    assert broken_text.value.say() == "Line 3 holds characters that cannot be read."


def test_quotation_mark_that_is_never_closed_is_found() -> None:
    rows = "\n".join(f"Guest {number},g{number}@example.com" for number in range(500))

    with pytest.raises(FileRefused, match="too_long_cell") as caught:
        read_file(f'Name,E-mail\n"Open,open@example.com\n{rows}\n'.encode())

    assert caught.value.say() == "Line 2 holds a cell that is too long."


def test_file_names_every_formula_sign_back_as_it_was() -> None:
    assert people(b"Name,Company\nA,'=1+1\nB,'tis\n") == [("A", "=1+1"), ("B", "'tis")]
