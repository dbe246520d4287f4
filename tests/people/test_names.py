"""How names are shown, per language."""

import pytest

from events.people.kana import is_kana, romaji
from events.people.model import Person
from events.people.names import address, full_name, kana_name, latin_name, native_name, second_script, spoken_name

ERIKA = Person(honorific="Dr.", family_name="Platzhalter", given_name="Erika")
HANAKO = Person(
    family_name="見本",
    given_name="花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    family_name_latin="Mihon",
    given_name_latin="Hanako",
)
JIRO = Person(family_name="𠮷例", given_name="次郎", family_name_kana="ヨシレイ", given_name_kana="ジロウ")
SABURO = Person(honorific="教授", family_name="葛󠄀例", given_name="三郎")
CONTOH = Person(family_name="Contoh")
LUKASZ = Person(honorific="Prof.", family_name="Przykład", given_name="Łukasz")
AIKO = Person(
    honorific="Dr.", family_name="例", given_name="愛子", family_name_latin="Rei", given_name_latin="Aiko", family_name_kana="レイ"
)


@pytest.mark.parametrize(
    ("person", "de", "ja", "second_de", "second_ja"),
    [
        (ERIKA, "Dr. Erika Platzhalter", "Dr. Erika Platzhalter", "", ""),
        (HANAKO, "Hanako Mihon", "見本 花子", "見本 花子", "Hanako Mihon"),
        (JIRO, "𠮷例 次郎", "𠮷例 次郎", "", ""),
        (SABURO, "葛󠄀例 三郎 教授", "葛󠄀例 三郎 教授", "", ""),
        (CONTOH, "Contoh", "Contoh", "", ""),
        (LUKASZ, "Prof. Łukasz Przykład", "Prof. Łukasz Przykład", "", ""),
        (AIKO, "Dr. Aiko Rei", "例 愛子", "例 愛子", "Dr. Aiko Rei"),
    ],
)
def test_full_name_and_second_script(person: Person, de: str, ja: str, second_de: str, second_ja: str) -> None:
    shown = [full_name(person, "de"), full_name(person, "ja"), second_script(person, "de"), second_script(person, "ja")]
    assert shown == [de, ja, second_de, second_ja]


@pytest.mark.parametrize("person", [ERIKA, HANAKO, JIRO, CONTOH, LUKASZ])
def test_full_name_english_is_as_german(person: Person) -> None:
    assert full_name(person, "en") == full_name(person, "de")


@pytest.mark.parametrize(
    ("person", "de", "ja"),
    [
        (ERIKA, "Dr. Erika Platzhalter", "Dr. Erika Platzhalter 様"),
        (HANAKO, "Hanako Mihon", "見本 花子 様"),
        (SABURO, "葛󠄀例 三郎 教授", "葛󠄀例 三郎 様"),
        (CONTOH, "Contoh", "Contoh 様"),
    ],
)
def test_address_per_language(person: Person, de: str, ja: str) -> None:
    assert (address(person, "de"), address(person, "ja")) == (de, ja)


@pytest.mark.parametrize(
    ("person", "en", "ja"),
    [
        (HANAKO, "Hanako Mihon", "ミホン ハナコ"),
        (JIRO, "Jirou Yoshirei", "ヨシレイ ジロウ"),
        (ERIKA, "Dr. Erika Platzhalter", "Dr. Erika Platzhalter"),
        (SABURO, "葛󠄀例 三郎 教授", "葛󠄀例 三郎 教授"),
    ],
)
def test_spoken_name_is_what_a_steward_says(person: Person, en: str, ja: str) -> None:
    assert (spoken_name(person, "en"), spoken_name(person, "ja")) == (en, ja)


def test_names_in_one_script_have_no_others() -> None:
    assert (latin_name(JIRO), kana_name(ERIKA), latin_name(ERIKA)) == ("", "", "Dr. Erika Platzhalter")


def test_native_name_keeps_every_code_point() -> None:
    compatibility = Person(family_name="\ufa1b", given_name="e\u0301")
    assert [hex(ord(letter)) for letter in native_name(compatibility)] == ["0xfa1b", "0x20", "0x65", "0x301"]


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ミホン", "mihon"),
        ("きょうこ", "kyouko"),
        ("シュンジ", "shunji"),
        ("ハットリ", "hattori"),
        ("まっちゃ", "matcha"),
        ("ヴィクトリア", "vikutoria"),
        ("ファティマ", "fatima"),
        ("サトー", "sato"),
        ("ちゅうじょう", "chuujou"),
        ("ゃっ", "ya"),
        ("見本", "見本"),
    ],
)
def test_romaji_writes_kana_as_they_sound(kana: str, latin: str) -> None:
    assert romaji(kana) == latin


@pytest.mark.parametrize(
    ("text", "answer"),
    [("ミホン", True), ("みほん　はなこ", True), ("ﾐﾎﾝ", True), ("見本", False), ("Mihon", False), ("", False)],
)
def test_is_kana(text: str, answer: bool) -> None:
    assert is_kana(text) is answer
