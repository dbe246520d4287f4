"""Times as guests read them: the zone is always there, also around summer time and at the turn of a year."""

from datetime import UTC, datetime, timedelta

import pytest

from events.kit.times import clock_label, day_label, moment_label, span_label

TOKYO, BERLIN = "Asia/Tokyo", "Europe/Berlin"
DINNER = datetime(2027, 4, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "Do., 22. April 2027, 18:30 Uhr (JST; 11:30 MESZ)"),
        ("en", "Thu 22 April 2027, 18:30 (JST; 11:30 CEST)"),
        ("ja", "2027年4月22日(木) 18:30（日本時間、ドイツ時間 11:30）"),
    ],
)
def test_moment_names_both_zones(locale: str, expected: str) -> None:
    assert moment_label(DINNER, TOKYO, locale=locale, guest_zone=BERLIN) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "Do., 22. April 2027, 18:30–21:30 Uhr (JST; 11:30–14:30 MESZ)"),
        ("en", "Thu 22 April 2027, 18:30–21:30 (JST; 11:30–14:30 CEST)"),
        ("ja", "2027年4月22日(木) 18:30〜21:30（日本時間、ドイツ時間 11:30〜14:30）"),
    ],
)
def test_span_on_one_day_prints_the_day_once(locale: str, expected: str) -> None:
    assert span_label(DINNER, DINNER + timedelta(hours=3), TOKYO, locale=locale, guest_zone=BERLIN) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "Do., 22. April 2027, 18:30 Uhr – Fr., 23. April 2027, 00:30 Uhr (JST)"),
        ("en", "Thu 22 April 2027, 18:30 – Fri 23 April 2027, 00:30 (JST)"),
        ("ja", "2027年4月22日(木) 18:30〜2027年4月23日(金) 00:30（日本時間）"),
    ],
)
def test_span_past_midnight_prints_both_days(locale: str, expected: str) -> None:
    assert span_label(DINNER, DINNER + timedelta(hours=6), TOKYO, locale=locale) == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "Fr., 23. April 2027, 06:00 Uhr (JST; Do., 22. Apr. 23:00 MESZ)"),
        ("en", "Fri 23 April 2027, 06:00 (JST; Thu 22 Apr 23:00 CEST)"),
        ("ja", "2027年4月23日(金) 06:00（日本時間、ドイツ時間 4月22日(木) 23:00）"),
    ],
)
def test_other_day_in_the_guests_zone_is_named(locale: str, expected: str) -> None:
    early = datetime(2027, 4, 22, 21, 0, tzinfo=UTC)
    assert moment_label(early, TOKYO, locale=locale, guest_zone=BERLIN) == expected


def test_span_that_crosses_midnight_only_for_the_guest() -> None:
    starts_at = datetime(2027, 4, 22, 21, 0, tzinfo=UTC)
    label = span_label(starts_at, starts_at + timedelta(hours=2), TOKYO, locale="en", guest_zone=BERLIN)
    assert label == "Fri 23 April 2027, 06:00–08:00 (JST; Thu 22 Apr 23:00 – Fri 23 Apr 01:00 CEST)"


@pytest.mark.parametrize(
    ("hour", "german", "japanese"),
    [
        (0, "So., 31. Oktober 2027, 02:30 Uhr (MESZ)", "2027年10月31日(日) 02:30（中央ヨーロッパ夏時間）"),
        (1, "So., 31. Oktober 2027, 02:30 Uhr (MEZ)", "2027年10月31日(日) 02:30（中央ヨーロッパ標準時）"),
        (2, "So., 31. Oktober 2027, 03:30 Uhr (MEZ)", "2027年10月31日(日) 03:30（ドイツ時間）"),
    ],
)
def test_hour_told_twice_in_autumn_is_told_apart(hour: int, german: str, japanese: str) -> None:
    instant = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    assert moment_label(instant, BERLIN, locale="de") == german
    assert moment_label(instant, BERLIN, locale="ja") == japanese


def test_guest_zone_follows_its_summer_time() -> None:
    before, after = datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert moment_label(before, TOKYO, locale="de", guest_zone=BERLIN) == "So., 28. März 2027, 09:59 Uhr (JST; 01:59 MEZ)"
    assert moment_label(after, TOKYO, locale="de", guest_zone=BERLIN) == "So., 28. März 2027, 10:00 Uhr (JST; 03:00 MESZ)"


def test_year_is_the_one_of_the_zone() -> None:
    midnight = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert day_label(midnight, TOKYO, locale="de") == "Fr., 1. Januar 2027"
    assert day_label(midnight, BERLIN, locale="en") == "Thu 31 December 2026"
    assert day_label(midnight, TOKYO, locale="ja") == "2027年1月1日(金)"


@pytest.mark.parametrize(("locale", "expected"), [("de", "18:30 Uhr (JST)"), ("en", "18:30 (JST)"), ("ja", "18:30（日本時間）")])
def test_time_alone_keeps_its_zone(locale: str, expected: str) -> None:
    assert clock_label(DINNER, TOKYO, locale=locale) == expected


def test_guest_in_the_same_offset_gets_no_second_time() -> None:
    assert moment_label(DINNER, TOKYO, locale="en", guest_zone="Asia/Seoul") == "Thu 22 April 2027, 18:30 (JST)"


@pytest.mark.parametrize(
    ("zone", "english", "japanese"),
    [
        ("Asia/Bangkok", "16:30 (GMT+07:00)", "16:30（タイ時間）"),
        ("America/New_York", "05:30 (EDT)", "05:30（アメリカ東部夏時間）"),
        ("Europe/London", "10:30 (BST)", "10:30（イギリス時間）"),
        ("UTC", "09:30 (UTC)", "09:30（協定世界時）"),
    ],
)
def test_every_zone_has_a_name(zone: str, english: str, japanese: str) -> None:
    assert clock_label(DINNER, zone, locale="en") == english
    assert clock_label(DINNER, zone, locale="ja") == japanese


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        moment_label(datetime(2027, 4, 22, 18, 30), TOKYO, locale="en")  # noqa: DTZ001 (what is refused)
