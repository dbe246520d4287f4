"""What the chosen events ask beyond the usual. It is asked on a second page, because only then it is known who comes where."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec.structs import replace

from events.kit.database import Pool
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.tokens import Tokens
from events.people.names import full_name
from events.programme.model import Event
from events.questions.asked import Asked, asked
from events.questions.forms import field_labels, parse_answers
from events.questions.model import Kind, Per, Question
from events.questions.shelf import QuestionShelf
from events.questions.uploads import receive_files

from .model import EventAnswers, Plan

ASKED = "asked"
"""The field of the second page that says which events' questions it showed."""

EventQuestions = Mapping[UUID, Sequence[Question]]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of one event as the page shows them: once for the party, and for each guest by name."""

    event: Event
    questions: list[Asked]
    prefix: str
    guests: list[tuple[str, str]]


async def questions_of(shelf: QuestionShelf, plan: Plan) -> EventQuestions:
    """What the plan's events ask; those that ask nothing are left out."""
    found = {event.id: await shelf.of_event(event.id) for event, _places in plan.attending}
    return {event_id: questions for event_id, questions in found.items() if questions}


async def receive(form: Form, pool: Pool, plan: Plan, questions: EventQuestions, tokens: Tokens) -> None:
    """Keeps the files that came with the answers."""
    context = plan.sign_up.email
    for event, places in plan.attending:
        own = questions.get(event.id, [])
        await receive_files(pool, form, own, _prefix(event), per=Per.BOOKING, tokens=tokens, context=context)
        for place in places:
            await receive_files(pool, form, own, _prefix(event, place), per=Per.GUEST, tokens=tokens, context=context)


def answered(form: Form, plan: Plan, questions: EventQuestions, tokens: Tokens) -> Plan:
    """The plan with what was answered; errors are noted in the form."""
    context, answers = plan.sign_up.email, {}
    for event, places in plan.attending:
        own = questions.get(event.id, [])
        of_booking = parse_answers(form, own, _prefix(event), per=Per.BOOKING, tokens=tokens, context=context)
        answers[event.id] = EventAnswers(
            booking=of_booking,
            guests={
                place: parse_answers(form, own, _prefix(event, place), per=Per.GUEST, tokens=tokens, context=context, earlier=of_booking)
                for place in places
            },
        )
    return replace(plan, answers=answers)


def was_asked(form: Form, questions: EventQuestions) -> bool:
    """Whether the form came from the second page, which showed the questions of all these events."""
    return {str(event_id) for event_id in questions} <= set(form.chosen(ASKED))


def blocks(plan: Plan, questions: EventQuestions) -> list[Block]:
    """The questions for the page, in the order of the events."""
    names = [full_name(guest, current_language()) for guest in plan.sign_up.guests]
    return [
        Block(
            event=event,
            questions=asked(questions[event.id]),
            prefix=_prefix(event),
            guests=[(names[place], _prefix(event, place)) for place in places],
        )
        for event, places in plan.attending
        if event.id in questions
    ]


def labels(plan: Plan, questions: EventQuestions) -> dict[str, str]:
    """Names of the fields for the list of errors."""
    found: dict[str, str] = {}
    for event, places in plan.attending:
        own = questions.get(event.id, [])
        found |= field_labels(own, _prefix(event), per=Per.BOOKING)
        for place in places:
            found |= field_labels(own, _prefix(event, place), per=Per.GUEST)
    return found


def takes_files(questions: EventQuestions) -> bool:
    return any(question.kind == Kind.FILE for own in questions.values() for question in own)


def typed_before(form: Form, plan: Plan) -> list[tuple[str, str]]:
    """What the first page sent, to go along unseen."""
    own = tuple(_prefix(event) for event, _places in plan.attending)
    return [(name, value) for name, value in form.entries() if value and name != ASKED and not name.startswith(own)]


def _prefix(event: Event, place: int | None = None) -> str:
    """Two hyphens stand in no slug, so that the fields of two events cannot meet."""
    return f"{event.slug}--" if place is None else f"{event.slug}--guest-{place}-"
