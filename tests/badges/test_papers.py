"""Badges on paper: every name drawn whole in every script, codes readable, cards of the right size."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
import zxingcpp
from pypdf import PdfReader

from events.badges.model import Bearer, Code, FirstScript, Layout, Look
from events.badges.papers import paper, picture, sheets_pdf, single_pdf
from events.contacts.model import new_short_code, short_code
from events.demo.people import people
from events.door.paper_marks import line_mark, registration_of_mark
from events.kit.ids import new_id
from events.kit.pdf import typeset_strictly
from events.kit.places import templates_folder
from events.people.model import Person
from events.registration.model import GuestDetails
from tests.builders import BASE_URL, TOKENS, make_guest
from tests.kit.glyphs import boxes, faces
from tests.tickets.test_papers import dinner

NOW = datetime(2027, 4, 22, 9, 0, tzinfo=UTC)
HOUSE: dict[str, Any] = {"tokens": TOKENS, "base_url": BASE_URL}
MM = 72 / 25.4
HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", family_name_latin="Mihon", given_name_latin="Hanako",
    company="株式会社みほん光学", department="光学開発部", job_title="部長", flags=["speaker", "no_photo"],
)  # fmt: skip
NAMES = [
    HANAKO,
    make_guest("髙見本", "一郎"),
    make_guest("𠮷例", "次郎"),
    make_guest("葛󠄀例", "三郎"),
    make_guest("Müßig-Großäcker", "Jörg", honorific="Prof. Dr.-Ing.", company="Universität Beispielstadt"),
    make_guest("Przykład", "Łukasz"),
    make_guest("Contoh", ""),
    make_guest("Nguyễn", "Thị Ánh"),
    make_guest("Öhrchen-Übermuth", "Ágota"),
]


def bearer(guest: GuestDetails, **changes: Any) -> Bearer:
    person = msgspec.convert({name: getattr(guest, name) for name in Person.__struct_fields__}, Person)
    given: dict[str, Any] = {"registration_id": new_id(), "ticket_id": new_id(), "ticket_issue": 1, "is_host": False, "table_name": "7"}
    return Bearer(person=person, job_title=guest.job_title, flags=guest.flags, **(given | changes))


def read(pdf: bytes, page: int = 0) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[page].extract_text().split())


def drawn(pdf: bytes, page: int = 0, scale: float = 4) -> Any:
    return pdfium.PdfDocument(pdf)[page].render(scale=scale).to_pil()


@pytest.mark.parametrize("layout", [*Layout])
async def test_no_name_has_an_empty_box(layout: Layout) -> None:
    pdf = await sheets_pdf(dinner(), [bearer(guest) for guest in NAMES], Look(layout=layout), now=NOW, **HOUSE)
    assert boxes(pdf) == 0
    assert faces(pdf) <= {"InstrumentSans", "Newsreader", "NotoSansJP"}


@pytest.mark.parametrize("layout", [*Layout])
def test_sheets_keep_the_standards_of_papers(layout: Layout) -> None:
    data = paper(dinner(), [bearer(guest, is_host=True) for guest in NAMES], Look(layout=layout, qr=Code.MARK), **HOUSE)
    assert typeset_strictly(templates_folder() / "badges" / "sheet.typ", data, made_at=NOW).startswith(b"%PDF")


async def test_badge_names_its_bearer_in_three_scripts() -> None:
    pdf = await single_pdf(dinner(), bearer(HANAKO, is_host=True), Look(), now=NOW, **HOUSE)
    said = read(pdf)
    for words in (
        "見本 花子",
        "Hanako Mihon",
        "ミホン ハナコ",
        "株式会社みほん光学",
        "光学開発部 · 部長",
        "Table",
        "7",
        "Speaker",
        "Host",
        "No photo",
    ):
        assert words in said, words


async def test_what_is_not_wanted_is_not_there() -> None:
    look = Look(shows_roles=False, shows_table=False, words="ja")
    said = read(await single_pdf(dinner(), bearer(HANAKO, is_host=True), look, now=NOW, **HOUSE))
    assert [word for word in ("登壇者", "講演", "卓", "テーブル", "7") if word in said] == []
    assert "フォトニクス・センシング交流ディナー" in said


def test_latin_letters_stand_first_where_it_is_wanted() -> None:
    [native] = paper(dinner(), [bearer(HANAKO)], Look(), **HOUSE)["guests"]
    [latin] = paper(dinner(), [bearer(HANAKO)], Look(first_script=FirstScript.LATIN), **HOUSE)["guests"]
    assert (native["first"], native["second"]) == (["見本 花子"], ["Hanako", "Mihon"])
    assert (latin["first"], latin["second"]) == (["Hanako", "Mihon"], ["見本 花子"])


@pytest.mark.parametrize(
    ("layout", "size", "a_sheet"),
    [(Layout.CARD, (86, 54), 10), (Layout.FOLD, (105, 148), 4), (Layout.PLACE_CARD, (90, 90), 6)],
)
async def test_cards_have_their_size_and_fill_sheets(layout: Layout, size: tuple[int, int], a_sheet: int) -> None:
    one = PdfReader(io.BytesIO(await single_pdf(dinner(), bearer(HANAKO), Look(layout=layout), now=NOW, **HOUSE))).pages[0].mediabox
    guests = [bearer(make_guest(f"Gast {n}")) for n in range(a_sheet + 1)]
    sheets = PdfReader(io.BytesIO(await sheets_pdf(dinner(), guests, Look(layout=layout), now=NOW, **HOUSE))).pages
    assert (round(one.width / MM), round(one.height / MM)) == size
    assert [(round(sheet.mediabox.width / MM), round(sheet.mediabox.height / MM)) for sheet in sheets] == [(210, 297)] * 2


async def test_folded_cards_carry_the_name_on_both_sides() -> None:
    said = read(await single_pdf(dinner(), bearer(HANAKO), Look(layout=Layout.PLACE_CARD), now=NOW, **HOUSE))
    assert (said.count("見本 花子"), said.count("Hanako Mihon")) == (2, 2)


async def test_every_name_of_the_programme_fits() -> None:
    """Ink touches no edge of the card: nothing is cut off. The band at the top is the badge's own."""
    everybody = [person.guest for group in people().values() for person in group]
    longest = sorted(everybody, key=lambda guest: -len(f"{guest.honorific}{guest.given_name}{guest.family_name}{guest.family_name_latin}"))[
        :60
    ]
    far = [make_guest("X" * 60, "Y" * 60, company="株式会社" * 20, job_title="Leitung " * 20), make_guest("葛󠄀" * 40, "髙𠮷", company="A")]
    for layout in Layout:
        pdf = await _pages(layout, [*longest, *far])
        cut = [n for n, edges in enumerate(_inked_edges(pdf, layout)) if edges]
        assert cut == [], layout


