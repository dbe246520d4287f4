"""Answers that a program sends: a JSON object by the slugs of the questions."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from events.kit.errors import InvalidInput
from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.kit.json_body import ONE_LINE
from events.kit.tokens import Tokens

from .forms import known_values, missing_words, sealed_answer
from .model import GivenAnswer, Kind, Per, Question, is_asked
from .values import Unfit, checked_value

MOST_ANSWERS = 100

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Text = Annotated[str, Meta(extra_json_schema=ONE_LINE, max_length=5000)]
Answer = Text | bool | int | float | Annotated[list[Text], Meta(max_length=100)]
Answers = Annotated[dict[Slug, Answer], Meta(max_length=MOST_ANSWERS)]
"""Text and dates as text, a choice as its option's value, several as a list, numbers, consent as true or false."""


class AnswersRefused(InvalidInput):
    """Answers that do not fit the event's questions; `errors` names each by its place in the body."""

    code = "answers_refused"
    title = N_("Some answers are missing or do not fit the questions of this event.")


def given_answers(
    given: Mapping[str, Any],
    questions: Sequence[Question],
    *,
    per: Per,
    path: str,
    tokens: Tokens,
    context: str,
    earlier: Sequence[GivenAnswer] = (),
) -> tuple[list[GivenAnswer], dict[str, str]]:
    """The answers, and what is wrong by place (`path` and the slug). A file cannot be sent here, so nothing says that it is missing."""
    known = known_values(questions, earlier)
    answers: list[GivenAnswer] = []
    errors = {f"{path}.{slug}": _("Nothing of that name is asked here.") for slug in given}
    for question in questions:
        if question.per != per:
            continue
        place = f"{path}.{question.slug}"
        errors.pop(place, None)
        try:
            value = _value(question, given.get(question.slug), is_asked(question, known))
        except Unfit as unfit:
            errors[place] = str(unfit)
            continue
        if value is not None:
            known[question.slug] = value
            answers.append(sealed_answer(question, value, tokens=tokens, context=f"{context}\0{place}"))
    return answers, errors


def _value(question: Question, given: Any, is_now_asked: bool) -> Any:
    """The checked answer, or nothing. Raises `Unfit`."""
    if given is None:
        if question.required and is_now_asked and question.kind != Kind.FILE:
            raise Unfit(missing_words(question))
        return None
    if not is_now_asked:
        raise Unfit(_("This is not asked, because an earlier answer does not lead to it."))
    if question.kind == Kind.FILE:
        raise Unfit(_("Files are sent on the page of the booking."))
    value = checked_value(question, given)
    if value is None and question.required:
        raise Unfit(missing_words(question))
    return value
