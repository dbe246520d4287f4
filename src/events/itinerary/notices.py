"""What guests are told about clashes.

A clash is explained, never forbidden: who ticks "I know" is not asked again about the same events.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime

import msgspec

from events.kit.i18n import current_language, local, ngettext
from events.kit.i18n import gettext as _
from events.kit.times import clock_label, day_label, moment_label

from .model import Clash, ClashKind, Stay, Way

FIELD = "clashes_known"
"""The box with which a guest answers a notice of clashes."""


class ClashNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence for each clash, and what the box sends when the guest agrees to exactly these."""

    sentences: list[str]
    answer: str


def clash_notice(clashes: Collection[Clash]) -> ClashNotice | None:
    """What a form shows above the box; nothing where there is no clash."""
    return ClashNotice(sentences=[clash_words(clash) for clash in clashes], answer=answer_to(clashes)) if clashes else None


def are_known(clashes: Collection[Clash], typed: str) -> bool:
    """Whether the guest has agreed to these clashes or to more; `typed` is what the form sent as `FIELD`."""
    return {_digest(clash) for clash in clashes} <= set(typed.split())


def clash_words(clash: Clash) -> str:
    """A clash in a sentence, times in the zone of each event."""
    first, second = clash.first, clash.second
    words = {
        "first": local(first.title),
        "second": local(second.title),
        "ends": _time_of(first, first.ends_at, clash),
        "begins": _time_of(second, second.starts_at, clash),
        "day": _day_of(second),
        "there": local(first.venue_name),
        "where": local(second.venue_name),
        "way": _way_words(clash.way),
    }
    if clash.kind is ClashKind.OVERLAP:
        return _("%(day)s: “%(first)s” ends at %(ends)s, but “%(second)s” begins at %(begins)s already.") % words
    return (
        _("%(day)s: “%(first)s” ends at %(ends)s (%(there)s). The way to %(where)s takes %(way)s; “%(second)s” begins at %(begins)s.")
        % words
    )


def minutes_label(minutes: int) -> str:
    """A length of time as people say it: "55 minutes", "3 hours 20 minutes"."""
    hours, rest = divmod(minutes, 60) if minutes > 90 else (0, minutes)
    parts = [
        ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours} if hours else "",
        ngettext("%(num)s minute", "%(num)s minutes", rest) % {"num": rest} if rest or not hours else "",
    ]
    return ("" if current_language() == "ja" else " ").join(part for part in parts if part)


def _way_words(way: Way) -> str:
    minutes = minutes_label(way.minutes)
    return _("about %(minutes)s") % {"minutes": minutes} if way.is_estimate else minutes


def _time_of(stay: Stay, at: datetime, clash: Clash) -> str:
    """The hour alone while both are on one day, which the sentence names."""
    is_that_day = day_label(at, stay.time_zone, locale="en") == day_label(clash.second.starts_at, clash.second.time_zone, locale="en")
    return (clock_label if is_that_day else moment_label)(at, stay.time_zone, locale=current_language())


def _day_of(stay: Stay) -> str:
    return day_label(stay.starts_at, stay.time_zone, locale=current_language())


def answer_to(clashes: Collection[Clash]) -> str:
    """What a box sends that agrees to exactly these."""
    return " ".join(_digest(clash) for clash in clashes)


def _digest(clash: Clash) -> str:
    """Names a pair of events with what clashes about them, so that a move asks again."""
    facts = (*clash.pair, clash.kind, clash.first.ends_at, clash.second.starts_at)
    return hashlib.sha256(repr(tuple(map(str, facts))).encode()).hexdigest()[:12]
