"""The rule of clashes, alone and against a plain model of what "does not go together" means."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.itinerary.clashes import clashes_among
from events.itinerary.model import ClashKind, Place, Stay
from events.itinerary.notices import are_known, clash_notice, clash_words
from events.itinerary.ways import distance_km, estimated_minutes, way_between
from events.kit.i18n import use_language
from events.kit.ids import new_id

from .builders import HANEDA, OSAKA, YOKOHAMA, stay

VENUES = [new_id() for _ in range(4)]
PLACES: list[Place | None] = [HANEDA, YOKOHAMA, OSAKA, None]


def kinds(*stays: Stay) -> list[ClashKind]:
    return [clash.kind for clash in clashes_among(stays)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (stay(0.5, at=HANEDA), [ClashKind.OVERLAP]),
        (stay(-0.5, at=HANEDA), [ClashKind.OVERLAP]),
        (stay(1.0, at=YOKOHAMA), [ClashKind.WAY]),
        (stay(1.9, at=YOKOHAMA), [ClashKind.WAY]),
        (stay(2.0, at=YOKOHAMA), []),
        (stay(4.0, at=OSAKA), [ClashKind.WAY]),
        (stay(5.5, at=OSAKA), []),
        (stay(1.0, at=None), []),
    ],
)
def test_clash_is_overlap_or_too_short_a_way(other: Stay, expected: list[ClashKind]) -> None:
    assert kinds(stay(0), other) == kinds(other, stay(0)) == expected


def test_within_one_venue_an_event_may_begin_as_another_ends() -> None:
    venue_id = new_id()
    assert kinds(stay(0, venue_id=venue_id), stay(1, venue_id=venue_id)) == []


def test_organiser_knows_better_than_the_map_in_both_directions() -> None:
    first, second = stay(0, at=HANEDA), stay(1.5, at=YOKOHAMA)
    assert first.venue_id is not None
    assert second.venue_id is not None
    there, back = {(first.venue_id, second.venue_id): 30}, {(second.venue_id, first.venue_id): 31}
    assert [clashes_among([first, second], known) for known in (there, there | back)] == [[], []]
    assert [clash.way.minutes for clash in clashes_among([first, second], back)] == [31]


@pytest.mark.parametrize(("kilometres", "minutes"), [(0, 10), (1, 15), (17, 55), (30, 85), (400, 220), (880, 310), (9300, 940)])
def test_estimates_are_those_of_timetables(kilometres: float, minutes: int) -> None:
    assert estimated_minutes(kilometres) == minutes


def test_distances_are_those_of_the_map() -> None:
    assert [round(distance_km(HANEDA, place)) for place in (HANEDA, YOKOHAMA, OSAKA)] == [0, 17, 401]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Thu 22 April 2027: “Visit” ends at 09:00 (JST) (Haneda). The way to Yokohama takes about 55 minutes; "
            "“Workshop” begins at 09:30 (JST).",
        ),
        (
            "de",
            "Do., 22. April 2027: „Besuch“ endet um 09:00 Uhr (JST) (Haneda). Der Weg nach Yokohama dauert etwa 55 Minuten; "
            "„Workshop“ beginnt um 09:30 Uhr (JST).",
        ),
        (
            "ja",
            "2027年4月22日(木)：「見学」は09:00（日本時間）に終わり（Haneda）、Yokohamaまでの移動に約55分かかりますが、"
            "「Workshop」は09:30（日本時間）に始まります。",
        ),
    ],
)
def test_a_clash_is_explained_in_the_guests_language(language: str, words: str) -> None:
    workshop = stay(1.5, at=YOKOHAMA, title={"en": "Workshop"}, venue_name={"en": "Yokohama"})
    with use_language(language):
        assert [clash_words(clash) for clash in clashes_among([stay(0), workshop])] == [words]


def test_long_ways_are_told_in_hours_and_other_days_with_their_day() -> None:
    late = stay(12, 4, at=HANEDA)
    early = stay(17, at=OSAKA, title={"en": "Breakfast"}, venue_name={"en": "Osaka"})
    assert [clash_words(clash) for clash in clashes_among([late, early])] == [
        "Fri 23 April 2027: “Visit” ends at 00:00 (JST) (Haneda). The way to Osaka takes about 3 hours 40 minutes; "
        "“Breakfast” begins at 01:00 (JST)."
    ]


def test_who_agreed_is_asked_again_only_when_something_else_clashes() -> None:
    first, second, third = stay(0), stay(0.5), stay(0.2)
    before, after = clashes_among([first, second]), clashes_among([first, second, third])
    answers = [notice.answer for notice in (clash_notice(before), clash_notice(after)) if notice]
    asked_before, asked_after = ([are_known(clashes, answer) for answer in ("", *answers)] for clashes in (before, after))
    assert (asked_before, asked_after) == ([False, True, True], [False, False, True])
    assert (clash_notice([]), are_known([], "")) == (None, True)


@st.composite
def days(draw: st.DrawFn) -> list[Stay]:
    """A handful of events at a few venues, on a grid of quarter hours."""
    quarters = st.integers(0, 24)
    return [
        stay(draw(quarters) / 4, draw(st.integers(1, 8)) / 4, at=PLACES[number], venue_id=VENUES[number])
        for number in draw(st.lists(st.integers(0, 3), max_size=7))
    ]


@given(days())
def test_clashes_are_exactly_the_pairs_a_walking_guest_misses(stays: list[Stay]) -> None:
    """The plain model: somebody attends the earlier event to its end, then travels, and arrives after the other has begun."""

    def arrival(at: Stay, then: Stay) -> datetime:
        return at.ends_at + timedelta(minutes=way_between(at, then, {}).minutes)

    missed = {
        frozenset((one.event_id, other.event_id))
        for one in stays
        for other in stays
        if one is not other and (one.starts_at, one.event_id) < (other.starts_at, other.event_id) and arrival(one, other) > other.starts_at
    }
    found = clashes_among(stays)
    assert {frozenset(clash.pair) for clash in found} == missed
    assert len(found) == len(missed)
    assert clashes_among(list(reversed(stays))) == found
