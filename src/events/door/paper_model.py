"""The guest list on paper, and what was ticked on it.

A list is a version: its numbers mean the same guests for ever. What is printed beside them is what is known when it is printed.
"""

import re
import unicodedata
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from events.people.kana import is_kana, romaji
from events.people.keys import sort_key
from events.people.model import Person

MOST_LINES = 5_000
LONGEST_NUMBERS = 20_000  # characters: every number of the longest list, typed one by one


class PaperList(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the printed list."""

    id: UUID
    version: int
    lines: int
    actor: str
    made_at: datetime


class PaperGuest(msgspec.Struct, frozen=True, kw_only=True):
    """A guest as the list prints them."""

    registration_id: UUID
    state: str
    person: Person
    flags: list[str]
    has_needs: bool
    table_name: str | None
    party_size: int
    party_place: int
    party_name: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A printed number and where its guest stands: `movement` is 'entry' when an entry stands before or after the asked moment."""

    number: int
    guest: PaperGuest
    is_in: bool
    in_since: datetime | None
    in_gate: str
    is_written: bool


class Numbers(msgspec.Struct, frozen=True):
    """What was typed: the numbers in their order, and the parts nobody can read."""

    numbers: list[int]
    unreadable: list[str]


def check_in_id(entry_id: UUID, number: int) -> UUID:
    """The id of the check-in of a ticked line: sending the same page again changes nothing."""
    return uuid5(entry_id, f"line {number}")


def read_numbers(typed: str, *, most: int) -> Numbers:
    """The line numbers in "3, 7, 12-18", with any separators and digits of any width; a range never grows beyond the list."""
    text = re.sub(r"\s*[-‐-―〜~ー−]\s*", "-", unicodedata.normalize("NFKC", typed))
    found: dict[int, None] = {}
    unreadable = []
    for part in re.split(r"[\s,;、，・.]+", text.strip()):
        span = re.fullmatch(r"0*(\d{1,6})(?:-0*(\d{1,6}))?", part) if part else None
        if not span:
            unreadable += [part] if part else []
            continue
        first, last = int(span[1]), int(span[2] or span[1])
        if last < first or last - first > most:
            unreadable.append(part)
            continue
        found.update(dict.fromkeys(range(first, last + 1)))
    return Numbers([*found], unreadable)


def latin_order(guest: PaperGuest) -> tuple[bool, str]:
    """Where the guest stands by Latin letters: by the name in them, or as its kana sound; who has neither comes last."""
    family, given = _latin(guest.person)
    if not family:
        return True, sort_key(guest.person)
    return False, sort_key(Person(family_name=family, given_name=given))


def kana_order(guest: PaperGuest) -> tuple[bool, str]:
    """Where the guest stands by the Japanese syllabary; who has no reading comes last."""
    person = guest.person
    if person.family_name_kana or person.given_name_kana:
        return False, sort_key(person)
    if is_kana(person.family_name):
        return False, sort_key(Person(family_name=person.family_name, given_name=person.given_name))
    return True, "\t".join(latin_order(guest)[1:])


def latin_initial(guest: PaperGuest) -> str:
    """The letter of the index: A for Ágota, too; empty for who has no Latin name."""
    return _initial(latin_order(guest))


def kana_initial(guest: PaperGuest) -> str:
    """The row of the syllabary: か for が and き; empty for who has no reading."""
    last, key = kana_order(guest)
    if last or not key:
        return ""
    vowel = romaji(key[0])
    for row, sounds in _ROWS:
        if key[0] in sounds:
            return row
    return vowel[:1]


_ROWS = [
    (row[0], row)
    for row in (
        "あいうえお",
        "かきくけこ",
        "さしすせそ",
        "たちつてと",
        "なにぬねの",
        "はひふへほ",
        "まみむめも",
        "やゆよ",
        "らりるれろ",
        "わゐゑをん",
    )
]


def _initial(order: tuple[bool, str]) -> str:
    last, key = order
    return "" if last else key[:1].upper()


def _latin(person: Person) -> tuple[str, str]:
    if person.family_name_latin or person.given_name_latin:
        return person.family_name_latin or person.given_name_latin, person.given_name_latin if person.family_name_latin else ""
    if _is_latin(person.family_name):
        return person.family_name, person.given_name
    if person.family_name_kana:
        return (romaji(unicodedata.normalize("NFKC", name)) for name in (person.family_name_kana, person.given_name_kana))  # type: ignore[return-value]
    return "", ""


def _is_latin(name: str) -> bool:
    return any("LATIN" in unicodedata.name(letter, "") for letter in name)
