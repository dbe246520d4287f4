"""One line of a list → an invitee, or everything that is wrong with it at once.

Names stay as they are typed, byte for byte. A cell that is empty takes what holds for the whole list.
"""

import unicodedata
from typing import Any
from uuid import UUID

import msgspec

from events.kit.forms import LONGEST_EMAIL, is_email, is_printable
from events.kit.i18n import N_
from events.people.kana import is_kana
from events.people.keys import search_key, sort_key

from . import import_words as words
from .import_columns import Columns, Field
from .import_model import Defaults, Details, Problem, RowState, StagedRow, Target
from .model import match_key
from .spreadsheet import TableRow

LONGEST_NAME = 100  # as in the sign-up form
LONGEST_TEXT = 200
_LOST = "\ufffd"
_NAMES = (
    Field.HONORIFIC,
    Field.FAMILY_NAME,
    Field.GIVEN_NAME,
    Field.FAMILY_NAME_KANA,
    Field.GIVEN_NAME_KANA,
    Field.FAMILY_NAME_LATIN,
    Field.GIVEN_NAME_LATIN,
)
_TEXTS = (Field.COMPANY, Field.DEPARTMENT, Field.JOB_TITLE, Field.INVITER)


class RowReader:
    """Reads the rows of one list."""

    def __init__(self, target: Target, columns: Columns, defaults: Defaults, *, width: int) -> None:
        self._target, self._columns, self._defaults, self._width = target, columns, defaults, width
        self._slugs = {event.slug: event for event in target.events}
        self._co_hosts = {co_host.slug: co_host.id for co_host in target.co_hosts}
        self._pools = {event.id: {pool.slug: pool.id for pool in event.pools} for event in target.events}

    def read(self, row: TableRow) -> StagedRow:
        """The row with its invitee, or with its problems."""
        self._cells, self._problems = row.cells, list[Problem]()
        if any(row.cells[self._width :]):
            self._wrong("", N_("This line has more cells than there are headings. A text with a separator in it needs quotation marks."))
        found = self._names() | self._texts() | self._mails() | self._rules() | {"events": self._events()}
        if self._problems:
            return StagedRow(line=row.line, cells=row.cells, problems=self._problems, state=RowState.BAD)
        details = Details(**found)
        keys = {"search_key": search_key(details), "sort_key": sort_key(details), "match_key": match_key(details)}
        return StagedRow(line=row.line, cells=row.cells, details=msgspec.structs.replace(details, **keys))

    def _cell(self, field: Field) -> str:
        number = self._columns.get(field)
        return self._cells[number] if number is not None and number < len(self._cells) else ""

    def _wrong(self, field: str, text: str, **said: object) -> None:
        self._problems.append(Problem(field, text, said))

    def _names(self) -> dict[str, Any]:
        found: dict[str, Any] = {field.value: self._line(field, LONGEST_NAME) for field in _NAMES}
        found["honorific"] = found["honorific"] or self._defaults.honorific
        if Field.WHOLE_NAME in self._columns and not found["family_name"]:
            found["family_name"] = self._line(Field.WHOLE_NAME, LONGEST_NAME)
        if not found["family_name"]:
            self._wrong(Field.FAMILY_NAME, N_("The family name is missing. Somebody with a single name has it as family name."))
        for field in (Field.FAMILY_NAME_KANA, Field.GIVEN_NAME_KANA):
            if found[field] and not is_kana(found[field]):
                self._wrong(field, N_("Please write the reading in kana, or leave it empty."))
        return found

    def _texts(self) -> dict[str, Any]:
        """Line breaks in a company's name are layout; in a person's they are a mistake."""
        found: dict[str, Any] = {}
        for field in _TEXTS:
            text = " ".join(self._cell(field).splitlines())
            self._check(field, text, LONGEST_TEXT)
            found[field.value] = text
        found["inviter"] = found["inviter"] or self._defaults.inviter
        return found

    def _line(self, field: Field, longest: int) -> str:
        text = self._cell(field)
        if len(text.splitlines()) > 1:
            self._wrong(field, N_("There is a line break in this cell. Please write it in one line."))
        else:
            self._check(field, text, longest)
        return text

    def _check(self, field: Field, text: str, longest: int) -> None:
        if len(text) > longest:
            self._wrong(field, N_("Please use at most %(longest)s characters."), longest=longest)
        elif _LOST in text:
            self._wrong(field, N_("Characters were lost here (�). Please correct them in your own list."))
        elif not is_printable(text) or "\t" in text:
            self._wrong(field, N_("This contains characters that cannot be printed."))

    def _mails(self) -> dict[str, Any]:
        """Full-width letters, as a Japanese keyboard writes them, mean the same address."""
        found = {}
        for field in (Field.EMAIL, Field.DELEGATE_EMAIL):
            address = unicodedata.normalize("NFKC", self._cell(field)).strip()
            if address and not (len(address) <= LONGEST_EMAIL and is_printable(address) and is_email(address)):
                self._wrong(field, N_("This address looks incomplete, for example name@company.com."))
            found[field.value] = address
        return found

    def _rules(self) -> dict[str, Any]:
        return {"locale": self._locale(), "flags": self._flags(), "co_host_id": self._co_host()} | self._companions() | self._answer_by()

    def _locale(self) -> str:
        typed = self._cell(Field.LOCALE)
        locale = words.parse_locale(typed) if typed else self._defaults.locale
        if locale is None:
            self._wrong(Field.LOCALE, N_("“%(typed)s” is no language we know. Please write de, en or ja."), typed=typed)
        return locale or ""

    def _flags(self) -> list[str]:
        typed = self._cell(Field.FLAGS)
        flags = words.parse_flags(typed) if typed else []
        if flags is None:
            self._wrong(Field.FLAGS, N_("“%(typed)s” is no mark we know. Possible are vip, speaker, no_photo and wheelchair."), typed=typed)
        return flags or []

    def _co_host(self) -> UUID | None:
        typed = self._cell(Field.CO_HOST)
        if not typed or self._target.co_host:
            return self._defaults.co_host_id
        found = self._co_hosts.get(typed.casefold())
        if found is None:
            self._wrong(
                Field.CO_HOST,
                N_("There is no co-host called “%(typed)s”. Possible are: %(known)s."),
                typed=typed,
                known=_listed(self._co_hosts),
            )
        return found

    def _companions(self) -> dict[str, Any]:
        typed, count, by = self._cell(Field.COMPANIONS), self._cell(Field.MAX_COMPANIONS), self._cell(Field.COMPANIONS_BY)
        rule, most = self._defaults.companions, self._defaults.max_companions
        if typed:
            said = words.parse_companions(typed)
            if said is None:
                self._wrong(Field.COMPANIONS, N_("Please write none, named or later, or how many may come along."))
            else:
                rule, most = said[0], said[1] or most or 1
        if count:
            number = words.parse_count(count)
            if number is None:
                self._wrong(Field.MAX_COMPANIONS, N_("Please write a number from 0 to 9."))
            else:
                most, rule = number, ("named" if rule == "none" and not typed else rule) if number else "none"
        until = self._moment(Field.COMPANIONS_BY, by) if by else self._defaults.companions_by
        if rule == "later" and until is None and not by:
            self._wrong(Field.COMPANIONS_BY, N_("Please say until when companions may be named."))
        allowed = rule != "none"
        return {"companions": rule, "max_companions": most if allowed else 0, "companions_by": until if rule == "later" else None}

    def _answer_by(self) -> dict[str, Any]:
        typed = self._cell(Field.ANSWER_BY)
        return {"answer_by": self._moment(Field.ANSWER_BY, typed) if typed else self._defaults.answer_by}

    def _moment(self, field: Field, typed: str) -> Any:
        moment = words.parse_moment(typed, self._target.time_zone)
        if moment is None:
            self._wrong(field, N_("“%(typed)s” is no date we can read for certain. Please write it like 2027-04-22."), typed=typed)
        return moment

    def _events(self) -> dict[UUID, UUID | None]:
        typed = self._cell(Field.EVENTS)
        if not typed:
            events = self._defaults.events
        else:
            slugs = words.parse_slugs(typed)
            unknown = [slug for slug in slugs if slug not in self._slugs]
            if unknown:
                self._wrong(
                    Field.EVENTS,
                    N_("There is no event called “%(typed)s” here. Possible are: %(known)s."),
                    typed=", ".join(unknown),
                    known=_listed(self._slugs),
                )
            ids = [self._slugs[slug].id for slug in slugs if slug in self._slugs]
            events = {event_id: self._defaults.events.get(event_id, self._usual_pool(event_id)) for event_id in ids}
        if not events and not typed:
            self._wrong(Field.EVENTS, N_("Nothing says what this person is invited to."))
        return self._in_contingent(events)

    def _usual_pool(self, event_id: UUID) -> UUID | None:
        """A co-host's guests always come into a contingent of the co-host."""
        return next(iter(self._pools[event_id].values()), None) if self._target.co_host else None

    def _in_contingent(self, events: dict[UUID, UUID | None]) -> dict[UUID, UUID | None]:
        """The contingent that the row names, at those of its events that have it."""
        typed = self._cell(Field.CONTINGENT)
        if not typed or not events:
            return events
        slug = typed.casefold()
        if not any(slug in self._pools[event_id] for event_id in events):
            known = dict.fromkeys(slug for event_id in events for slug in self._pools[event_id])
            self._wrong(
                Field.CONTINGENT,
                N_("There is no contingent called “%(typed)s” at these events. Possible are: %(known)s."),
                typed=typed,
                known=_listed(known),
            )
        return {event_id: self._pools[event_id].get(slug, pool_id) for event_id, pool_id in events.items()}


def _listed(known: Any) -> str:
    """A few names to choose from; a programme has more than anybody wants to read."""
    names = list(known)
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "") if names else "–"
