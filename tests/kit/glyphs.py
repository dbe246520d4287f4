"""Looks into PDFs for empty boxes: glyph 0 of a font (".notdef"), which is drawn where a font lacks a character."""

import io
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream


def boxes(pdf: bytes) -> int:
    """How many characters of all pages are drawn as glyph 0. The fonts are CID fonts with two bytes a glyph (Identity-H)."""
    return sum(_boxes_of_page(page) for page in PdfReader(io.BytesIO(pdf)).pages)


def faces(pdf: bytes) -> set[str]:
    """The families that are embedded, without subset prefix and style."""
    found: set[str] = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in _fonts(page).values():
            found.add(str(font.get_object()["/BaseFont"]).removeprefix("/").split("+")[-1].split("-")[0])
    return found


def _boxes_of_page(page: PageObject) -> int:
    assert all(font.get_object()["/Encoding"] == "/Identity-H" for font in _fonts(page).values())
    content = page.get_contents()
    assert isinstance(content, ContentStream)
    shown = [operand for operands, operator in content.operations if operator in (b"Tj", b"TJ") for operand in operands]
    return sum(_glyphs(operand).count(0) for operand in shown)


def _glyphs(operand: Any) -> list[int]:
    texts = operand if isinstance(operand, list) else [operand]
    codes = b"".join(text.original_bytes for text in texts if hasattr(text, "original_bytes"))
    return [int.from_bytes(codes[i : i + 2], "big") for i in range(0, len(codes), 2)]


def _fonts(page: PageObject) -> dict[str, Any]:
    resources: Any = page["/Resources"].get_object()
    fonts: dict[str, Any] = resources.get("/Font", {})
    return fonts
