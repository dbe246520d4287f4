"""A person whom nobody expected, as a steward writes them down: few fields, checked once, the same for every act at the door."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from events.kit.forms import is_email, is_printable
from events.kit.i18n import LANGUAGES, use_language
from events.people.consents import Purpose, consent_text, text_hash
from events.people.kana import is_kana
from events.registration.model import Consent, GuestDetails

LONGEST_NAME = 100
LONGEST_COMPANY = 200

Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One person. A reading is kana or Latin letters; `privacy` is the hash of the words they were shown, `waits` their wish to stand
    in line where no place is left."""

    family_name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    given_name: Name = ""
    family_name_kana: Name = ""
    given_name_kana: Name = ""
    company: Annotated[str, Meta(max_length=LONGEST_COMPANY)] = ""
    email: str = ""
    language: str = "en"
    pool_id: UUID | None = None
    privacy: Hash | None = None
    waits: bool = False

    def __post_init__(self) -> None:
        written = (self.family_name, self.given_name, self.family_name_kana, self.given_name_kana, self.company)
        if not self.family_name.strip() or not all(is_printable(text) and "\n" not in text and "\t" not in text for text in written):
            raise ValueError("names and company are lines of printable text")
        if self.email and not is_email(self.email):
            raise ValueError("this is no mail address")
        if self.language not in LANGUAGES:
            raise ValueError("this language is not spoken here")


def person_of(given: Any) -> NewPerson:
    """The person in what a phone or a form sent. Raises `msgspec.ValidationError`."""
    return msgspec.convert(given, NewPerson)


def details_of(person: NewPerson) -> GuestDetails:
    """The person as a guest; names stay exactly as they were typed."""
    family, given = person.family_name_kana.strip(), person.given_name_kana.strip()
    in_kana = all(not reading or is_kana(reading) for reading in (family, given))
    consents = [Consent(purpose=Purpose.PRIVACY.value, text_hash=person.privacy, channel="door")] if person.privacy else []
    guest = GuestDetails(
        family_name=person.family_name.strip(), given_name=person.given_name.strip(), company=person.company.strip(), consents=consents
    )
    if in_kana:
        return replace(guest, family_name_kana=family, given_name_kana=given)
    return replace(guest, family_name_latin=family, given_name_latin=given)


def privacy_texts() -> list[tuple[str, str, str, str]]:
    """What a walk-in reads before giving a name, in every language: language, its name, words, hash of the words."""
    texts = []
    for language, name in LANGUAGES.items():
        with use_language(language):
            texts.append((language, name, consent_text(Purpose.PRIVACY), text_hash(Purpose.PRIVACY, language).hex()))
    return texts
