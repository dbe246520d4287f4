"""Every verdict has its own word in every language, a face, and tells what to do next."""

import re
from html import unescape

import pytest

from events.door.model import Reason
from events.door.verdict_kinds import FACES, KINDS
from events.kit.i18n import LANGUAGES, gettext, use_language

from .verdict_pages import verdict_page

SAY_NOTHING_TO_DO = {"admitted", "goodbye", "undone"}
NEVER_SHOWN = {"not_yours", "not_admitted"}  # told as 'not_undone'


def words_of(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_every_reason_of_the_records_can_be_shown() -> None:
    assert {reason.value for reason in Reason} - set(KINDS) == NEVER_SHOWN


def test_kinds_are_told_apart_and_say_what_to_do() -> None:
    assert len({kind.word for kind in KINDS.values()}) == len(KINDS)
    assert {kind.face for kind in KINDS.values()} == set(FACES)
    assert {name for name, kind in KINDS.items() if not kind.then} == SAY_NOTHING_TO_DO


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("kind", list(KINDS))
def test_verdict_is_told_in_the_stewards_language(kind: str, language: str) -> None:
    page = verdict_page(kind, language)
    told = KINDS[kind]
    with use_language(language):
        word, why, then = gettext(told.word), gettext(told.why), gettext(told.then)
    assert f"<h2>{word}</h2>" in unescape(page)
    assert f"verdict-{told.face}" in page
    assert (why in words_of(page), then in words_of(page)) == (True, True)
    assert language == "en" or word != told.word


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_words_of_one_language_differ_from_kind_to_kind(language: str) -> None:
    with use_language(language):
        words = [gettext(kind.word) for kind in KINDS.values()]
    assert len(set(words)) == len(words)


def test_refusals_name_nobody_else_and_only_supervisors_may_overrule() -> None:
    assert "Rampe" in verdict_page("admitted", "de")
    assert "Rampe" not in verdict_page("waitlisted", "de")
    assert ('name="note"' in verdict_page("waitlisted", "de"), 'name="note"' in verdict_page("waitlisted", "de", can_overrule=True)) == (
        False,
        True,
    )
    assert 'name="note"' not in verdict_page("exits_off", "de", can_overrule=True)
