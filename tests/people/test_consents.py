"""What guests agreed to stays provable."""

import hashlib

import pytest

from events.kit.i18n import use_language
from events.people.consents import Purpose, consent_text, text_hash


@pytest.mark.parametrize("purpose", list(Purpose))
def test_text_hash_is_of_the_words_seen_in_each_language(purpose: Purpose) -> None:
    seen = {}
    for locale in ("de", "en", "ja"):
        with use_language(locale):
            seen[locale] = hashlib.sha256(consent_text(purpose).encode()).digest()
    assert {locale: text_hash(purpose, locale) for locale in seen} == seen
    assert len(set(seen.values())) == 3