async def test_broken_names_keep_every_character() -> None:
    name = "葛󠄀" * 40
    said = read(await single_pdf(dinner(), bearer(make_guest(name, "", company="A")), Look(), now=NOW, **HOUSE))
    assert len(re.findall("葛", said)) == 40
    assert boxes(await single_pdf(dinner(), bearer(make_guest(name, "")), Look(), now=NOW, **HOUSE)) == 0


async def test_code_is_a_mark_that_is_no_secret_or_the_ticket_if_wanted() -> None:
    one = bearer(HANAKO)
    marked, ticket, none = [await _codes(one, code) for code in (Code.MARK, Code.TICKET, Code.NONE)]
    assert marked == [line_mark(one.registration_id)]
    assert registration_of_mark(marked[0]) == one.registration_id
    assert ticket == [f"{BASE_URL.upper()}/T/{TOKENS.code('ticket', one.ticket_id, 1)}"]  # type: ignore[arg-type]
    assert none == []


async def test_code_of_a_contact_is_what_the_exchange_reads() -> None:
    """Only guests who take part have one; it is what they could be asked to read out."""
    code = new_short_code()
    with_card, without = bearer(HANAKO, contact_code=code), bearer(HANAKO)
    assert [await _codes(with_card, Code.CONTACT), await _codes(without, Code.CONTACT)] == [[code], []]
    assert short_code(code) == code


async def test_picture_is_drawn_with_outlines() -> None:
    svg = (await picture(dinner(), bearer(HANAKO), Look(), now=NOW, **HOUSE)).decode()
    assert (svg.count("<text"), svg.startswith('<svg viewBox="0 0 243.7'), "見本" in svg) == (0, True, False)


async def _codes(one: Bearer, code: Code) -> list[str]:
    image = drawn(await single_pdf(dinner(), one, Look(qr=code), now=NOW, **HOUSE))
    return [found.text for found in zxingcpp.read_barcodes(image)]


async def _pages(layout: Layout, guests: list[GuestDetails]) -> bytes:
    data = paper(dinner(), [bearer(guest, is_host=True) for guest in guests], Look(layout=layout, qr=Code.MARK), **HOUSE) | {"single": True}
    return typeset_strictly(templates_folder() / "badges" / "sheet.typ", data, made_at=NOW)


def _inked_edges(pdf: bytes, layout: Layout) -> list[bool]:
    """For every page, whether there is ink at its left, right or bottom edge (below the band)."""
    found = []
    for page in pdfium.PdfDocument(pdf):
        grey = page.render(scale=2).to_pil().convert("L")
        width, height = grey.size
        low = 0 if layout is Layout.PLACE_CARD else int(5 * MM * 2)
        middle = (height // 2 - low, height // 2 + low) if layout is Layout.FOLD else (0, low)
        rows = [y for y in range(height) if not middle[0] <= y < middle[1]]
        side = int(2 * MM * 2)
        found.append(any(grey.getpixel((x, y)) < 200 for y in rows for x in (*range(side), *range(width - side, width))))
    return found
