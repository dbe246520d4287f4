"""The built front-end assets: from a source's name to the address of its hashed copy, and where the files lie."""

import json
from functools import cache
from pathlib import Path
from typing import Final

BUILT_FOLDER: Final = Path(__file__).parents[1] / "static" / "built"
"""Served under `/static`. Every served name carries a hash of its content, so it may be cached for ever."""

PDF_FONTS_FOLDER: Final = BUILT_FOLDER / "fonts" / "pdf"
"""TrueType files for typst: Newsreader, Instrument Sans (Latin with ł, ő, ż) and Noto Sans JP (kanji, variation selectors)."""


class AssetsNotBuilt(RuntimeError):
    """The package was put in place without its build step; nothing can be shown before that is done."""

    def __init__(self) -> None:
        super().__init__("The front-end assets are not built. Run `make setup` (or `uv sync`) once.")


class UnknownAsset(KeyError):
    """A template asks for a file that has no source under `static/css`, `static/js` or `static/img`."""


def asset(name: str) -> str:
    """Address of the current build of a source, such as `asset("app.css")` → `/static/app-1A2B3C4D.css`."""
    try:
        return f"/static/{_manifest()[name]}"
    except KeyError:
        raise UnknownAsset(name) from None


@cache
def _manifest() -> dict[str, str]:
    try:
        text = (BUILT_FOLDER / "manifest.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AssetsNotBuilt from None
    manifest: dict[str, str] = json.loads(text)
    return manifest
