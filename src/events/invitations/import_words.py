"""What people write into the cells of a list → values: languages, marks, rules, dates, in German, English and Japanese.

Each function answers None where it is not certain; it is for the row to say so. No date is guessed: 04/05/2027 is two days.
"""

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_LOCALES = {
    "de": "de deu ger deutsch german ドイツ語 独語 独",
    "en": "en eng englisch english 英語 英",
    "ja": "ja jp jpn japanisch japanese 日本語 日",
}
_FLAGS = {
    "vip": "vip ehrengast vips 主賓 来賓 貴賓",
    "speaker": "speaker redner rednerin referent referentin sprecher sprecherin vortragende 講演者 登壇者 スピーカー",
    "no_photo": "no_photo nophoto no-photo keinfoto keinefotos kein_foto 撮影不可 写真不可",
    "wheelchair": "wheelchair rollstuhl 車椅子 車いす",
}
_YES = frozenset(["yes", "y", "true", "1", "x", "ja", "j", "wahr", "はい", "○", "〇", "有", "あり", "✓"])
_NO = frozenset(["no", "n", "false", "0", "nein", "falsch", "いいえ", "×", "無", "なし", "-", "–"])
_COMPANIONS = {
    "none": "none no keine keiner ohne nein なし 無 無し 不可 0 - –",
    "named": "named yes ja mit namentlich benannt あり 有 可 指名 同時登録",
    "later": "later spater später nachträglich nachtraglich 後日 後で のちほど",
}
_BETWEEN = re.compile(r"[,;|、，；/\n]+")
_DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})年\s?(?P<m>\d{1,2})月\s?(?P<d>\d{1,2})日"),
)
_CLOCK = re.compile(r"[t\s,]*(?P<h>\d{1,2})[:.時](?P<i>\d{2})?(?::\d{2})?\s*(?:分|uhr)?")
_END_OF_DAY = time(23, 59)


def _known(words: dict[str, str]) -> dict[str, str]:
    return {word: value for value, spellings in words.items() for word in spellings.split()}


_LOCALE, _FLAG, _COMPANION = _known(_LOCALES), _known(_FLAGS), _known(_COMPANIONS)


def parse_locale(text: str) -> str | None:
    """'de', 'en' or 'ja'; regional forms such as de-AT count."""
    plain = _plain(text)
    return _LOCALE.get(plain) or _LOCALE.get(re.split(r"[-_]", plain)[0])


def parse_flags(text: str) -> list[str] | None:
    """Marks in any order; a bare yes means VIP, because that is what such a column is for."""
    if _plain(text) in _NO:
        return []
    found = [("vip" if word in _YES else _FLAG.get(word)) for word in _words(text)]
    return sorted({flag for flag in found if flag}) if all(found) else None


def parse_companions(text: str) -> tuple[str, int | None] | None:
    """The rule and, where a number was given, how many."""
    plain = _plain(text)
    if plain.isdigit() and len(plain) == 1 and plain != "0":
        return "named", int(plain)
    rule = _COMPANION.get(plain) or ("named" if plain in _YES else None)
    return (rule, None) if rule else None


def parse_count(text: str) -> int | None:
    """A number of companions, 0 to 9."""
    plain = _plain(text)
    return int(plain) if len(plain) == 1 and plain.isascii() and plain.isdigit() else None


def parse_slugs(text: str) -> list[str]:
    """Short names of events, with commas, semicolons, bars or line breaks between them."""
    return list(dict.fromkeys(_words(text)))


def parse_moment(text: str, zone: str) -> datetime | None:
    """A day, until its end, or a day with a time, on the clock of the zone."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    for form in _DATE_FORMS:
        if found := form.match(narrow):
            day = _day(found)
            clock = _time(narrow[found.end() :])
            return datetime.combine(day, clock, ZoneInfo(zone)) if day and clock else None
    return None


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _time(rest: str) -> time | None:
    if not rest.strip():
        return _END_OF_DAY
    found = _CLOCK.fullmatch(rest.casefold())
    try:
        return time(int(found["h"]), int(found["i"] or 0)) if found else None
    except ValueError:
        return None


def _words(text: str) -> list[str]:
    return [plain for word in _BETWEEN.split(text) if (plain := _plain(word))]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
