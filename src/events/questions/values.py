"""Typed text or JSON → the value that is stored for a question, or the words that say what is wrong with it."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from events.kit.forms import is_printable
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _

from .model import Kind, Question

LONGEST = {Kind.TEXT: 200, Kind.LONG_TEXT: 1000}  # characters, where the question sets no limit of its own
_NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{1,30})?")
_LARGEST_NUMBER, _DECIMALS = 1e12, 12  # what a number of JSON holds and a guest may type again
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1850, 2200)  # a birthday or a day that is planned


class Unfit(Exception):
    """This is no answer to the question; the words are for whoever gave it."""


def typed_value(question: Question, typed: Sequence[str]) -> Any:
    """The value of what was typed into a form; nothing when the field was left empty. Raises `Unfit`."""
    texts = [text for text in typed if text.strip()]
    if not texts:
        return None
    if question.kind == Kind.MULTIPLE:
        return checked_value(question, texts)
    text = texts[-1]
    if question.kind == Kind.CONSENT:
        return True
    if question.kind == Kind.NUMBER:
        return checked_value(question, _number(text))
    return checked_value(question, text if question.kind == Kind.CHOICE else text.strip())


def checked_value(question: Question, given: Any) -> Any:
    """The value of what a program sent (files aside). Raises `Unfit`."""
    if question.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return _text(question, given)
    if question.kind == Kind.CHOICE:
        return _choice(question, given)
    if question.kind == Kind.MULTIPLE:
        return _choices(question, given)
    if question.kind == Kind.NUMBER:
        return _in_limits(question, given)
    if question.kind == Kind.DATE:
        return _date(question, given)
    return _consent(given)


def _text(question: Question, given: Any) -> str | None:
    if not isinstance(given, str):
        raise Unfit(_("Please write a text."))
    text = given.replace("\r\n", "\n").replace("\r", "\n").strip()
    if question.kind == Kind.TEXT and any(separator in text for separator in "\n\t"):
        raise Unfit(_("Please write this on one line."))
    longest = question.limits.longest or LONGEST[question.kind]
    if len(text) > longest:
        raise Unfit(_("Please use at most %(longest)s characters.") % {"longest": longest})
    if not is_printable(text):
        raise Unfit(_("This contains characters that cannot be printed."))
    return text or None


def _choice(question: Question, given: Any) -> str:
    if not isinstance(given, str) or given not in [option.value for option in question.options]:
        raise Unfit(_("Please choose one of the options."))
    return given


def _choices(question: Question, given: Any) -> list[str] | None:
    known = [option.value for option in question.options]
    if not isinstance(given, list) or any(one not in known for one in given):
        raise Unfit(_("Please choose from the options."))
    chosen = [value for value in known if value in given]
    least, most = question.limits.least, question.limits.most
    if chosen and isinstance(least, int | float) and len(chosen) < least:
        raise Unfit(_("Please choose at least %(least)s.") % {"least": _plain(least)})
    if isinstance(most, int | float) and len(chosen) > most:
        raise Unfit(_("Please choose at most %(most)s.") % {"most": _plain(most)})
    return chosen or None


def _number(text: str) -> float | int:
    """A number as people type it: full-width digits, a comma or a point before the fraction. "1.500" may be either, so we ask."""
    typed = unicodedata.normalize("NFKC", text).strip().replace("\N{MINUS SIGN}", "-")
    if _THOUSANDS.fullmatch(typed):
        raise Unfit(_("Please write the number without a sign between the thousands."))
    if not typed.isascii() or not _NUMBER.fullmatch(typed):
        raise Unfit(_("Please enter a number."))
    return float(typed.replace(",", "."))


def typed_number(value: float) -> str:
    """A stored number as it can be typed again, with as many digits as it has; what could be read as thousands gets one more."""
    text = format(Decimal(str(value)), "f")
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def _in_limits(question: Question, given: Any) -> float | int:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given) or abs(given) >= _LARGEST_NUMBER:
        raise Unfit(_("Please enter a number."))
    least, most = question.limits.least, question.limits.most
    if isinstance(least, int | float) and given < least:
        raise Unfit(_("Please enter %(least)s or more.") % {"least": _plain(least)})
    if isinstance(most, int | float) and given > most:
        raise Unfit(_("Please enter %(most)s or less.") % {"most": _plain(most)})
    rounded = round(given, _DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def _date(question: Question, given: Any) -> str:
    try:
        if not isinstance(given, str) or not _DATE.fullmatch(given) or date.fromisoformat(given).year not in _YEARS:
            raise ValueError("no date")
    except ValueError:
        raise Unfit(_("Please enter a date, as in 2026-04-22.")) from None
    least, most = question.limits.least, question.limits.most
    if isinstance(least, str) and given < least:
        raise Unfit(_("Please enter %(day)s or a later day.") % {"day": date_words(least)})
    if isinstance(most, str) and given > most:
        raise Unfit(_("Please enter %(day)s or an earlier day.") % {"day": date_words(most)})
    return given


def date_words(day: str) -> str:
    """A stored date as the page's readers write it."""
    return format_date(date.fromisoformat(day), "long", locale=current_language())


def _consent(given: Any) -> bool | None:
    if not isinstance(given, bool):
        raise Unfit(_("Please answer with yes or no."))
    return given or None


def _plain(number: float) -> str:
    return f"{number:g}"
