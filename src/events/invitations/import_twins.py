"""Who of a list is there already: in an earlier line, among the invitations, among the registered guests.

Two are one when their names sound alike in any script that both have (Satō, Satoh; Müller, Mueller; 見本花子, 見本 花子) and their
addresses are equal. With one address but in scripts that cannot be compared (見本花子, ミホンハナコ) they are probably one. A person
of the same name with another address is shown, but comes in unless somebody decides otherwise.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from events.people.keys import search_words
from events.people.letters import plain_words
from events.people.model import Named
from events.people.names import native_name

from .import_model import Details, Known, StagedRow, Target, Twin, TwinKind

_TITLES = frozenset(["dr", "prof", "ing", "dipl", "med", "mr", "mrs", "ms", "mx", "herr", "frau"])
MOST_ALIKE = 20
_RANK = {TwinKind.SAME: 0, TwinKind.LIKELY: 1, TwinKind.NAMESAKE: 2}  # the erased are found by their hashes: import_erased


class _Somebody(msgspec.Struct, frozen=True):
    """A person to compare with, from the list or from the database."""

    keys: frozenset[str]
    mail: str
    company: str
    row: StagedRow | None
    known: Known | None


def mark_twins(rows: Iterable[StagedRow], known: Iterable[Known], target: Target) -> None:
    """Gives each good row its key, and its twin with what is proposed, if it has one."""
    people = _People()
    met: dict[str, int] = defaultdict(int)
    for one in known:
        people.add(_Somebody(name_keys(one.person), one.email.casefold(), _company(one.person.company), None, one))
    for row in rows:
        details = row.details
        if details is None:
            continue
        here = _Somebody(name_keys(details), details.mail_address.casefold(), _company(details.company), row, None)
        found = _closest(here, people.like(here))
        key = row.row_key = row_key(target, details)
        if found:
            row.twin = _twin(found[1], found[0], details, target)
            row.decision = row.twin.decisions[0]
        if found and found[0] == TwinKind.SAME:
            row.row_key = _second_key(row, met[key])
        met[key] += 1
        if not found or found[0] == TwinKind.NAMESAKE:
            people.add(here)


class _People:
    """Everybody so far, found by name, by address and by both. Of very many with one name or one address only the first are kept
    apart from those with both: a column taken for the wrong thing must not make the comparison endless."""

    def __init__(self) -> None:
        self._by_both: dict[tuple[str, str], _Somebody] = {}
        self._by_key: dict[str, list[_Somebody]] = defaultdict(list)
        self._by_mail: dict[str, list[_Somebody]] = defaultdict(list)

    def add(self, somebody: _Somebody) -> None:
        for key in somebody.keys:
            self._by_both.setdefault((key, somebody.mail), somebody)
            if len(self._by_key[key]) < MOST_ALIKE:
                self._by_key[key].append(somebody)
        if somebody.mail and len(self._by_mail[somebody.mail]) < MOST_ALIKE:
            self._by_mail[somebody.mail].append(somebody)

    def like(self, somebody: _Somebody) -> Iterator[_Somebody]:
        """Who may be the same."""
        for key in somebody.keys:
            for mail in {somebody.mail, ""}:
                if both := self._by_both.get((key, mail)):
                    yield both
            yield from self._by_key.get(key, ())
        yield from self._by_mail.get(somebody.mail, ())


def row_key(target: Target, details: Details) -> str:
    """The same for the same person in the same list again, however the name is spelt."""
    aside = details.mail_address.casefold() or _company(details.company)
    return _digest(str(target.id), details.match_key, aside)


def name_keys(person: Named) -> frozenset[str]:
    """The name as it sounds, once for each script and each order, without blanks: whoever shares one has the same name."""
    keys = set()
    for family_name, given_name in _scripts(person):
        family, given = _sounding(family_name), _sounding(given_name)
        keys |= {family + given, given + family}
    return frozenset(keys - {""})


def _scripts(person: Named) -> tuple[tuple[str, str], ...]:
    return (
        (person.family_name, person.given_name),
        (person.family_name_kana, person.given_name_kana),
        (person.family_name_latin, person.given_name_latin),
    )


def _sounding(name: str) -> str:
    return "".join(word for word in search_words(name) if word not in _TITLES) if name else ""


def _company(name: str) -> str:
    return "".join(plain_words(name))


def _second_key(row: StagedRow, before: int) -> str:
    """For somebody who is taken in although the same person is there: as stable as the line itself."""
    return _digest(row.row_key or "", str(before), *row.cells)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _closest(here: _Somebody, candidates: Iterable[_Somebody]) -> tuple[TwinKind, _Somebody] | None:
    """The surest twin; of equally sure ones an invitation before an earlier line before a registered guest."""
    found = [(kind, other) for other in candidates if (kind := _kind(here, other))]
    return min(found, key=lambda pair: (_RANK[pair[0]], _order(pair[1])), default=None)


def _order(other: _Somebody) -> int:
    if other.known is None:
        return 1
    return 0 if other.known.invitation_id else 2


def _kind(here: _Somebody, other: _Somebody) -> TwinKind | None:
    same_mail = bool(here.mail) and here.mail == other.mail
    if not here.keys & other.keys:
        return TwinKind.LIKELY if same_mail and not _comparable(here, other) else None
    if same_mail:
        return TwinKind.SAME
    if here.mail and other.mail:
        return TwinKind.NAMESAKE
    if here.company and other.company and here.company != other.company:
        return TwinKind.NAMESAKE
    return TwinKind.LIKELY if here.mail or other.mail else TwinKind.SAME


def _comparable(here: _Somebody, other: _Somebody) -> bool:
    """Whether both names are known in Latin letters (kana count), or both in kanji."""
    return bool(_sorts(here.keys) & _sorts(other.keys))


def _sorts(keys: frozenset[str]) -> set[bool]:
    return {key.isascii() for key in keys}


def _twin(other: _Somebody, kind: TwinKind, details: Details, target: Target) -> Twin:
    if other.row:
        assert other.row.details is not None
        covered = set(details.events) <= set(other.row.details.events)
        return Twin(kind=kind, line=other.row.line, name=native_name(other.row.details), email=other.row.details.email, covered=covered)
    known = other.known
    assert known is not None
    if target.co_host and known.co_host_id != target.co_host.id:
        return Twin(kind=kind, foreign=True)
    return Twin(
        kind=kind,
        name=native_name(known.person),
        email=known.email,
        invitation_id=known.invitation_id,
        co_host=known.co_host,
        covered=set(details.events) <= set(known.events),
        withdrawn=known.withdrawn,
    )
