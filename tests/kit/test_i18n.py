import pytest

from events.kit import i18n


@pytest.mark.parametrize(
    ("wanted", "remembered", "accepted", "language"),
    [
        ("ja", "de", "en", "ja"),
        ("xx", "de", "en", "de"),
        (None, None, "fr-FR, ja;q=0.6, de;q=0.8", "de"),
        (None, None, "ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        (None, None, "de;q=0", "en"),
        (None, None, "de;q=kaputt, , ;;;", "en"),
        (None, None, None, "en"),
    ],
)
def test_address_wins_over_cookie_over_header(wanted: str | None, remembered: str | None, accepted: str | None, language: str) -> None:
    assert i18n.negotiate(wanted, remembered, accepted) == language


def test_text_in_the_current_language_else_english_else_any() -> None:
    texts = {"en": "Dinner", "ja": "夕食会"}
    with i18n.use_language("ja"):
        assert i18n.local(texts) == "夕食会"
    with i18n.use_language("de"):
        assert i18n.local(texts) == "Dinner"
        assert i18n.local({"ja": "夕食会"}) == "夕食会"
        assert i18n.local({}) == ""


def test_message_is_translated_and_falls_back_to_english() -> None:
    with i18n.use_language("de"):
        assert i18n.gettext("Skip to the content") != "Skip to the content"
        assert i18n.gettext("No catalogue has this") == "No catalogue has this"
    assert i18n.current_language() == "en"
