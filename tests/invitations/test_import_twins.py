"""Who of a list is there already, however the name is spelt, and who only has the same name."""

from collections import Counter
from typing import Any

import pytest

from events.invitations import import_twins
from events.invitations.import_model import Decision, Details, Known, StagedRow, Target, TwinKind
from events.invitations.import_twins import mark_twins
from events.invitations.model import match_key
from events.kit.ids import new_id
from events.people.model import Person

TARGET = Target(
    organiser_id=new_id(),
    programme_id=new_id(),
    event_id=None,
    slug="delegation",
    title={},
    time_zone="UTC",
    events=[],
    co_hosts=[],
)


def row(line: int, family_name: str, given_name: str = "", email: str = "", **more: Any) -> StagedRow:
    details = Details(family_name=family_name, given_name=given_name, email=email, locale="en", **more)
    details = Details(**{name: getattr(details, name) for name in details.__struct_fields__} | {"match_key": match_key(details)})
    return StagedRow(line=line, cells=[family_name, given_name, email], details=details)


def kinds(*rows: StagedRow, known: list[Known] | None = None) -> list[TwinKind | None]:
    mark_twins(rows, known or [], TARGET)
    return [one.twin.kind if one.twin else None for one in rows]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (("Satō", "Kenji", "k@example.com"), ("Satoh", "Kenji", "K@Example.com"), "same"),
        (("Satou", "Kenji", "k@example.com"), ("Kenji", "Satō", "k@example.com"), "same"),
        (("Müller", "Hans", "h@example.com"), ("Mueller", "Hans", "h@example.com"), "same"),
        (("Groß", "Eva", "e@example.com"), ("GROSS", "EVA", "e@example.com"), "same"),
        (("見本", "花子", "h@example.com"), ("見本花子", "", "h@example.com"), "same"),
        (("見本花子", "", "h@example.com"), ("ミホンハナコ", "", "h@example.com"), "likely"),
        (("ミホン", "ハナコ", "h@example.com"), ("Mihon", "Hanako", "h@example.com"), "same"),
        (("髙見本", "一郎", "i@example.com"), ("高見本", "一郎", "i@example.com"), "same"),
        (("Platzhalter", "Erika", "e@example.com"), ("Dr. Erika Platzhalter", "", "e@example.com"), "same"),
        (("Sato", "Kenji", ""), ("Satō", "Kenji", ""), "same"),
        (("Sato", "Kenji", "k@example.com"), ("Satō", "Kenji", ""), "likely"),
        (("Sato", "Kenji", "k@example.com"), ("Satō", "Kenji", "other@example.com"), "namesake"),
        (("Platzhalter", "Erika", "family@example.com"), ("Platzhalter", "Max", "family@example.com"), None),
        (("見本", "花子", "a@example.com"), ("ミホン", "ハナコ", "b@example.com"), None),
        (("Hoffmann", "Eva", "e@example.com"), ("Haffmann", "Eva", "e@example.com"), None),
    ],
)
def test_two_lines_are_compared_by_sound_and_address(one: tuple[str, ...], other: tuple[str, ...], kind: str | None) -> None:
    assert kinds(row(2, *one), row(3, *other)) == [None, kind]


def test_company_tells_people_without_an_address_apart() -> None:
    assert kinds(row(2, "Sato", "Kenji", company="Musterlinse GmbH"), row(3, "Satō", "Kenji", company="Beispiel AG")) == [None, "namesake"]


def test_kana_beside_kanji_join_two_scripts() -> None:
    kanji = row(2, "見本", "花子", "h@example.com", family_name_kana="ミホン", given_name_kana="ハナコ")

    assert kinds(kanji, row(3, "ミホン", "ハナコ", "h@example.com")) == [None, "same"]


def test_invitation_goes_before_an_earlier_line() -> None:
    known = Known(person=Person(family_name="Sato", given_name="Kenji"), email="k@example.com", events=[], invitation_id=new_id())
    rows = [row(2, "Satō", "Kenji", "k@example.com"), row(3, "Satoh", "Kenji", "k@example.com")]

    assert kinds(*rows, known=[known]) == ["same", "same"]
    assert [one.twin.invitation_id for one in rows if one.twin] == [known.invitation_id] * 2


def test_proposal_depends_on_how_sure_it_is() -> None:
    person = Person(family_name="Sato", given_name="Kenji")
    invitation = Known(person=person, email="k@example.com", events=[], invitation_id=new_id())
    withdrawn = Known(person=person, email="w@example.com", events=[], invitation_id=new_id(), withdrawn=True)
    guest = Known(person=person, email="g@example.com", events=[])
    rows = [row(line, "Satō", "Kenji", f"{mail}@example.com") for line, mail in enumerate("kwgx")]
    mark_twins(rows, [invitation, withdrawn, guest], TARGET)

    assert [one.decision for one in rows] == [Decision.MERGE, Decision.SKIP, Decision.SKIP, Decision.IMPORT]


def test_key_is_the_same_for_the_same_person_and_another_for_a_second_one() -> None:
    def keys(*rows: StagedRow) -> list[str | None]:
        mark_twins(rows, [], TARGET)
        return [one.row_key for one in rows]

    satos = [("Satō", "Kenji", "k@example.com"), ("Satō", "Kenji", "k@example.com"), ("Satō", "Kenji", "k@example.com")]
    first = keys(*(row(line, *sato) for line, sato in enumerate(satos)))

    assert len(set(first)) == 3
    assert keys(*(row(line + 7, *sato) for line, sato in enumerate(satos))) == first
    assert keys(row(2, "Satoh", "Kenji", "K@example.com")) == first[:1]


def test_thousands_of_one_name_are_not_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Counter[str]()
    kind = import_twins._kind

    def counted(*pair: Any) -> TwinKind | None:
        compared["pairs"] += 1
        return kind(*pair)

    monkeypatch.setattr(import_twins, "_kind", counted)
    rows = [row(line, "Müller", "Hans", f"hans-{line}@example.com") for line in range(2_000)]
    rows.append(row(2_000, "Mueller", "Hans", "hans-1234@example.com"))
    mark_twins(rows, [], TARGET)

    assert (rows[-1].twin or rows[0]).line == 1234
    assert compared["pairs"] < 60 * len(rows)  # one by one they would be two million
