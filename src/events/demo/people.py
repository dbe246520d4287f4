"""The invented people: the named ones first, then as many as their group needs, the same at every loading."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count, islice
from typing import Any

import msgspec

from events.registration.model import GuestDetails

from .model import DATA

LOCALES = {"thuringia": "de", "berlin": "de", "international": "en", "partners": "de", "forgotten": "de"}  # everybody else reads Japanese
DIETS = ("vegetarian", "vegan", "halal", "no_pork")
_SPELT = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "ß": "ss", "ı": "i", "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign up: what they say about themselves, where mail goes, and the group they belong to."""

    guest: GuestDetails
    email: str
    locale: str
    group: str
    number: int = 0

    @property
    def key(self) -> str:
        """Tells everybody apart."""
        return f"{self.group} {self.number}"


@cache
def people() -> dict[str, list[Person]]:
    """Everybody, by group."""
    data = msgspec.toml.decode((DATA / "people.toml").read_bytes())
    makers = {
        "thuringia": _german(data["german"]),
        "berlin": islice(_german(data["german"]), 30, None),
        "japan": _japanese(data["japanese"]),
        "alumni": islice(_japanese(data["japanese"]), 500, None),
        "contacts": islice(_japanese(data["japanese"]), 300, None),
        "partners": (_private(guest) for guest in islice(_german(data["german"]), 100, None)),
        "vip": _dignitaries(data),
        "international": _german(data["international"]),
        "forgotten": islice(_german(data["german"]), 90, None),
    }
    return {group: _group(group, size, data["named"], makers[group]) for group, size in data["sizes"].items()}


def _group(group: str, size: int, named: list[dict[str, Any]], makers: Iterator[GuestDetails]) -> list[Person]:
    known = [_known(entry) for entry in named if entry["group"] == group]
    guests = [*known, *islice(makers, size - len(known))]
    return [_person(_with_wishes(guest, number), group, number) for number, guest in enumerate(guests)]


def _known(entry: dict[str, Any]) -> GuestDetails:
    return msgspec.convert({name: value for name, value in entry.items() if name != "group"}, GuestDetails)


def _person(guest: GuestDetails, group: str, number: int) -> Person:
    locale = "de" if group == "vip" and not guest.family_name_kana else LOCALES.get(group, "ja")
    return Person(guest=guest, email=_email(guest), locale=locale, group=group, number=number)


def _email(guest: GuestDetails) -> str:
    given, family = guest.given_name_latin or guest.given_name, guest.family_name_latin or guest.family_name
    return ".".join(word for word in (_plain(given), _plain(family)) if word) + "@example.com"


def _plain(name: str) -> str:
    spelt = unicodedata.normalize("NFKD", name.translate(_SPELT)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", "-", spelt).strip("-")


def _german(lists: Mapping[str, Any]) -> Iterator[GuestDetails]:
    for number in count():
        company = _pick(lists["companies"], number)
        yield GuestDetails(
            family_name=_pick(lists["families"], number),
            given_name=_pick(lists["given"], number * 7 + number // 20),
            company=company["name"],
            job_title=_pick(company["titles"], number // 8),
        )


def _japanese(lists: Mapping[str, Any]) -> Iterator[GuestDetails]:
    for number in count():
        family, family_kana, family_latin = _pick(lists["families"], number)
        given, given_kana, given_latin = _pick(lists["given"], number)
        company = _pick(lists["companies"], number)
        yield GuestDetails(
            family_name=family,
            given_name=given,
            family_name_kana=family_kana,
            given_name_kana=given_kana,
            family_name_latin=family_latin,
            given_name_latin=given_latin,
            company=company["name"],
            department=_pick(company["departments"], number // 12),
            job_title=_pick(lists["titles"], number * 3 + 1),
        )


def _private(guest: GuestDetails) -> GuestDetails:
    """Who comes along for the evening, not for a firm."""
    return msgspec.structs.replace(guest, company="", job_title="")


def _dignitaries(data: Mapping[str, Any]) -> Iterator[GuestDetails]:
    """Two from Japan for every one from Germany, with office and without company. Taken from the far end of the lists."""
    japanese, german = islice(_japanese(data["japanese"]), 400, None), islice(_german(data["german"]), 60, None)
    for number in count():
        guest, office = (next(german), "german") if number % 3 == 2 else (next(japanese), "japanese")
        yield msgspec.structs.replace(guest, company="", department="", job_title=_pick(data["vip"][office], number // 3), flags=["vip"])


def _pick(items: Sequence[Any], number: int) -> Any:
    return items[number % len(items)]


def _with_wishes(guest: GuestDetails, number: int) -> GuestDetails:
    """What some people ask for: every sixth eats something else, twelve or so of all do not want to be photographed."""
    return msgspec.structs.replace(
        guest,
        diet=DIETS[number // 6 % len(DIETS)] if number % 6 == 4 else "",
        in_guest_list=number % 3 != 1,
        flags=[*guest.flags, "no_photo"] if number % 31 == 7 else guest.flags,
    )
