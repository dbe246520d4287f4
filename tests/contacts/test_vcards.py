"""The cards: what stands in them, read by a parser that is not ours and by the letter of the formats."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import vobject

from events.contacts.model import Card, Share
from events.contacts.vcards import LONGEST_LINE, vcards

MET = "Met at Networking dinner, Thu 22 April 2027"


def make_card(**details: Any) -> Card:
    given: dict[str, Any] = {
        "family_name": "見本",
        "given_name": "花子",
        "family_name_kana": "ミホン",
        "given_name_kana": "ハナコ",
        "family_name_latin": "Mihon",
        "given_name_latin": "Hanako",
        "company": "株式会社みほん光学",
        "job_title": "課長",
        "registration_id": UUID(int=7),
        "event_id": UUID(int=8),
        "guest_id": UUID(int=9),
        "consent_id": 1,
        "key_hash": b"",
        "short_code": "ABCDEF",
        "shares": (Share.COMPANY, Share.JOB_TITLE),
        "email": "hanako@example.com",
        "phone": "+81 3 0000 0000",
        "updated_at": datetime(2027, 4, 1, 12, tzinfo=UTC),
    }
    return Card(**(given | details))


def lines(content: bytes) -> list[str]:
    """The properties with their folds undone."""
    return content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_card_for_phones_is_vcard_three_with_kana() -> None:
    assert lines(vcards([make_card()], met=MET)) == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:見本;花子;;;",
        "FN:見本 花子",
        "X-PHONETIC-LAST-NAME:ミホン",
        "X-PHONETIC-FIRST-NAME:ハナコ",
        "SORT-STRING:ミホン ハナコ",
        "NICKNAME:Hanako Mihon",
        "ORG:株式会社みほん光学",
        "TITLE:課長",
        "EMAIL;TYPE=INTERNET:hanako@example.com",
        "TEL;TYPE=VOICE:+81 3 0000 0000",
        "NOTE:Met at Networking dinner\\, Thu 22 April 2027",
        "UID:urn:uuid:00000000-0000-0000-0000-000000000007",
        "REV:20270401T120000Z",
        "END:VCARD",
    ]


def test_newer_format_says_one_name_in_three_scripts() -> None:
    told = lines(vcards([make_card()], met=MET, version="4.0"))
    assert told[1:8] == [
        "VERSION:4.0",
        "KIND:individual",
        'N;ALTID=1;SORT-AS="ミホン,ハナコ":見本;花子;;;',
        "N;ALTID=1;PHONETIC=script;SCRIPT=Kana:ミホン;ハナコ;;;",
        "N;ALTID=1;LANGUAGE=ja-Latn:Mihon;Hanako;;;",
        "FN:見本 花子",
        "FN;LANGUAGE=ja-Latn:Hanako Mihon",
    ]
    assert "TEL;VALUE=text:+81 3 0000 0000" in told


def test_title_stands_before_a_latin_name_only() -> None:
    erika = {"family_name": "Platzhalter", "given_name": "Erika", "honorific": "Dr.", "family_name_kana": "", "given_name_kana": ""}
    told = lines(vcards([make_card(**erika, family_name_latin="", given_name_latin="")], met=MET))
    assert told[2:4] == ["N:Platzhalter;Erika;;Dr.;", "FN:Dr. Erika Platzhalter"]
    assert [line for line in told if line.startswith(("SORT", "NICK", "X-"))] == []


def test_what_was_not_ticked_is_not_there() -> None:
    told = "\n".join(lines(vcards([make_card(shares=(), email="", phone="")], met=MET)))
    assert [word for word in ("光学", "課長", "EMAIL", "TEL", "ORG", "TITLE") if word in told] == []


@pytest.mark.parametrize("version", ["3.0", "4.0"])
@pytest.mark.parametrize(
    "company",
    [
        "Musterlinse; Optik, GmbH\\Co.",
        "𠮷例葛󠄀" * 40,
        "Zeile\nEND:VCARD\nBEGIN:VCARD\r\nTEL:666",
        'He said "lenses": cheap',
        "x" * 300,
    ],
)
def test_strange_values_stay_values(version: str, company: str) -> None:
    content = vcards([make_card(company=company)], met=MET, version=version)
    assert [line for line in content.split(b"\r\n") if len(line) > LONGEST_LINE] == []
    content.decode()  # no character is broken by a fold
    parsed = list(vobject.readComponents(content.decode()))
    assert len(parsed) == 1
    assert parsed[0].org.value == [company.replace("\r\n", "\n")]


def test_other_parser_reads_every_card() -> None:
    erika = make_card(family_name="Platzhalter", given_name="Erika", family_name_kana="", given_name_kana="", email="")
    hanako, second = list(vobject.readComponents(vcards([make_card(), erika], met=MET).decode()))
    assert (hanako.n.value.family, hanako.n.value.given, hanako.fn.value) == ("見本", "花子", "見本 花子")
    assert (hanako.x_phonetic_last_name.value, hanako.x_phonetic_first_name.value) == ("ミホン", "ハナコ")
    assert (hanako.email.value, hanako.tel.value, hanako.title.value) == ("hanako@example.com", "+81 3 0000 0000", "課長")
    assert hanako.note.value == MET
    assert (second.n.value.family, "email" in second.contents) == ("Platzhalter", False)
