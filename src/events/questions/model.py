"""What an event asks beyond the usual, and what was answered."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class Kind(StrEnum):
    """What is asked for. Decides the type of the stored answer."""

    TEXT = "text"  # one line
    LONG_TEXT = "long_text"
    CHOICE = "choice"  # the option's value
    MULTIPLE = "multiple"  # the options' values, in the order of the question
    NUMBER = "number"  # whole, or with a decimal fraction
    DATE = "date"  # text, as in ISO 8601: "2026-04-22"
    FILE = "file"  # the upload's id
    CONSENT = "consent"  # true; somebody who does not agree has no answer


class Per(StrEnum):
    """Who answers: each guest for themselves, or the registrant once for the party."""

    GUEST = "guest"
    BOOKING = "booking"


class Sensitivity(StrEnum):
    """Ordinary answers stay; sensitive ones go as early as food and access; only security reads security's, kept encrypted."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    SECURITY = "security"


class Option(msgspec.Struct, frozen=True):
    """One possible answer. Its value never changes, whatever becomes of the words."""

    value: str
    label: dict[str, str]


class Condition(msgspec.Struct, frozen=True):
    """Asked only if an earlier question (by its slug) was answered with one of the values."""

    question: str
    any_of: list[str]


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an answer may be: `longest` in characters, `least` and `most` of a number or of chosen options (dates as text),
    `bytes` of a file and its media `types`."""

    longest: int | None = None
    least: float | str | None = None
    most: float | str | None = None
    bytes: int | None = None
    types: list[str] = []


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of an event. `answered` says whether anybody has answered: then kind and options in use stay as they are."""

    id: UUID
    event_id: UUID
    slug: str
    position: int
    kind: Kind
    label: dict[str, str]
    help: dict[str, str] = {}
    options: list[Option] = []
    required: bool = False
    per: Per = Per.GUEST
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    condition: Condition | None = None
    limits: Limits = Limits()
    withdrawn_at: datetime | None = None
    answered: bool = False


def is_asked(question: Question, known: Mapping[str, Any]) -> bool:
    """Whether the question's condition is met by the answers known so far, which are given by the slug of their question."""
    if question.condition is None:
        return True
    answer = known.get(question.condition.question)
    given = answer if isinstance(answer, list) else ["yes"] if answer is True else [answer]
    return any(value in question.condition.any_of for value in given)


class GivenAnswer(msgspec.Struct, frozen=True):
    """An answer as it is stored. `sealed` (hex) holds an encrypted one; then there is no value."""

    question_id: UUID
    value: Any = None
    sealed: str | None = None
