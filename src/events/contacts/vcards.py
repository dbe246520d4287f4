"""Cards as address books take them in: vCard 3.0 (RFC 2426), which every phone imports, and 4.0 (RFC 6350, phonetics by RFC 9554).

Phones read the kana of 3.0 from X-PHONETIC-LAST-NAME and X-PHONETIC-FIRST-NAME, and sort by them; SORT-STRING says the same to
everybody else. The name stays as the person writes it; the Latin one stands beside it as a nickname in 3.0, as another language in 4.0.
"""

from collections.abc import Iterable
from datetime import UTC

from events.people.names import is_family_first, kana_name, latin_name, native_name

from .model import Card

MEDIA_TYPE = "text/vcard"  # the framework adds the charset
LONGEST_LINE = 75  # octets without the line break (RFC 2426, 2.6; RFC 6350, 3.2)

_ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})
_IN_PARAMETER = str.maketrans({"^": "^^", '"': "^'", "\n": "^n", "\r": None})  # RFC 6868


def vcards(cards: Iterable[Card], *, met: str, version: str = "3.0") -> bytes:
    """One file with all cards; `met` says where, in the reader's language."""
    write = _newer if version == "4.0" else _older
    lines = [line for card in cards for line in write(card, met)]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _older(card: Card, met: str) -> list[str]:
    kana, latin = kana_name(card), latin_name(card)
    return _whole(
        "VERSION:3.0",
        f"N:{_name(card.family_name, card.given_name, _prefix(card))}",
        f"FN:{_text(native_name(card))}",
        *_phonetics(card),
        _line("SORT-STRING", kana or latin if is_family_first(card.family_name) else ""),
        _line("NICKNAME", latin if latin != native_name(card) else ""),
        _line("ORG", card.shared_company),
        _line("TITLE", card.shared_job_title),
        _line("EMAIL;TYPE=INTERNET", card.email),
        _line("TEL;TYPE=VOICE", card.phone),
        *_end(card, met),
    )


def _newer(card: Card, met: str) -> list[str]:
    latin = latin_name(card)
    return _whole(
        "VERSION:4.0",
        "KIND:individual",
        *_names(card),
        f"FN:{_text(native_name(card))}",
        _line("FN;LANGUAGE=ja-Latn", latin if latin != native_name(card) else ""),
        *_phonetics(card),
        _line("ORG", card.shared_company),
        _line("TITLE", card.shared_job_title),
        _line("EMAIL", card.email),
        _line("TEL;VALUE=text", card.phone),
        *_end(card, met),
    )


def _names(card: Card) -> list[str]:
    """One name in up to three scripts: the same ALTID says that they are one (RFC 6350, 5.4)."""
    native = _name(card.family_name, card.given_name, _prefix(card))
    others = []
    if card.family_name_kana:
        others.append(f"N;ALTID=1;PHONETIC=script;SCRIPT=Kana:{_name(card.family_name_kana, card.given_name_kana)}")
    if card.family_name_latin and is_family_first(card.family_name):
        others.append(f"N;ALTID=1;LANGUAGE=ja-Latn:{_name(card.family_name_latin, card.given_name_latin)}")
    sorted_by = [card.family_name_kana, card.given_name_kana] if card.family_name_kana else [card.family_name_latin, card.given_name_latin]
    keys = ",".join(part.translate(_IN_PARAMETER).replace(",", " ") for part in sorted_by if part)
    sort_as = f';SORT-AS="{keys}"' if keys and is_family_first(card.family_name) else ""
    altid = ";ALTID=1" if others else ""
    return [f"N{altid}{sort_as}:{native}", *others]


def _phonetics(card: Card) -> list[str]:
    return [_line("X-PHONETIC-LAST-NAME", card.family_name_kana), _line("X-PHONETIC-FIRST-NAME", card.given_name_kana)]


def _end(card: Card, met: str) -> list[str]:
    return [
        _line("NOTE", met),
        f"UID:urn:uuid:{card.registration_id}",
        f"REV:{card.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    ]


def _whole(*lines: str) -> list[str]:
    return ["BEGIN:VCARD", *(line for line in lines if line), "END:VCARD"]


def _line(name: str, value: str) -> str:
    """A property, or nothing where there is no value."""
    return f"{name}:{_text(value)}" if value else ""


def _name(family: str, given: str, prefix: str = "") -> str:
    return ";".join((_text(family), _text(given), "", _text(prefix), ""))


def _prefix(card: Card) -> str:
    """Titles stand before Latin names only; 様 is what others say."""
    return "" if is_family_first(card.honorific + card.family_name) else card.honorific


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").translate(_ESCAPED)


def _folded(line: str) -> str:
    """Broken into lines of at most 75 octets, never inside a character."""
    parts, length = [""], 0
    for letter in line:
        size = len(letter.encode())
        if length + size > LONGEST_LINE:
            parts.append(" ")
            length = 1
        parts[-1] += letter
        length += size
    return "\r\n".join(parts)
