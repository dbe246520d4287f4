"""What the events ask beyond the usual, and what the invented guests answer, as `data/questions.toml` tells."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from events.accounts.model import Staff
from events.kit.database import Connection
from events.kit.tokens import Tokens
from events.programme.model import Event
from events.questions.actions import add_question
from events.questions.editing import QuestionDetails
from events.questions.forms import known_values, sealed_answer
from events.questions.model import Condition, GivenAnswer, Kind, Limits, Option, Per, Question, Sensitivity, is_asked

from .model import DATA


class QuestionPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question; `given` are the answers that guests give in turn, "{n}" in a text being the guest's number. `asked_if` depends on
    the question before."""

    event: str
    kind: Kind
    label: dict[str, str]
    given: list[Any]
    help: dict[str, str] = {}
    options: list[Option] = []
    required: bool = False
    per: Per = Per.GUEST
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    asked_if: list[str] = []
    limits: Limits = Limits()


class _Questions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    questions: list[QuestionPlan]


@cache
def question_plans() -> list[QuestionPlan]:
    return msgspec.toml.decode((DATA / "questions.toml").read_bytes(), type=_Questions).questions


def plans_of(slug: str) -> list[QuestionPlan]:
    return [plan for plan in question_plans() if plan.event == slug]


async def ask(tx: Connection, staff: Staff, events: Mapping[str, Event]) -> None:
    """Adds the questions to their events, in the organiser's name."""
    before: Question | None = None
    for plan in question_plans():
        condition = Condition(before.slug, plan.asked_if) if plan.asked_if and before else None
        before = await add_question(tx, staff, events[plan.event], _details(plan, condition))


def _details(plan: QuestionPlan, condition: Condition | None) -> QuestionDetails:
    return QuestionDetails(
        kind=plan.kind,
        label=plan.label,
        help=plan.help,
        options=plan.options,
        required=plan.required,
        per=plan.per,
        sensitivity=plan.sensitivity,
        condition=condition,
        limits=plan.limits,
    )


class Answering:
    """Answers an event's questions for one guest after the other."""

    def __init__(self, slug: str, questions: Sequence[Question], tokens: Tokens) -> None:
        self._asked, self._tokens = list(zip(questions, plans_of(slug), strict=True)), tokens

    def answers(self, number: int, *, per: Per, but: Sensitivity | None = None, earlier: Sequence[GivenAnswer] = ()) -> list[GivenAnswer]:
        """What the guest of that number says. Answers of the sensitivity `but` are still owed."""
        given = list(earlier)
        for question, plan in self._asked:
            known = known_values([one for one, _plan in self._asked], given)
            if plan.per == per and plan.sensitivity != but and is_asked(question, known):
                value = plan.given[number % len(plan.given)]
                given += [self._answer(question, value, number)] if value not in ("", []) else []
        return given[len(earlier) :]

    def _answer(self, question: Question, value: Any, number: int) -> GivenAnswer:
        said = value.format(n=number) if isinstance(value, str) else value
        if question.sensitivity == Sensitivity.SECURITY:
            return sealed_answer(question, said, tokens=self._tokens, context=f"demo:{number}")
        return GivenAnswer(question.id, value=said)
