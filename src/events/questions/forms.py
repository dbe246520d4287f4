"""Questions in a form: the names of their fields, what was typed → answers, stored answers → what the form shows.

A field is called `q-` and the question's slug, behind the prefix of whoever is asked (`companion-1-q-hotel`). Beside a file's
field stand `…-kept`, the signed reference of a file that arrived earlier, `…-name`, what it is called, and `…-remove`; beside a
sealed answer `…-sealed`, which says that there is one, and `…-remove`. Which conditional questions are asked is decided here,
whatever the page has shown.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.forms import Form
from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens

from .model import GivenAnswer, Kind, Per, Question, Sensitivity, is_asked
from .sealing import seal
from .values import Unfit, typed_number, typed_value

_ID_CHARACTERS = 32  # of an upload's id in hex, at the beginning of its reference


def field_name(question: Question, prefix: str = "") -> str:
    return f"{prefix}q-{question.slug}"


def field_labels(questions: Sequence[Question], prefix: str = "", *, per: Per) -> dict[str, str]:
    """Names of the fields for the list of errors, in the order of the page."""
    return {field_name(question, prefix): local(question.label) for question in questions if question.per == per}


def parse_answers(
    form: Form,
    questions: Sequence[Question],
    prefix: str = "",
    *,
    per: Per,
    tokens: Tokens,
    context: str,
    earlier: Sequence[GivenAnswer] = (),
    stored: Sequence[GivenAnswer] = (),
) -> list[GivenAnswer]:
    """The answers to the event's questions of one guest (or of the booking); errors are noted in the form.

    `earlier` are the booking's answers, which a guest's questions may depend on; `stored` what this guest answered before, of
    which a sealed answer stays when its field is left empty. `context` says whose form it is (see `sealing.seal`).
    Files must have been received before (`uploads.receive_files`).
    """
    known = known_values(questions, earlier)
    sealed = {answer.question_id: answer for answer in stored if answer.sealed}
    answers = []
    for question in questions:
        if question.per != per or not is_asked(question, known):
            continue
        answer = _answer(form, question, prefix, tokens=tokens, context=context) or _kept(form, question, prefix, sealed)
        if answer is not None:
            known[question.slug] = answer.value
            answers.append(answer)
        elif question.required:
            form.error(field_name(question, prefix), missing_words(question))
    return answers


def known_values(questions: Iterable[Question], answers: Iterable[GivenAnswer]) -> dict[str, Any]:
    """Answers by the slug of their question, as conditions look at them."""
    slugs = {question.id: question.slug for question in questions}
    return {slugs[answer.question_id]: answer.value for answer in answers if answer.question_id in slugs}


def sealed_answer(question: Question, value: Any, *, tokens: Tokens, context: str) -> GivenAnswer:
    """The answer as it is stored: what only security may read is sealed. A file's answer only names the upload, which is."""
    if question.sensitivity != Sensitivity.SECURITY or question.kind == Kind.FILE:
        return GivenAnswer(question.id, value)
    return GivenAnswer(question.id, sealed=seal(tokens, question.id, msgspec.json.encode(value), context=context).hex())


def answer_fields(
    questions: Sequence[Question], answers: Sequence[GivenAnswer], prefix: str = "", *, tokens: Tokens, file_names: Mapping[UUID, str]
) -> list[tuple[str, str]]:
    """Stored answers as the fields of the form that changes them: `parse_answers` of these gives the same answers."""
    by_id = {question.id: question for question in questions}
    fields: list[tuple[str, str]] = []
    for answer in answers:
        question = by_id.get(answer.question_id)
        if question is None:
            continue
        name = field_name(question, prefix)
        if answer.sealed:
            fields.append((f"{name}-sealed", "yes"))
        elif question.kind == Kind.FILE:
            upload_id = UUID(answer.value)
            fields += [(f"{name}-kept", reference(tokens, question, upload_id)), (f"{name}-name", file_names.get(upload_id, ""))]
        else:
            fields += [(name, typed) for typed in _typed(question, answer.value)]
    return fields


def reference(tokens: Tokens, question: Question, upload_id: UUID) -> str:
    """Names an upload in a form so that nobody can name another one."""
    return upload_id.hex + tokens.token(f"upload:{question.id}", upload_id)


def referred(tokens: Tokens, question: Question, typed: str) -> UUID | None:
    """The upload of a reference that we gave out for this question."""
    try:
        upload_id = UUID(hex=typed[:_ID_CHARACTERS])
    except ValueError:
        return None
    same = hmac.compare_digest(reference(tokens, question, upload_id).encode(), typed.encode("utf-8", "replace"))
    return upload_id if same else None


def missing_words(question: Question) -> str:
    """What is said beside a required question that was not answered."""
    if question.kind == Kind.CONSENT:
        return _("Please confirm this.")
    if question.kind == Kind.FILE:
        return _("Please choose a file.")
    return _("Please choose one of the options.") if question.kind in (Kind.CHOICE, Kind.MULTIPLE) else _("Please fill this in.")


def _answer(form: Form, question: Question, prefix: str, *, tokens: Tokens, context: str) -> GivenAnswer | None:
    name = field_name(question, prefix)
    if question.kind == Kind.FILE:
        upload_id = None if form.checked(f"{name}-remove") else referred(tokens, question, form.values.get(f"{name}-kept", ""))
        return GivenAnswer(question.id, str(upload_id)) if upload_id else None
    try:
        value = typed_value(question, form.chosen(name))
    except Unfit as unfit:
        form.error(name, str(unfit))
        return None
    return sealed_answer(question, value, tokens=tokens, context=f"{context}\0{name}") if value is not None else None


def _kept(form: Form, question: Question, prefix: str, sealed: Mapping[UUID, GivenAnswer]) -> GivenAnswer | None:
    name = field_name(question, prefix)
    return None if name in form.errors or form.checked(f"{name}-remove") else sealed.get(question.id)


def _typed(question: Question, value: Any) -> list[str]:
    if question.kind == Kind.MULTIPLE:
        return [str(one) for one in value]
    if question.kind == Kind.CONSENT:
        return ["yes"] if value else []
    if question.kind == Kind.NUMBER:
        return [number_words(value)]
    return [str(value)]


def number_words(value: float) -> str:
    """A number as the page's readers write it."""
    return typed_number(value).replace(".", "," if current_language() == "de" else ".")
