"""Papers: what a guest types is text, boxes are noticed, the loop stays free."""

import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from events.kit.pdf import draw, typeset, typeset_strictly
from tests.kit.glyphs import boxes, faces

MADE_AT = datetime(2027, 4, 1, 9, 30, 15, 123456, tzinfo=UTC)
SOURCE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "Paper")
#set text(font: ("Newsreader", "Noto Sans JP"), lang: "en")
= #data.name
"""
UNKNOWN_TO_ALL_FONTS = "\U000f1234"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "paper.typ"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize("name", ["#panic()", '"; #read("/etc/passwd")', "= *bold* $x$ @ref <label>", "\\u{41} // comment", "]#[", "`raw`"])
async def test_markup_in_data_stays_text(template: Path, name: str) -> None:
    assert _text(await typeset(template, {"name": name}, made_at=MADE_AT)) == name


async def test_paper_is_archivable_and_accessible(template: Path) -> None:
    catalogue: Any = PdfReader(io.BytesIO(await typeset(template, {"name": "Jörg"}, made_at=MADE_AT))).trailer["/Root"]
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/Lang"]) == (True, "en")
    metadata = catalogue["/Metadata"].get_object().get_data().decode()
    assert ("<pdfaid:part>3</pdfaid:part>" in metadata, "<pdfuaid:part>1</pdfuaid:part>" in metadata) == (True, True)


async def test_same_data_make_the_same_paper(template: Path) -> None:
    first, second = [await typeset(template, {"name": "Łukasz"}, made_at=MADE_AT) for _ in range(2)]
    assert first == second


def test_character_without_a_glyph_is_refused_by_the_strict_way(template: Path) -> None:
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typeset_strictly(template, {"name": UNKNOWN_TO_ALL_FONTS}, made_at=MADE_AT)


async def test_character_without_a_glyph_leaves_one_box(template: Path) -> None:
    assert boxes(await typeset(template, {"name": f"A{UNKNOWN_TO_ALL_FONTS}B"}, made_at=MADE_AT)) == 1
    assert boxes(await typeset(template, {"name": "AB"}, made_at=MADE_AT)) == 0


async def test_our_own_faces_are_used(template: Path) -> None:
    assert faces(await typeset(template, {"name": "Łukasz 葛󠄀"}, made_at=MADE_AT)) == {"Newsreader", "NotoSansJP"}


async def test_loop_goes_on_while_papers_are_set(template: Path) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    clock = asyncio.create_task(tick())
    long_text = "Ein langer Absatz. " * 20_000
    await typeset(template, {"name": long_text}, made_at=MADE_AT)
    clock.cancel()
    assert ticks > 10


def _text(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


async def test_picture_of_a_paper_needs_no_face(template: Path) -> None:
    svg = (await draw(template, {"name": "Łukasz 葛󠄀"}, made_at=MADE_AT)).decode()
    assert (svg.startswith("<svg"), "<text" in svg, "Łukasz" in svg) == (True, False, False)
