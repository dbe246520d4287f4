"""How a person's name is shown: which script first, which order, with which honorific. Nothing stored is ever changed.

Latin names are given first, with the title before them: "Dr. Erika Platzhalter". Kanji, kana and hangul go family first: 見本 花子;
where somebody is addressed in Japanese, 様 follows.
"""

import re
import unicodedata

from events.kit.i18n import gettext as _

from .kana import romaji
from .model import Named

# Scripts in which the family name comes first: kana, CJK ideographs of every plane, hangul.
_FAMILY_FIRST = re.compile(r"[぀-ヿㇰ-ㇿ㐀-鿿豈-﫿가-힯ｦ-ﾟ\U00020000-\U0003ffff]")


def full_name(person: Named, locale: str) -> str:
    """The name as readers of the language expect it: Japanese pages show the native script, others the Latin one where there is one."""
    if locale != "ja" and person.family_name_latin and not _is_latin(person):
        return latin_name(person)
    return native_name(person)


def second_script(person: Named, locale: str) -> str:
    """The same name in the script that `full_name` does not show; empty when there is only one."""
    if not person.family_name_latin or _is_latin(person):
        return ""
    return latin_name(person) if locale == "ja" else native_name(person)


def native_name(person: Named) -> str:
    """The name in the person's own script. Of somebody who was erased there is none: the place stays, and is called that."""
    if not person.family_name:
        return _("Erased guest")
    if not is_family_first(person.family_name + person.given_name):
        return _joined(_title(person), person.given_name, person.family_name)
    title = person.honorific if is_family_first(person.honorific) else ""
    return _joined(person.family_name, person.given_name, title)


def latin_name(person: Named) -> str:
    """The name in Latin letters; empty when it is not known in them."""
    if _is_latin(person):
        return native_name(person)
    if not person.family_name_latin:
        return ""
    return _joined(_title(person), person.given_name_latin, person.family_name_latin)


def kana_name(person: Named) -> str:
    """The reading, family first; empty when it is not known."""
    return _joined(person.family_name_kana, person.given_name_kana)


def spoken_name(person: Named, locale: str) -> str:
    """What a steward says aloud: the kana in Japanese, elsewhere Latin letters, if need be made from the kana."""
    if locale == "ja":
        return kana_name(person) or native_name(person)
    return latin_name(person) or _romanised(person) or native_name(person)


def address(person: Named, locale: str) -> str:
    """The name with which somebody is written to: "Dr. Erika Platzhalter", in Japanese 見本 花子 様."""
    if locale != "ja":
        return full_name(person, locale)
    if is_family_first(person.family_name + person.given_name):
        return f"{_joined(person.family_name, person.given_name)} 様"
    return f"{native_name(person)} 様"


def is_family_first(text: str) -> bool:
    """Whether the text is written in a script whose names start with the family."""
    return _FAMILY_FIRST.search(text) is not None


def _is_latin(person: Named) -> bool:
    letters = [letter for letter in person.family_name + person.given_name if letter.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(letter, "") for letter in letters)


def _title(person: Named) -> str:
    return "" if is_family_first(person.honorific) else person.honorific


def _romanised(person: Named) -> str:
    given, family = (romaji(unicodedata.normalize("NFKC", part)) for part in (person.given_name_kana, person.family_name_kana))
    return _joined(given.title(), family.title())


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
