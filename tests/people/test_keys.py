"""Search and sort keys: what finds whom, and who stands before whom."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.people.keys import search_key, search_words, sort_key
from events.people.model import Person

HANAKO = Person(
    family_name="見本",
    given_name="花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    company="株式会社みほん光学",
    department="第二営業部",
)
ERIKA = Person(honorific="Dr.", family_name="Platzhalter", given_name="Erika", company="Beispiel Sensorik AG")
JOERG = Person(family_name="Müßig-Großäcker", given_name="Jörg", company="Universität Beispielstadt")
PEOPLE = [HANAKO, ERIKA, JOERG]


def finds(query: str, person: Person) -> bool:
    key = search_key(person)
    return all(word in key for word in search_words(query))


@pytest.mark.parametrize(
    "spellings",
    [
        ("Satō", "Satoh", "Satou", "Sato", "SATO", "サトウ", "さとう", "ｻﾄｳ", "サトー", "Ｓａｔｏ", "sato\u0304"),
        ("Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller"),
        ("Groß", "Gross", "GROẞ"),
        ("Łukasz", "Lukasz", "łukasz"),
        ("Ōno", "Ohno", "Oono", "Ono", "おおの"),
        ("Shimizu", "Simizu", "シミズ", "しみず"),
        ("Tsuchiya", "Tutiya", "つちや"),
        ("Fujita", "Huzita", "ふじた"),
        ("Shunji", "Syunzi", "Shunzi", "シュンジ"),
        ("Chōjirō", "Tyouzirou", "チョウジロウ"),
        ("Shinbashi", "Shimbashi", "シンバシ"),
        ("Shin'ichi", "Shinichi", "Shin’ichi", "しんいち"),
        ("Hattori", "ハットリ", "Hatori"),
        ("Hoffmann", "Hofmann"),
        ("O'Connor", "O’Connor", "OConnor", "oconnor"),
        ("葛󠄀例", "葛例"),
        ("髙見本", "高見本"),
        ("𠮷例", "吉例"),
        ("佐々木", "佐佐木"),
        ("福\ufe00", "福", "福"),
    ],
)
def test_search_spellings_of_one_name_find_each_other(spellings: tuple[str, ...]) -> None:
    missed = [(query, name) for query in spellings for name in spellings if not finds(query, Person(family_name=name))]
    assert missed == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("見本", [HANAKO]),
        ("見本花子", [HANAKO]),
        ("花子　見本", [HANAKO]),
        ("みほんはなこ", [HANAKO]),
        ("hanako mihon", [HANAKO]),
        ("みほん光学", [HANAKO]),
        ("営業部", [HANAKO]),
        ("platzhalter, erika", [ERIKA]),
        ("beispiel", [ERIKA, JOERG]),
        ("sensorik erika", [ERIKA]),
        ("erika universität", []),
        ("Muessig", [JOERG]),
        ("müßig-gross", [JOERG]),
        ("universitaet", [JOERG]),
        ("見", [HANAKO]),
        ("Dr", []),
    ],
)
def test_search_query_finds_exactly(query: str, found: list[Person]) -> None:
    assert [person for person in PEOPLE if finds(query, person)] == found


@pytest.mark.parametrize(
    ("query", "other"), [("がとう", "かとう"), ("Ohara", "Ora"), ("Kochi", "Koch"), ("葛例", "例"), ("Mihon", "Mohin"), ("ばば", "はは")]
)
def test_search_does_not_mix_up_other_names(query: str, other: str) -> None:
    assert not finds(query, Person(family_name=other))


NAMES = """
    Yoshichika Shimbashi Shinbashi Schulze Michael Watson Shinji Tsutsui Fujita Chichibu Matsushita Kitchener Ohara Großäcker Jörg
    Jun'ichi Mitchell Yoshifumi Tōfuku Dschungel Honjo Honjō Junji Przykład ハセガワ 髙見本 葛󠄀例
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_search_finds_a_name_while_it_is_typed(name: str) -> None:
    missed = [name[:end] for end in range(1, len(name) + 1) if not finds(name[:end], Person(family_name=name))]
    assert missed == []


@pytest.mark.parametrize("query", ["", " ", "%", "_", "\\", "・", "-", "%_%", "󠄀"])
def test_search_words_without_letters_are_none(query: str) -> None:
    assert search_words(query) == []


@given(st.text(max_size=60))
def test_search_words_are_safe_for_like(query: str) -> None:
    assert [word for word in search_words(query) if not word or not word.isalnum()] == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_search_finds_every_name_by_itself(family_name: str, given_name: str) -> None:
    assert finds(f"{family_name} {given_name}", Person(family_name=family_name, given_name=given_name))


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"], max_codepoint=0x17F), max_size=20))
def test_search_ignores_the_unicode_form(name: str) -> None:
    forms = {tuple(search_words(unicodedata.normalize(form, name))) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(forms) == 1


def test_search_words_of_a_long_query_are_bounded() -> None:
    assert [len(word) for word in search_words("ab" * 500 + " x y z a b c d e f g")] == [64, 1, 1, 1, 1, 1, 1, 1]


def kana(family_name: str, given_name: str = "") -> Person:
    return Person(family_name="漢", given_name="字", family_name_kana=family_name, given_name_kana=given_name)


def latin(family_name: str, given_name: str = "") -> Person:
    return Person(family_name=family_name, given_name=given_name)


@pytest.mark.parametrize(
    "in_order",
    [
        [latin("Adler"), latin("Müller"), latin("Müller", "Anna"), latin("Müllerin"), latin("Zander")],
        [latin("van Aa"), latin("van den Berg"), latin("Vana")],
        [latin("Łaski"), latin("Lasso"), latin("Öhler"), latin("Ort")],
        [latin("Zander"), kana("アオキ"), latin("漢字")],
        [kana("アオキ"), kana("いのうえ"), kana("ウエダ"), kana("ミホン"), kana("わだ")],
        [kana("カトウ", "タロウ"), kana("ガトウ", "タロウ"), kana("カトウ", "ハナコ")],
        [kana("サトー"), kana("サトオ", "ア"), kana("サトオカ")],
        [kana("ハット"), kana("ハツトリ"), kana("ハットリ", "ア")],
        [kana("ｶﾄｳ"), kana("キムラ")],
        [Person(family_name="Żak", family_name_latin="Aaa"), latin("Bbb")],
    ],
)
def test_sort_keys_put_people_in_order(in_order: list[Person]) -> None:
    keys = [sort_key(person).encode() for person in in_order]
    assert keys == sorted(set(keys))


def test_sort_key_never_uses_kanji_when_kana_is_known() -> None:
    assert sort_key(HANAKO) == "みほん\tはなこ\tみほん はなこ"


@given(st.text(max_size=30), st.text(max_size=30))
def test_keys_can_be_stored(family_name: str, given_name: str) -> None:
    person = Person(family_name=family_name.replace("\0", ""), given_name=given_name.replace("\0", ""))
    assert ("\0" in search_key(person), "\0" in sort_key(person)) == (False, False)
