"""Instants as people read them: always in a named zone, in German, English or Japanese.

An event has one zone and its times are told in it; a guest who travels may have a second one, which is added in
brackets: "Do., 22. April 2027, 18:30 Uhr (JST; 11:30 MESZ)". No function here reads the clock.
"""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_gmt, get_timezone_location, get_timezone_name

# British rather than American dates and zone names for English readers.
_CLDR_LOCALE = {"de": "de", "en": "en_GB", "ja": "ja"}
_DAY_PATTERN = {"de": "EEE, d. MMMM y", "en": "EEE d MMMM y", "ja": "y年M月d日(E)"}
_SHORT_DAY_PATTERN = {"de": "EEE, d. MMM", "en": "EEE d MMM", "ja": "M月d日(E)"}

# Zones that speak for their whole country although it has more than one (CLDR supplemental data, primaryZones).
_PRIMARY_ZONES = {
    "America/Santiago",
    "Asia/Kuala_Lumpur",
    "Asia/Shanghai",
    "Asia/Tashkent",
    "Europe/Berlin",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/Madrid",
    "Pacific/Auckland",
}


# Where most readers of a language live; English is read everywhere.
HOME_ZONES = {"de": "Europe/Berlin", "ja": "Asia/Tokyo"}


def home_zone(locale: str) -> str | None:
    """The second zone worth printing for readers of a language, for whoever has not named their own."""
    return HOME_ZONES.get(locale)


def moment_label(instant: datetime, zone: str, *, locale: str, guest_zone: str | None = None) -> str:
    """Day and time with the zone: "Do., 22. April 2027, 18:30 Uhr (JST; 11:30 MESZ)"."""
    local = _local(instant, zone)
    return f"{_day_and_time(local, None, locale)}{_zone_note(local, None, guest_zone, locale)}"


def span_label(starts_at: datetime, ends_at: datetime, zone: str, *, locale: str, guest_zone: str | None = None) -> str:
    """From and until, the day printed once where both are on it: "Thu 22 April 2027, 18:30–21:30 (JST)"."""
    start, end = _local(starts_at, zone), _local(ends_at, zone)
    return f"{_day_and_time(start, end, locale)}{_zone_note(start, end, guest_zone, locale)}"


def clock_label(instant: datetime, zone: str, *, locale: str) -> str:
    """The time alone, for places where the day stands beside it: "18:00 Uhr (JST)"."""
    local = _local(instant, zone)
    return f"{_time(local, None, locale)}{_zone_note(local, None, None, locale)}"


def clock_span_label(starts_at: datetime, ends_at: datetime, zone: str, *, locale: str) -> str:
    """From and until without the day, where it stands above; an end on another day is told with its day."""
    start, end = _local(starts_at, zone), _local(ends_at, zone)
    if end.date() != start.date():
        return span_label(starts_at, ends_at, zone, locale=locale)
    return f"{_time(start, end, locale)}{_zone_note(start, end, None, locale)}"


def day_label(instant: datetime, zone: str, *, locale: str) -> str:
    """The day on which the instant falls in the zone, with its year: "Thu 22 April 2027"."""
    return _day(_local(instant, zone).date(), locale)


def _local(instant: datetime, zone: str) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a time without a zone cannot be told to anybody")
    return instant.astimezone(ZoneInfo(zone))


def _day(day: date, locale: str) -> str:
    return format_date(day, _DAY_PATTERN[locale], locale=_CLDR_LOCALE[locale])


def _short_day(day: date, locale: str) -> str:
    return format_date(day, _SHORT_DAY_PATTERN[locale], locale=_CLDR_LOCALE[locale])


def _day_and_time(start: datetime, end: datetime | None, locale: str) -> str:
    joint = " " if locale == "ja" else ", "
    if end is None or end.date() == start.date():
        return f"{_day(start.date(), locale)}{joint}{_time(start, end, locale)}"
    until = "〜" if locale == "ja" else " – "
    return until.join(f"{_day(moment.date(), locale)}{joint}{_time(moment, None, locale)}" for moment in (start, end))


def _time(start: datetime, end: datetime | None, locale: str) -> str:
    text = f"{start:%H:%M}"
    if end is not None:
        text += f"{'〜' if locale == 'ja' else '–'}{end:%H:%M}"
    return f"{text} Uhr" if locale == "de" else text


def _zone_note(start: datetime, end: datetime | None, guest_zone: str | None, locale: str) -> str:
    zones = [_zone_name(start, locale)]
    if guest_zone is not None:
        there = start.astimezone(ZoneInfo(guest_zone))
        if there.utcoffset() != start.utcoffset():
            zones.append(_elsewhere(there, end and end.astimezone(there.tzinfo), start.date(), locale))
    return f"（{'、'.join(zones)}）" if locale == "ja" else f" ({'; '.join(zones)})"


def _elsewhere(start: datetime, end: datetime | None, day: date, locale: str) -> str:
    """The same span in the guest's zone; a day is named only where it is another one than the event's."""
    times = f"{start:%H:%M}" if start.date() == day else f"{_short_day(start.date(), locale)} {start:%H:%M}"
    if end is not None:
        until = "〜" if locale == "ja" else "–"
        times += f"{until}{end:%H:%M}" if end.date() == start.date() else f" {until} {_short_day(end.date(), locale)} {end:%H:%M}"
    name = _zone_name(start, locale)
    return f"{name} {times}" if locale == "ja" else f"{times} {name}"


def _zone_name(local: datetime, locale: str) -> str:
    if locale == "ja":
        return _japanese_zone_name(local)
    short = get_timezone_name(local, width="short", locale=_CLDR_LOCALE[locale])
    for name in (short, local.tzname() or ""):
        if re.fullmatch(r"[A-Z]{2,5}", name):
            return name
    return get_timezone_gmt(local, locale=_CLDR_LOCALE[locale])


def _japanese_zone_name(local: datetime) -> str:
    """Japanese readers know 日本時間 and ドイツ時間, not abbreviations; summer time is named where the hour is told twice."""
    zone = getattr(local.tzinfo, "key", "")
    place = get_timezone_location(local.tzinfo, locale="ja")
    country = re.sub(r"（.*）", "", place) if zone in _PRIMARY_ZONES else place
    told_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    if "（" in country or told_twice:
        return get_timezone_name(local, width="long", locale="ja")
    return country
