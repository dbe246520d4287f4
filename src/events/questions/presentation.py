"""Answers in words, for pages, mails and a person's own data; and typed, for files."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from events.kit.i18n import gettext as _
from events.kit.i18n import local

from .forms import number_words
from .model import Kind, Question
from .values import date_words


def answer_words(question: Question, value: Any, file_names: Mapping[UUID, str] | None = None) -> str:
    """The answer as a reader of the page's language understands it; empty for none."""
    if value is None:
        return ""
    if question.kind in (Kind.CHOICE, Kind.MULTIPLE):
        return ", ".join(option_words(question, one) for one in (value if isinstance(value, list) else [value]))
    if question.kind == Kind.FILE:
        return (file_names or {}).get(UUID(value), "") or _("A file")
    return _plain_words(question, value)


def _plain_words(question: Question, value: Any) -> str:
    if question.kind == Kind.NUMBER:
        return number_words(value)
    if question.kind == Kind.DATE:
        return date_words(value)
    return _("Yes") if question.kind == Kind.CONSENT else str(value)


def option_words(question: Question, value: str) -> str:
    """What the option is called; one that the organiser took away meanwhile is named by its value."""
    return next((local(option.label) for option in question.options if option.value == value), value)


def cell(question: Question, value: Any, file_names: Mapping[UUID, str]) -> str | float | bool | date | None:
    """The answer as a spreadsheet's cell: numbers, dates and yes or no keep their type, several options stand in one cell."""
    if question.kind == Kind.CONSENT:
        return bool(value)
    if value is None:
        return None
    if question.kind == Kind.NUMBER:
        return float(value) if isinstance(value, float) else int(value)
    if question.kind == Kind.DATE:
        return date.fromisoformat(value)
    if question.kind == Kind.MULTIPLE:
        return "; ".join(option_words(question, one) for one in value)
    return answer_words(question, value, file_names)
