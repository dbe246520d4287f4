"""The built assets and the rules for their sources: hashed names, small bundles, nothing third-party and nothing inline."""

import gzip
import json
import re
from pathlib import Path

import pytest

from events.kit import assets
from events.kit.assets import BUILT_FOLDER, PDF_FONTS_FOLDER, AssetsNotBuilt, UnknownAsset, asset

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src" / "events" / "static"
TEMPLATES = ROOT / "templates"
HASHED = re.compile(r"[\w.@/-]+-[0-9A-Za-z]{8}\.(css|js|wasm|woff2|svg|png)")
BUNDLES = ("app.css", "organiser.css", "door.css", "host.css", "contacts.css")
BUNDLE_BYTES = 9_000  # compressed; the prototype of the whole look took 6,600
DOOR_BYTES = 12_000  # the door's own also holds seven faces of verdicts, questions, sheets and the kiosk; a phone keeps it for the evening
ORGANISER_BYTES = 10_000  # the desk's: boards, lists, imports, mails, badges; fetched once a day, over a better line than a guest's
SCRIPT_BYTES = 9_000  # compressed, for one behaviour of a page
DOOR_SCRIPT_BYTES = 18_000  # the whole door without a network: list, rules, records, search; kept on the phone as well


def _manifest() -> dict[str, str]:
    manifest: dict[str, str] = json.loads((BUILT_FOLDER / "manifest.json").read_text())
    return manifest


def _compressed(name: str) -> int:
    return len(gzip.compress((BUILT_FOLDER / _manifest()[name]).read_bytes(), 9))


def test_manifest_names_a_hashed_file_for_every_entry() -> None:
    manifest = _manifest()
    scripts = {path.name for path in (STATIC / "js").glob("*.js") if not path.name.startswith("_")}
    pictures = {path.name for path in (STATIC / "img").iterdir()}
    assert {*BUNDLES, *scripts, *pictures, "zxing_reader.wasm"} - manifest.keys() == set()
    assert [target for target in manifest.values() if not HASHED.fullmatch(target)] == []
    assert [target for target in manifest.values() if not (BUILT_FOLDER / target).is_file()] == []


def test_asset_is_the_address_of_the_current_build() -> None:
    assert asset("app.css") == f"/static/{_manifest()['app.css']}"


def test_unknown_asset_is_named() -> None:
    with pytest.raises(UnknownAsset, match=r"wallpaper\.css"):
        asset("wallpaper.css")


def test_unbuilt_assets_ask_for_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "BUILT_FOLDER", tmp_path)
    with pytest.raises(AssetsNotBuilt, match="make setup"):
        assets._manifest.__wrapped__()


@pytest.mark.parametrize("name", BUNDLES)
def test_stylesheet_stays_small(name: str) -> None:
    budgets = dict.fromkeys(BUNDLES, BUNDLE_BYTES) | {"door.css": DOOR_BYTES, "organiser.css": ORGANISER_BYTES}
    assert _compressed(name) < budgets[name]


def test_page_scripts_stay_small() -> None:
    sizes = {name: _compressed(name) for name in _manifest() if name.endswith(".js") and not name.endswith(".worker.js")}
    budgets = dict.fromkeys(sizes, SCRIPT_BYTES) | {"door.js": DOOR_SCRIPT_BYTES}
    assert {name: size for name, size in sizes.items() if size > budgets[name]} == {}


def test_stylesheets_and_scripts_fetch_nothing_from_elsewhere() -> None:
    addresses = re.compile(r"""(?:url\(|@import|from|import\()\s*["']?(https?:)?//""")
    bundles = [*BUILT_FOLDER.glob("*.css"), *BUILT_FOLDER.glob("*.js")]
    assert [path.name for path in bundles if addresses.search(path.read_text())] == []


def test_pdf_fonts_are_truetype_files() -> None:
    kinds = {path.name: path.read_bytes()[:4] for path in PDF_FONTS_FOLDER.iterdir()}
    assert kinds == dict.fromkeys(
        [
            "InstrumentSans_400Regular.ttf",
            "InstrumentSans_600SemiBold.ttf",
            "Newsreader_500Medium.ttf",
            "NotoSansJP_400Regular.ttf",
            "NotoSansJP_700Bold.ttf",
        ],
        b"\0\1\0\0",
    )


@pytest.mark.parametrize("folder", ["css", "js"])
def test_sources_are_our_own_plain_files(folder: str) -> None:
    sources = list((STATIC / folder).iterdir())
    longest = {path.name: len(path.read_text().splitlines()) for path in sources}
    widest = {path.name: max(map(len, path.read_text().splitlines()), default=0) for path in sources}
    assert {name: lines for name, lines in longest.items() if lines > 350} == {}
    assert {name: columns for name, columns in widest.items() if columns > 180} == {}  # a minified library has lines of thousands


def test_each_stylesheet_belongs_to_a_bundle() -> None:
    imports = re.compile(r'@import "\./([\w-]+\.css)"')
    imported = {name for path in (STATIC / "css").iterdir() for name in imports.findall(path.read_text())}
    assert {path.name for path in (STATIC / "css").iterdir()} - imported == set(BUNDLES)


def test_lock_file_names_no_host_of_packages() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_templates_have_neither_inline_scripts_nor_inline_styles() -> None:
    inline = re.compile(r"""<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=["']|javascript:""", re.IGNORECASE)
    pages = [path for path in TEMPLATES.rglob("*.html") if "mail" not in path.relative_to(TEMPLATES).parts]
    found = {path.relative_to(TEMPLATES).as_posix(): inline.findall(path.read_text()) for path in pages}
    assert {name: matches for name, matches in found.items() if matches} == {}
