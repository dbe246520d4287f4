"""What a steward reads: a decision or a guest in the words of the page's language, the same for scripts and for plain pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.i18n import LANGUAGES, current_language, local, use_language
from events.kit.i18n import gettext as _
from events.kit.times import clock_label, moment_label
from events.people.diet import diet_words
from events.people.names import is_family_first, kana_name, latin_name, native_name, spoken_name

from .model import Answer, Entrant, FoundGuest, Phone, Verdict
from .verdict_kinds import HEADLINES, KINDS


def said_elsewhere(word: str) -> list[tuple[str, str]]:
    """A word in the languages the steward does not use, for a guest who looks at the phone: (language, word)."""
    said = []
    for language in LANGUAGES:
        if language != current_language():
            with use_language(language):
                said.append((language, _(word)))
    return said


VERDICT_WORDS: dict[str, Any] = {"kinds": KINDS, "headlines": HEADLINES, "said_elsewhere": said_elsewhere}
"""What door/verdict.html and the scanner's templates need beside the verdict itself."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A guest as shown: the name as written, as this steward says it and in the third script (each empty when that is the same)."""

    registration_id: UUID | None
    name: str
    name_lang: str
    spoken: str
    spoken_lang: str
    also: str
    also_lang: str
    company: str
    job_title: str
    table: str
    host: str
    diet: str
    access_needs: str
    flags: list[str]


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a scan. `kind` picks the page's words, see verdict_kinds."""

    check_in_id: UUID
    verdict: Verdict
    kind: str
    card: Card | None
    first: str
    first_at: datetime | None
    event_title: str
    event_when: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the search: `inside` is the time since when the guest is there."""

    card: Card
    about: str
    state: str
    inside: str


def announce(check_in_id: UUID, answer: Answer, phone: Phone) -> Announcement:
    """Puts a decision into words."""
    first, other = answer.first, answer.other_event
    return Announcement(
        check_in_id=check_in_id,
        verdict=answer.verdict,
        kind=answer.kind,
        card=card_of(answer.guest) if answer.guest else None,
        first=" · ".join(part for part in (_clock(first.at, phone), first.gate) if part) if first else "",
        first_at=first.at if first else None,
        event_title=local(other.title) if other else "",
        event_when=moment_label(other.starts_at, other.time_zone, locale=current_language()) if other else "",
    )


def line_of(found: FoundGuest, phone: Phone) -> Line:
    """One result of the search."""
    card = card_of(found.guest)
    table = f"{_('Table')} {card.table}" if card.table else ""
    about = " · ".join(part for part in (card.spoken, card.also, card.company, table) if part)
    return Line(card=card, about=about, state=found.state, inside=_clock(found.inside_since, phone) if found.inside_since else "")


def card_of(guest: Entrant) -> Card:
    """The guest in the page's language; the second spelling only where it adds something."""
    language = current_language()
    name, spoken = native_name(guest), spoken_name(guest, language)
    also = latin_name(guest) if language == "ja" else kana_name(guest)
    return Card(
        registration_id=guest.registration_id,
        name=name,
        name_lang=_language(name),
        spoken=spoken if spoken != name else "",
        spoken_lang=_language(spoken),
        also=also if also not in (name, spoken) else "",
        also_lang=_language(also),
        company=guest.company,
        job_title=guest.job_title,
        table=guest.table_name or "",
        host=guest.host,
        diet=diet_words(guest.diet),
        access_needs=guest.access_needs,
        flags=guest.flags,
    )


def _clock(at: datetime, phone: Phone) -> str:
    return clock_label(at, phone.time_zone, locale=current_language())


def _language(text: str) -> str:
    """For screen readers and fonts; Latin names may be of any language."""
    return "ja" if is_family_first(text) else ""
