"""Languages: the current one (a context variable), gettext catalogues read from `locale/<language>/<room>.po`.

English is the source text, so a message without an English entry is its own translation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES: dict[str, str] = {"de": "Deutsch", "en": "English", "ja": "日本語"}
DEFAULT_LANGUAGE = "en"
CATALOGUES = Path(__file__).parent.parent / "locale"

_current: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def current_language() -> str:
    """The language of the work at hand: 'de', 'en' or 'ja'."""
    return _current.get()


def set_language(language: str) -> None:
    """Sets the language for the rest of this task (one HTTP request)."""
    _current.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Sets the language for a block, as for one mail."""
    token = _current.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str) -> str:
    """The message in the current language."""
    found = _messages(_current.get()).get(message)
    return found if isinstance(found, str) and found else message


def N_(message: str) -> str:  # noqa: N802 (the field's customary name)
    """Marks a message for the catalogues where it is written; it is translated later, where it is shown."""
    return message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message in the current language in the form that fits `n`."""
    language = _current.get()
    forms = _messages(language).get(singular)
    if isinstance(forms, tuple):
        return forms[0 if n == 1 or len(forms) == 1 else 1]
    return singular if n == 1 else plural


def local(texts: Mapping[str, str] | None) -> str:
    """Picks from {"de": …, "en": …, "ja": …} the current language, else English, else whatever there is."""
    if not texts:
        return ""
    return texts.get(_current.get()) or texts.get("en") or next(iter(texts.values()))


def negotiate(wanted: str | None, remembered: str | None, accepted: str | None) -> str:
    """Decides the language of a request: the address first, then the cookie, then Accept-Language (RFC 9110, 12.5.4)."""
    for choice in (wanted, remembered):
        if choice in LANGUAGES:
            return str(choice)
    return _from_header(accepted or "")


def _from_header(accepted: str) -> str:
    ranked = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _sep, q = part.strip().partition(";q=")
        try:
            weight = float(q) if q else 1.0
        except ValueError:
            weight = 0.0
        if (language := tag[:2].lower()) in LANGUAGES and weight > 0:
            ranked.append((-weight, place, language))
    return min(ranked)[2] if ranked else DEFAULT_LANGUAGE


@cache
def _messages(language: str) -> dict[str, str | tuple[str, ...]]:
    messages: dict[str, str | tuple[str, ...]] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            messages |= _entries(read_po(file, locale=language))
    return messages


def _entries(catalogue: Catalog) -> dict[str, str | tuple[str, ...]]:
    return {
        (entry.id[0] if isinstance(entry.id, tuple | list) else entry.id): (
            tuple(entry.string) if isinstance(entry.string, tuple | list) else entry.string
        )
        for entry in catalogue
        if entry.id and entry.string
    }
