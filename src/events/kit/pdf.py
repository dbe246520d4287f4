"""Papers: a Typst template and data become an archivable, accessible PDF.

Data reaches the template only as one JSON document in `sys.inputs.data`, never as Typst source, so nothing a guest
types can be read as markup. Typesetting runs in a thread and needs no database: call it outside transactions.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import structlog
import typst

from .assets import PDF_FONTS_FOLDER

log = structlog.get_logger(__name__)


# PDF/A-3u keeps the text readable for decades, PDF/UA-1 readable aloud. Both refuse a character that no font can draw.
_STANDARDS: list["typst.PDFStandard"] = ["a-3u", "ua-1"]


async def typeset(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The PDF of a template. A character that no font has leaves a box and a warning in the log: a paper with a gap is better than none."""
    return await asyncio.to_thread(_typeset, template, data, made_at)


async def draw(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The first page as an SVG picture; its letters are outlines, so it looks the same where none of the faces is installed."""
    return await asyncio.to_thread(_drawn, template, data, made_at)


def typeset_strictly(template: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Blocking; raises `typst.TypstError` for whatever the standards forbid, above all a character that would be a box."""
    return _compiled(template, data, made_at, _STANDARDS)


def _typeset(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    try:
        return typeset_strictly(template, data, made_at=made_at)
    except typst.TypstError:  # its message quotes the text, which may be somebody's name
        log.warning("paper does not meet its standards", template=template.name)
        return _compiled(template, data, made_at, [])


def _drawn(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    picture = _compiler(template).compile(format="svg", sys_inputs=_inputs(data), timestamp=made_at.replace(microsecond=0))
    first = picture[0] if isinstance(picture, list) else picture
    if first is None:
        raise TypeError("a picture without a page")
    return first


def _compiled(template: Path, data: Mapping[str, Any], made_at: datetime, standards: list["typst.PDFStandard"]) -> bytes:
    pdf = _compiler(template).compile(
        format="pdf",
        sys_inputs=_inputs(data),
        pdf_standards=standards,
        timestamp=made_at.replace(microsecond=0),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is always one document")
    return pdf


def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(template, root=template.parent, font_paths=_fonts())


def _inputs(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": msgspec.json.encode(data).decode()}


@cache
def _fonts() -> typst.Fonts:
    """Our own faces first; the system's cover rarer scripts where they are installed (fonts-noto-cjk in the container)."""
    return typst.Fonts(include_system_fonts=True, font_paths=[PDF_FONTS_FOLDER])
