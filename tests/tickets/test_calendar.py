"""Calendar entries as other programs read them (RFC 5545)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from icalendar import Calendar, Event

from events.kit.i18n import use_language
from events.tickets.calendar import calendar_of, entries_of
from events.tickets.model import Ticket
from tests.builders import make_guest
from tests.tickets.test_papers import STARTS_AT, dinner, ticket

NOW = datetime(2027, 4, 1, 12, 0, tzinfo=UTC)
URL = "https://events.example.com/t/K7QX2M9FABCD2345"
HANAKO = make_guest("見本", "花子", family_name_latin="Mihon", given_name_latin="Hanako")


def written(guest: Ticket, *, language: str = "ja", cancelled: bool = False) -> bytes:
    with use_language(language):
        return calendar_of(entries_of(guest, URL), now=NOW, cancelled=cancelled)


def entry(guest: Ticket, *, language: str = "ja", cancelled: bool = False) -> Event:
    [found] = Calendar.from_ical(written(guest, language=language, cancelled=cancelled)).events
    assert isinstance(found, Event)
    return found


def test_entry_is_in_the_events_zone_with_its_rules() -> None:
    raw = written(ticket(HANAKO)).decode()
    assert "DTSTART;TZID=Asia/Tokyo:20270422T183000" in raw
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo" in raw
    shown = entry(ticket(HANAKO))
    assert (shown.start, shown.end) == (STARTS_AT, STARTS_AT + timedelta(hours=3))


@pytest.mark.parametrize(
    ("language", "summary", "location", "description"),
    [
        (
            "de",
            "Netzwerk-Dinner",
            "Hafenterrasse, 1-1 Example, Yokohama",
            f"Gast: Hanako Mihon\nEinlass: 18:00 Uhr (JST)\nTisch: 7\nTicket: {URL}",
        ),
        (
            "ja",
            "フォトニクス・センシング交流ディナー",
            "ハーバーテラス横浜, 横浜市例示1-1",
            f"ご参加者：見本 花子\n受付開始：18:00（日本時間）\nテーブル：7\nチケット：{URL}",
        ),
    ],
)
def test_entry_speaks_the_guests_language(language: str, summary: str, location: str, description: str) -> None:
    shown = entry(ticket(HANAKO), language=language)
    assert [str(shown[name]) for name in ("summary", "location", "description", "url")] == [summary, location, description, URL]


def test_organiser_can_be_answered() -> None:
    organiser = entry(ticket(HANAKO), language="en")["organizer"]
    assert (str(organiser), organiser.params["CN"]) == ("mailto:office@example.com", "Thuringia Delegation Office")


def test_later_version_replaces_the_entry_and_a_cancellation_ends_it() -> None:
    first = ticket(HANAKO)
    moved = msgspec.structs.replace(first.admissions[0], event=dinner(version=2, ends_at=STARTS_AT + timedelta(hours=4)))
    later = msgspec.structs.replace(first, admissions=[moved])
    shown = [entry(first), entry(later), entry(later, cancelled=True)]
    assert {str(one["uid"]) for one in shown} == {f"{first.admissions[0].registration_id}@events.example.com"}
    assert [(one["sequence"], str(one["status"])) for one in shown] == [(1, "CONFIRMED"), (2, "CONFIRMED"), (3, "CANCELLED")]
    methods = [str(Calendar.from_ical(written(later, cancelled=cancelled))["method"]) for cancelled in (False, True)]
    assert methods == ["PUBLISH", "CANCEL"]  # RFC 5546, 3.2.5


def test_every_event_of_the_ticket_has_an_entry() -> None:
    guest = ticket(HANAKO, dinner(), dinner(time_zone="Europe/Berlin"))
    calendar = Calendar.from_ical(written(guest))
    assert [one.DTSTART.tzinfo for one in calendar.events if isinstance(one.DTSTART, datetime)] == [
        ZoneInfo("Asia/Tokyo"),
        ZoneInfo("Europe/Berlin"),
    ]
    assert sorted(str(zone["tzid"]) for zone in calendar.timezones) == ["Asia/Tokyo", "Europe/Berlin"]


def test_lines_are_folded_between_characters_and_end_as_they_must() -> None:
    raw = written(ticket(msgspec.structs.replace(HANAKO, given_name="花子" * 60)))
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines]  # a character cut in two would not decode
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_commas_and_line_breaks_of_a_name_stay_in_the_description() -> None:
    shown = entry(ticket(make_guest("A;B,C\nATTENDEE:x", "")), language="en")
    assert str(shown["description"]).startswith("Guest: A;B,C\nATTENDEE:x\n")
    assert "attendee" not in shown
