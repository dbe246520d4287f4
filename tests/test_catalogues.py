"""The catalogues of de, en and ja say everything that can be seen, and nothing that cannot."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from events.kit.i18n import CATALOGUES

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
TRANSLATED = ["de", "ja"]  # English is the source text; an English catalogue may only add plural forms or better words
MsgId = str | tuple[str, str]


@cache
def said() -> dict[MsgId, str]:
    """Every message in sources and templates, with the first place where it is said."""
    found: dict[MsgId, str] = {}
    sources = [(ROOT / "src" / "events", [("**.py", "python")]), (ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")])]
    for folder, methods in sources:
        options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, method in methods if method == "jinja2"}
        for file, line, msgid, _comments, _context in extract_from_dir(str(folder), methods, options, keywords=KEYWORDS):
            found.setdefault(msgid if isinstance(msgid, str) else (msgid[0], msgid[1]), f"{folder.name}/{file}:{line}")
    return found


def entries(language: str) -> Iterator[tuple[str, Message]]:
    """Each entry with its catalogue."""
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            yield from ((f"{language}/{path.name}", message) for message in read_po(file, locale=language) if message.id)


def identity(message: Message) -> MsgId:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]", text))


def test_messages_are_found() -> None:
    assert len(said()) > 100, "the extraction is broken: far fewer messages than there are"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    known = {identity(message) for _file, message in entries(language) if all(forms(message))}
    missing = [f"{where}: {msgid!r}" for msgid, where in said().items() if msgid not in known]
    assert not missing, f"translate these in src/events/locale/{language}/<room>.po:" + _listed(missing)


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_no_entry_is_stale(language: str) -> None:
    stale = [f"{file}: {identity(message)!r}" for file, message in entries(language) if identity(message) not in said()]
    assert not stale, "nobody says these any more; delete them:" + _listed(stale)


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_no_entry_is_fuzzy_or_empty(language: str) -> None:
    unfinished = [f"{file}: {identity(message)!r}" for file, message in entries(language) if message.fuzzy or not all(forms(message))]
    assert not unfinished, "finish these entries:" + _listed(unfinished)


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_placeholders_match(language: str) -> None:
    wrong = []
    for file, message in entries(language):
        wanted = placeholders(" ".join(message.id)) if not isinstance(message.id, str) else placeholders(message.id)
        for form in forms(message):
            # a singular may say "one" in words, so a plural message needs its placeholders only where it uses them
            fits = placeholders(form) <= wanted if not isinstance(message.id, str) else placeholders(form) == wanted
            if form and not fits:
                wrong.append(f"{file}: {message.id!r} → {form!r}")
    assert not wrong, "these have other placeholders than their source text:" + _listed(wrong)


@pytest.mark.parametrize("language", TRANSLATED)
def test_rooms_do_not_contradict_each_other(language: str) -> None:
    """All catalogues of a language are one table at run time."""
    first: dict[MsgId, tuple[str, list[str]]] = {}
    wrong = []
    for file, message in entries(language):
        other, words = first.setdefault(identity(message), (file, forms(message)))
        if words != forms(message):
            wrong.append(f"{identity(message)!r}: {other} and {file} translate it differently")
    assert not wrong, "keep one of the two translations:" + _listed(wrong)


def _listed(lines: list[str]) -> str:
    return "\n  " + "\n  ".join(sorted(lines))
