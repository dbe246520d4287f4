"""What counts as an answer, kind by kind, typed into a form or sent by a program."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.kit.forms import Form, SentFile
from events.kit.i18n import use_language
from events.kit.ids import new_id
from events.questions.editing import parse_question, question_form
from events.questions.files import DOCX as WORD
from events.questions.files import USUAL_TYPES, checked_type, media_type, plain_name
from events.questions.forms import answer_fields, parse_answers, reference, referred
from events.questions.model import Condition, GivenAnswer, Limits, Per, Question, Sensitivity
from events.questions.sealing import Unreadable, seal, unseal
from events.questions.values import Unfit, checked_value, typed_value
from tests.questions.builders import DOCX, JPEG, PDF, PNG, TOKENS, office, question

LIMITED = Limits(least=2, most=5)
DAYS = Limits(least="2027-04-20", most="2027-04-28")


@pytest.mark.parametrize(
    ("asked", "typed", "value"),
    [
        (question(), " 髙見本 一郎 ", "髙見本 一郎"),
        (question(), "葛󠄀例 三郎", "葛󠄀例 三郎"),
        (question(), "e\u0301 is not é", "e\u0301 is not é"),
        (question(kind="long_text"), "one\r\ntwo\rthree", "one\ntwo\nthree"),
        (question(kind="number"), "12", 12),
        (question(kind="number"), "１２", 12),
        (question(kind="number"), "-0,5", -0.5),
        (question(kind="number"), "\N{MINUS SIGN}3.25", -3.25),
        (question(kind="number", limits=LIMITED), "5", 5),
        (question(kind="date", limits=DAYS), "2027-04-20", "2027-04-20"),
        (question(kind="choice", options="yes no"), "no", "no"),
        (question(kind="multiple", options="a b c"), ["c", "a", "c"], ["a", "c"]),
        (question(kind="consent"), "yes", True),
        *((question(kind=kind, options="a b"), "  ", None) for kind in ("text", "long_text", "choice", "multiple", "number", "date")),
    ],
)
def test_typed_answers_are_read(asked: Question, typed: str | list[str], value: Any) -> None:
    found = typed_value(asked, [typed] if isinstance(typed, str) else typed)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("asked", "typed", "words"),
    [
        (question(), "x" * 201, "Please use at most 200 characters."),
        (question(limits=Limits(longest=3)), "four", "Please use at most 3 characters."),
        (question(), "one\ntwo", "Please write this on one line."),
        (question(), "bell\x07", "This contains characters that cannot be printed."),
        (question(kind="long_text"), "x" * 1001, "Please use at most 1000 characters."),
        (question(kind="number"), "1.500", "Please write the number without a sign between the thousands."),
        (question(kind="number"), "many", "Please enter a number."),
        (question(kind="number"), "1e9", "Please enter a number."),
        (question(kind="number"), "nan", "Please enter a number."),
        (question(kind="number"), "١٢", "Please enter a number."),
        (question(kind="number", limits=LIMITED), "1", "Please enter 2 or more."),
        (question(kind="number", limits=LIMITED), "5,5", "Please enter 5 or less."),
        (question(kind="date"), "22.04.2027", "Please enter a date, as in 2026-04-22."),
        (question(kind="date"), "2027-02-30", "Please enter a date, as in 2026-04-22."),
        (question(kind="date"), "0001-01-01", "Please enter a date, as in 2026-04-22."),
        (question(kind="date", limits=DAYS), "2027-04-19", "Please enter April 20, 2027 or a later day."),
        (question(kind="date", limits=DAYS), "2027-04-29", "Please enter April 28, 2027 or an earlier day."),
        (question(kind="choice", options="yes no"), "Yes", "Please choose one of the options."),
        (question(kind="multiple", options="a b"), "z", "Please choose from the options."),
        (question(kind="multiple", options="a b", limits=Limits(least=2)), "a", "Please choose at least 2."),
        (question(kind="multiple", options="a b", limits=Limits(most=1)), ["a", "b"], "Please choose at most 1."),
    ],
)
def test_what_is_no_answer_is_refused_in_words(asked: Question, typed: str | list[str], words: str) -> None:
    with pytest.raises(Unfit) as refusal:
        typed_value(asked, [typed] if isinstance(typed, str) else typed)
    assert str(refusal.value) == words


ANSWERABLE = st.sampled_from(["text", "long_text", "choice", "multiple", "number", "date", "consent"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def attempt(read: Callable[[], Any]) -> tuple[Any, str]:
    """The value, or the words of the refusal."""
    try:
        return read(), ""
    except Unfit as unfit:
        return None, str(unfit) or "no words"


@given(ANSWERABLE, st.lists(st.text(max_size=30), max_size=4))
def test_whatever_is_typed_is_an_answer_or_refused(kind: str, typed: list[str]) -> None:
    asked = question(kind=kind, options="a b")
    value, words = attempt(lambda: typed_value(asked, typed))
    assert words != "no words"
    assert value is None or checked_value(asked, value) == value


@given(ANSWERABLE, JSON)
def test_whatever_a_program_sends_is_an_answer_or_refused(kind: str, sent: Any) -> None:
    asked = question(kind=kind, options="a b")
    value, words = attempt(lambda: checked_value(asked, sent))
    assert words != "no words"
    assert value is None or checked_value(asked, value) == value


@given(st.integers(-(10**12) + 1, 10**12 - 1) | st.floats(-1e11, 1e11), st.sampled_from(["de", "en", "ja"]))
@example(1.234, "de")
@example(1e-7, "en")
@example(1e-31, "ja")
def test_a_stored_number_comes_back_from_its_own_field(number: float, language: str) -> None:
    asked = question(kind="number")
    stored = checked_value(asked, number)
    with use_language(language):
        ((_name, typed),) = answer_fields([asked], [GivenAnswer(asked.id, stored)], tokens=TOKENS, file_names={})
        assert attempt(lambda: typed_value(asked, [typed])) == (stored, "")


def test_conditions_are_followed_along_a_chain_and_into_the_booking() -> None:
    asked = [
        question("bus", "consent", per=Per.BOOKING),
        question("seat", "multiple", options="front back", condition=Condition("bus", ["yes"])),
        question("belt", required=True, condition=Condition("seat", ["front"])),
    ]
    bus, seat, _belt = asked
    fields = [("q-bus", "yes"), ("q-seat", "front")]
    form = Form(fields)
    booking = parse_answers(form, asked, per=Per.BOOKING, tokens=TOKENS, context="")
    own = parse_answers(form, asked, per=Per.GUEST, tokens=TOKENS, context="", earlier=booking)
    assert (booking, own, form.errors) == (
        [GivenAnswer(bus.id, True)],
        [GivenAnswer(seat.id, ["front"])],
        {"q-belt": "Please fill this in."},
    )
    form = Form(fields[1:])
    assert parse_answers(form, asked, per=Per.GUEST, tokens=TOKENS, context="") == []
    assert form.errors == {}


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_only_the_same_form_seals_to_the_same_bytes(content: bytes, one: str, other: str) -> None:
    asked = new_id()
    one, other = one.encode("utf-8", "replace").decode(), other.encode("utf-8", "replace").decode()
    sealed = seal(TOKENS, asked, content, context=one)
    assert unseal(TOKENS, asked, sealed) == content
    assert (seal(TOKENS, asked, content, context=other) == sealed) == (one == other)
    with pytest.raises(Unreadable):
        unseal(TOKENS, new_id(), sealed)
    with pytest.raises(Unreadable):
        unseal(TOKENS, asked, sealed[:-1] + bytes([sealed[-1] ^ 1]))


@given(st.binary(max_size=40))
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(TOKENS, new_id(), sealed)


@given(st.text(max_size=80))
def test_a_reference_cannot_be_guessed(typed: str) -> None:
    asked, upload_id = question(kind="file"), new_id()
    assert referred(TOKENS, asked, typed) is None
    assert referred(TOKENS, asked, reference(TOKENS, asked, upload_id)) == upload_id
    assert referred(TOKENS, question("other", "file"), reference(TOKENS, asked, upload_id)) is None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0", "image/heic"),
        (DOCX, WORD),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""),
        (office("readme.txt"), ""),
        (b"PK\x03\x04 damaged", ""),
        (b"<html><script>", ""),
        (b"%!PS", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, kind: str) -> None:
    assert media_type(content) == kind


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("旅券 髙見本.pdf", "旅券 髙見本.pdf"),
        ("C:\\Users\\Łukasz\\Pass.pdf", "Pass.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ('"quoted"\r\n.pdf', "_quoted___.pdf"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_of_files_stay_in_any_script_but_mislead_nobody(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept


@given(st.text(max_size=400))
def test_every_name_can_be_stored(sent: str) -> None:
    kept = plain_name(sent)
    assert 0 < len(kept) <= 200
    assert kept.encode()
    assert plain_name(kept) == kept


@given(st.binary(max_size=200))
def test_any_content_has_a_kind_or_is_refused(content: bytes) -> None:
    asked = question(kind="file", limits=Limits(bytes=100))
    kind, words = attempt(lambda: checked_type(asked, SentFile("a.pdf", content)))
    assert (kind in USUAL_TYPES) == (words == "")


KINDS = st.sampled_from(["text", "long_text", "choice", "multiple", "number", "date", "file", "consent"])


@given(KINDS, st.sampled_from([*Per]), st.sampled_from([*Sensitivity]), st.booleans())
def test_a_question_comes_back_from_its_own_form(kind: str, per: Per, sensitivity: Sensitivity, required: bool) -> None:
    limits = {
        "text": Limits(longest=9), "number": Limits(least=-1.5, most=2), "date": DAYS, "multiple": Limits(least=1, most=2),
        "file": Limits(bytes=2_000_000, types=["application/pdf"]),
    }.get(kind, Limits())  # fmt: skip
    options = "a b" if kind in ("choice", "multiple") else ""
    asked = question(kind=kind, options=options, per=per, sensitivity=sensitivity, required=required, limits=limits, position=1)
    form = question_form(asked)
    details = parse_question(form, [asked], asked)
    assert form.errors == {}
    assert details is not None
    assert all(getattr(asked, name) == getattr(details, name) for name in details.__struct_fields__)
