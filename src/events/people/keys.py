"""Keys by which people are found and put in order. They are made from names, and stored beside them.

`search_key` holds every word of a person twice: as it is written (without marks, case and width) and as it sounds, so that
Satō, Satoh, Satou and Sato are one, as are Müller, Mueller and Muller. A query is looked for word by word:
`search_key like '%' || word || '%'` for every one of `search_words(query)`.
"""

import re
import unicodedata
from functools import lru_cache

from .kana import is_kana, plain_order, to_hiragana
from .letters import plain_words
from .model import Listed, Named

MOST_QUERY_WORDS = 8  # more would only slow the search down
LONGEST_QUERY_WORD = 64

# In this order, again and again until nothing changes. Between the spellings of one Japanese sound the Kunrei one is taken
# (si for shi, tu for tsu): ISO 3602 against Hepburn.
_SOUNDS = [
    (re.compile(r"([a-z])\1+"), r"\1"),  # Hoffmann, Hofmann; Oono
    (re.compile(r"oh(?![aeiouy])"), "o"),  # Ohno, Satoh, but not Ohara
    (re.compile(r"ou"), "o"),  # Satou
    (re.compile(r"(?<=[aou])e"), ""),  # Mueller, Goethe
    (re.compile(r"tch"), "ch"),
    (re.compile(r"ch(?=i)"), "t"),
    (re.compile(r"ch(?=[auo])"), "ty"),
    (re.compile(r"sh(?=i)"), "s"),
    (re.compile(r"sh(?=[auo])"), "sy"),
    (re.compile(r"ts(?=u)"), "t"),
    (re.compile(r"fu"), "hu"),
    (re.compile(r"j(?=i)"), "z"),
    (re.compile(r"jy?(?=[auo])"), "zy"),
]
_NASAL = re.compile(r"[nm](?=[bp])")  # Shinbashi, Shimbashi
_UNFINISHED = re.compile(r"(?:t?ch?|f|j|(?<=t)s|(?<=s)h)$")  # the next letter decides how these sound


def search_key(person: Listed) -> str:
    """Everything a person can be found by: names in every script, company, department."""
    texts = (
        person.family_name,
        person.given_name,
        person.family_name + person.given_name,
        person.family_name_kana,
        person.given_name_kana,
        person.family_name_kana + person.given_name_kana,
        person.family_name_latin,
        person.given_name_latin,
        person.company,
        person.department,
    )
    written = [word for text in texts for word in plain_words(text)]
    sounding = [variant for word in written for variant in _nasals(_sound(word))]
    return " ".join(dict.fromkeys(written + sounding))


def search_words(query: str) -> list[str]:
    """What to look for with `like`, all of them; letters and digits only. Empty when the query holds no letter."""
    return list(dict.fromkeys(_looked_for(word[:LONGEST_QUERY_WORD]) for word in plain_words(query)[:MOST_QUERY_WORDS]))


def sort_key(person: Named) -> str:
    """Orders people by plain bytes (C collation): Latin names first, then kana; kanji only where nothing else is known."""
    family, given = _sorted_by(person)
    return "\t".join((_order(family), _order(given), _exact(f"{family} {given}")))


@lru_cache(maxsize=4096)  # family names and companies come again and again
def _sound(word: str) -> str:
    before = ""
    while word != before:
        before = word
        for pattern, sound in _SOUNDS:
            word = pattern.sub(sound, word)
    return word


def _nasals(word: str) -> tuple[str, ...]:
    if "b" not in word and "p" not in word:
        return (word,)
    return _NASAL.sub("n", word), _NASAL.sub("m", word)


def _looked_for(word: str) -> str:
    """A query is often the beginning of a word. Where its sound differs from its spelling, an open end is left away."""
    sound = _sound(word)
    if sound == word:
        return word
    return _UNFINISHED.sub("", sound) or sound


def _sorted_by(person: Named) -> tuple[str, str]:
    if person.family_name_kana or person.given_name_kana:
        return person.family_name_kana, person.given_name_kana
    if person.family_name_latin or person.given_name_latin:
        return person.family_name_latin, person.given_name_latin
    return person.family_name, person.given_name


def _order(name: str) -> str:
    narrow = unicodedata.normalize("NFKC", name)
    return " ".join(plain_order(word) for word in narrow.split()) if is_kana(narrow) else " ".join(plain_words(name))


def _exact(name: str) -> str:
    """Settles what the plain order leaves equal: か before が, small kana, accents."""
    return to_hiragana(unicodedata.normalize("NFKC", name)).casefold()
