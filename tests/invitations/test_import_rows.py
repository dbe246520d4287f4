"""What people write into cells, and what is said when it cannot be understood."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.invitations.import_columns import guessed_columns
from events.invitations.import_model import CoHost, Defaults, StagedRow, Target, TargetEvent, TargetPool
from events.invitations.import_rows import RowReader
from events.invitations.import_words import parse_companions, parse_flags, parse_locale, parse_moment
from events.invitations.spreadsheet import TableRow
from events.kit.clock import now
from events.kit.ids import new_id

NAME = {"en": "x"}
DINNER = TargetEvent(
    id=new_id(),
    slug="dinner",
    title=NAME,
    starts_at=now(),
    time_zone="Asia/Tokyo",
    pools=[TargetPool(id=new_id(), slug="japan", name=NAME), TargetPool(id=new_id(), slug="thuringia", name=NAME)],
)
VISIT = TargetEvent(id=new_id(), slug="visit", title=NAME, starts_at=now(), time_zone="Asia/Tokyo")
CAPITAL = CoHost(id=new_id(), slug="capital", name=NAME)
TARGET = Target(
    organiser_id=new_id(),
    programme_id=new_id(),
    event_id=None,
    slug="delegation",
    title=NAME,
    time_zone="Asia/Tokyo",
    events=[DINNER, VISIT],
    co_hosts=[CAPITAL],
)


def read(defaults: Defaults | None = None, **cells: str) -> StagedRow:
    """One line with these cells, invited to the dinner unless it says otherwise."""
    columns = {field: number for number, field in enumerate(cells)}
    reader = RowReader(TARGET, columns, defaults or Defaults(events={DINNER.id: None}), width=len(columns))
    return reader.read(TableRow(2, list(cells.values())))


def wrong(row: StagedRow) -> list[str]:
    return [problem.field for problem in row.problems]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["Nachname", "Vorname", "E-Mail", "Firma", "Anrede"], ["family_name", "given_name", "email", "company", "honorific"]),
        (["姓", "名", "セイ", "メイ", "メールアドレス"], ["family_name", "given_name", "family_name_kana", "given_name_kana", "email"]),
        (["Last name", "First Name", "E-MAIL", "Job title"], ["family_name", "given_name", "email", "job_title"]),
        (["Name", "E‑Mail‑Adresse", "Rückmeldung bis", "Größe"], ["whole_name", "email", "answer_by"]),
        (["氏名", "会社名", "回答期限", "備考"], ["whole_name", "company", "answer_by"]),
        (["Name", "Family name", "Family name"], ["family_name"]),
    ],
)
def test_headings_are_understood_in_three_languages(header: list[str], expected: list[str]) -> None:
    assert sorted(guessed_columns(header)) == sorted(expected)


def test_line_without_faults_becomes_an_invitee() -> None:
    row = read(
        Defaults(events={DINNER.id: None, VISIT.id: None}, locale="en"),
        family_name="Müßig-Großäcker",
        given_name="Jörg",
        honorific="Prof. Dr.-Ing.",
        email="ｊｏｅｒｇ＠example.com",
        company="Beispiel\nSensorik AG",
        contingent="Japan",
        flags="VIP, 車椅子",
        co_host="capital",
        max_companions="2",
    )

    details = row.details
    assert details is not None
    assert (details.family_name, details.honorific, details.email, details.company) == (
        "Müßig-Großäcker",
        "Prof. Dr.-Ing.",
        "joerg@example.com",
        "Beispiel Sensorik AG",
    )
    assert (details.events, details.flags, details.co_host_id, details.companions, details.max_companions) == (
        {DINNER.id: DINNER.pools[0].id, VISIT.id: None},
        ["vip", "wheelchair"],
        CAPITAL.id,
        "named",
        2,
    )


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ({"family_name": "", "given_name": "Nina"}, ["family_name"]),
        ({"family_name": "x" * 101}, ["family_name"]),
        ({"family_name": "Two\nlines"}, ["family_name"]),
        ({"family_name": "Bell\x07"}, ["family_name"]),
        ({"family_name": "M\ufffdller"}, ["family_name"]),
        ({"family_name": "a", "family_name_kana": "Mihon"}, ["family_name_kana"]),
        ({"family_name": "a", "email": "a@b"}, ["email"]),
        ({"family_name": "a", "email": "a@example.com; b@example.com"}, ["email"]),
        ({"family_name": "a", "delegate_email": "office"}, ["delegate_email"]),
        ({"family_name": "a", "company": "x" * 201}, ["company"]),
        ({"family_name": "a", "locale": "fr"}, ["locale"]),
        ({"family_name": "a", "events": "dinner, breakfast"}, ["events"]),
        ({"family_name": "a", "contingent": "france"}, ["contingent"]),
        ({"family_name": "a", "co_host": "nobody"}, ["co_host"]),
        ({"family_name": "a", "flags": "vip, tall"}, ["flags"]),
        ({"family_name": "a", "companions": "perhaps"}, ["companions"]),
        ({"family_name": "a", "max_companions": "12"}, ["max_companions"]),
        ({"family_name": "a", "companions": "later"}, ["companions_by"]),
        ({"family_name": "a", "answer_by": "04/05/2027"}, ["answer_by"]),
        ({"family_name": "a", "answer_by": "2027-02-30"}, ["answer_by"]),
        ({"family_name": "", "email": "x", "locale": "fr"}, ["family_name", "email", "locale"]),
    ],
)
def test_everything_that_is_wrong_is_said_at_once(cells: dict[str, str], fields: list[str]) -> None:
    row = read(None, **cells)

    assert (wrong(row), row.details, row.state) == (fields, None, "bad")


def test_fault_names_what_was_typed_and_what_is_possible() -> None:
    (problem,) = read(family_name="a", events="breakfast").problems

    assert problem.text % problem.words == "There is no event called “breakfast” here. Possible are: dinner, visit."


def test_line_with_more_cells_than_headings_is_a_fault() -> None:
    reader = RowReader(TARGET, {"family_name": 0}, Defaults(events={DINNER.id: None}), width=1)

    assert wrong(reader.read(TableRow(2, ["Musterlinse", "GmbH"]))) == [""]


def test_nobody_is_invited_to_nothing() -> None:
    assert wrong(read(Defaults(), family_name="a")) == ["events"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2027-04-22", datetime(2027, 4, 22, 14, 59, tzinfo=UTC)),
        ("22.4.2027", datetime(2027, 4, 22, 14, 59, tzinfo=UTC)),
        ("22.04.2027 18:30 Uhr", datetime(2027, 4, 22, 9, 30, tzinfo=UTC)),
        ("2027年4月22日", datetime(2027, 4, 22, 14, 59, tzinfo=UTC)),
        ("２０２７/４/２２ １８：３０", datetime(2027, 4, 22, 9, 30, tzinfo=UTC)),
        ("2027-04-22T18:30", datetime(2027, 4, 22, 9, 30, tzinfo=UTC)),
        ("4/22/2027", None),
        ("next week", None),
        ("2027-04-22 25:00", None),
    ],
)
def test_dates_are_read_where_they_are_certain(typed: str, expected: datetime | None) -> None:
    assert parse_moment(typed, "Asia/Tokyo") == expected


@pytest.mark.parametrize(
    ("parse", "typed", "expected"),
    [
        (parse_locale, "Deutsch", "de"),
        (parse_locale, "ja-JP", "ja"),
        (parse_locale, "日本語", "ja"),
        (parse_locale, "Klingon", None),
        (parse_flags, "x", ["vip"]),
        (parse_flags, "nein", []),
        (parse_flags, "Redner; VIP", ["speaker", "vip"]),
        (parse_flags, "tall", None),
        (parse_companions, "ja", ("named", None)),
        (parse_companions, "2", ("named", 2)),
        (parse_companions, "なし", ("none", None)),
        (parse_companions, "後日", ("later", None)),
        (parse_companions, "maybe", None),
    ],
)
def test_words_are_understood_in_three_languages(parse: Any, typed: str, expected: object) -> None:
    assert parse(typed) == expected
