"""What can be done with an event's questions, one verb each. Answers that are there are never falsified."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.clock import now as clock_now
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.i18n import gettext as _
from events.kit.i18n import local
from events.kit.ids import new_id
from events.programme.actions import suggested_slug
from events.programme.model import Event

from . import answer_queries, queries
from .editing import QuestionDetails
from .errors import QuestionNeeded, QuestionRefused
from .forms import known_values
from .model import Condition, GivenAnswer, Kind, Question, is_asked

LONGEST_SLUG = 40
UNANSWERED_STAY = timedelta(days=2)  # longer than files whose form was never sent off


async def add_question(tx: Connection, staff: Staff, event: Event, details: QuestionDetails) -> Question:
    """Asks something more, at the end of the form."""
    await queries.lock_questions(tx, event.id)
    existing = await queries.questions_of_event(tx, event.id)
    wanted = suggested_slug(details.label)[:LONGEST_SLUG].strip("-") or "question"
    slug = _free_slug(wanted, await queries.taken_slugs(tx, event.id))
    position = max((question.position for question in existing), default=0) + 1
    question = Question(id=new_id(), event_id=event.id, slug=slug, position=position, **msgspec.structs.asdict(details))
    await queries.insert_question(tx, question)
    await _note(tx, staff, event, "question_added", {"question": slug})
    return question


async def edit_question(tx: Connection, staff: Staff, event: Event, question_id: UUID, details: QuestionDetails) -> None:
    """Changes a question. Raises `QuestionRefused` for what would make answers say something else, `NotFound`."""
    await queries.lock_questions(tx, event.id)
    await queries.hold_answers(tx, question_id)
    question = await _question(tx, event, question_id)
    if question.answered:
        _refuse_other_meaning(question, details)
    errors = await _vanishing(tx, question, details) | _broken_conditions(question, details, await queries.questions_of_event(tx, event.id))
    if errors:
        raise QuestionRefused(errors=errors)
    await queries.update_question(tx, msgspec.structs.replace(question, **msgspec.structs.asdict(details)))
    await _note(tx, staff, event, "question_changed", {"question": question.slug})


async def move_question(tx: Connection, staff: Staff, event: Event, question_id: UUID, *, up: bool) -> None:
    """Swaps a question with its neighbour, unless one of the two is asked because of the other."""
    await queries.lock_questions(tx, event.id)
    order = await queries.questions_of_event(tx, event.id)
    place = next((number for number, question in enumerate(order) if question.id == question_id), None)
    if place is None:
        raise NotFound
    first = place - 1 if up else place
    if 0 <= first < len(order) - 1 and may_swap(order[first], order[first + 1]):
        order[first], order[first + 1] = order[first + 1], order[first]
        await queries.place_questions(tx, [question.id for question in order])
        await _note(tx, staff, event, "questions_moved", {"question": order[first].slug})


def may_swap(first: Question, second: Question) -> bool:
    """Whether the second of two neighbours can be asked before the first."""
    return second.condition is None or second.condition.question != first.slug


async def withdraw_question(tx: Connection, staff: Staff, event: Event, question_id: UUID, *, now: datetime) -> None:
    """Asks no longer. Answers stay; a question without any is deleted by a sweep, when no form with it is under way any more.
    Raises `QuestionNeeded`, `NotFound`."""
    await queries.lock_questions(tx, event.id)
    question = await _question(tx, event, question_id)
    for other in await queries.questions_of_event(tx, event.id):
        if other.condition and other.condition.question == question.slug:
            raise QuestionNeeded(dependent=local(other.label), link=f"/organiser/events/{event.slug}/questions")
    await queries.set_withdrawn(tx, question.id, now)
    await _note(tx, staff, event, "question_withdrawn", {"question": question.slug})


async def ask_again(tx: Connection, staff: Staff, event: Event, question_id: UUID) -> None:
    """Asks a withdrawn question again, at the end of the form and of everybody: what its condition looked at may be gone."""
    await queries.lock_questions(tx, event.id)
    question = await _question(tx, event, question_id)
    live = await queries.questions_of_event(tx, event.id)
    if question.withdrawn_at is None:
        return
    known = {other.slug for other in live}
    if question.condition and question.condition.question not in known:
        await queries.update_question(tx, msgspec.structs.replace(question, condition=None))
    await queries.set_withdrawn(tx, question.id, None)
    await queries.place_questions(tx, [other.id for other in [*live, question]])
    await _note(tx, staff, event, "question_asked_again", {"question": question.slug})


async def copy_questions(tx: Connection, staff: Staff, event: Event, source_id: UUID) -> int:
    """Takes over what another event asks, behind the event's own questions; those it asks already are left out. Answers how many."""
    await queries.lock_questions(tx, event.id)
    existing = await queries.questions_of_event(tx, event.id)
    known, position = await queries.taken_slugs(tx, event.id), max((question.position for question in existing), default=0)
    new = [question for question in await queries.questions_of_event(tx, source_id) if question.slug not in known]
    sources = {question.slug: question for question in [*new, *existing]}
    for number, question in enumerate(new, start=1):
        condition = question.condition if question.condition and _can_be_met(question.condition, sources) else None
        copied = msgspec.structs.replace(
            question, id=new_id(), event_id=event.id, position=position + number, condition=condition, answered=False
        )
        await queries.insert_question(tx, copied)
    if new:
        await _note(tx, staff, event, "questions_copied", {"questions": len(new), "from": str(source_id)})
    return len(new)


async def save_answers(
    tx: Connection,
    questions: Sequence[Question],
    booking_id: UUID,
    guest_id: UUID | None,
    answers: Sequence[GivenAnswer],
    *,
    now: datetime,
) -> None:
    """What a guest (or the booking) answers to these questions from now on; an earlier answer that was left out is gone."""
    await queries.replace_answers(tx, booking_id, guest_id, question_ids=[question.id for question in questions], answers=answers, now=now)


async def missing(db: Executor, event_id: UUID, registration_ids: Sequence[UUID]) -> dict[UUID, list[Question]]:
    """Which required answers each registration still lacks, as its own and its booking's answers make them asked. Registrations
    that lack nothing are left out."""
    questions = await queries.questions_of_event(db, event_id)
    required = [question for question in questions if question.required]
    if not required:
        return {}
    given = await answer_queries.answers_of_registrations(db, event_id, registration_ids)
    lacking = {}
    for registration_id, answers in given.items():
        answered = {answer.question_id for _guest_id, answer in answers}
        known = known_values(questions, [answer for _guest_id, answer in answers])
        lacking[registration_id] = [question for question in required if question.id not in answered and is_asked(question, known)]
    return {registration_id: lacks for registration_id, lacks in lacking.items() if lacks}


async def forget_unanswered(pool: Pool) -> int:
    """Sweep: deletes questions that were withdrawn two days ago and that nobody has answered. Answers how many."""
    return await queries.delete_unanswered(pool, clock_now() - UNANSWERED_STAY)


def _can_be_met(condition: Condition, sources: Mapping[str, Question]) -> bool:
    """Whether a question of that name is there and has those answers; it may be another one than where the condition was written."""
    source = sources.get(condition.question)
    return source is not None and {*condition.any_of} <= ({option.value for option in source.options} or {"yes"})


def _refuse_other_meaning(question: Question, details: QuestionDetails) -> None:
    fixed = (question.kind, question.per, question.sensitivity) == (details.kind, details.per, details.sensitivity)
    said = {code: text for code, text in question.label.items() if details.label.get(code) != text}
    errors = {} if fixed else {"kind": _("This question has answers, so its kind stays. Withdraw it and ask a new one.")}
    if question.kind == Kind.CONSENT and said:
        errors[f"label_{next(iter(said))}"] = _("Guests have agreed to these words, so they stay. Withdraw the question and ask a new one.")
    if errors:
        raise QuestionRefused(errors=errors)


async def _vanishing(tx: Connection, question: Question, details: QuestionDetails) -> dict[str, str]:
    """An error if an option that was chosen would be gone."""
    left = {option.value for option in details.options}
    gone = [option for option in question.options if option.value not in left]
    if not gone or not question.answered:
        return {}
    chosen = await queries.chosen_values(tx, question.id)
    for option in gone:
        if chosen is None or option.value in chosen:
            message = _("“%(option)s” was chosen by somebody, so it stays. You can only correct its words.")
            return {"option-1_en": message % {"option": local(option.label)}}
    return {}


def _broken_conditions(question: Question, details: QuestionDetails, live: Sequence[Question]) -> dict[str, str]:
    """An error if another question depends on an answer that could not be given any more."""
    left = {"yes"} if details.kind == Kind.CONSENT else {option.value for option in details.options}
    for other in live:
        if other.condition and other.condition.question == question.slug:
            fits = set(other.condition.any_of) <= left and details.kind in (Kind.CHOICE, Kind.MULTIPLE, Kind.CONSENT)
            if not fits or (other.per == "booking" and details.per == "guest") or details.sensitivity == "security":
                message = _("“%(question)s” is asked depending on this answer. Change that question first.")
                return {"kind": message % {"question": local(other.label)}}
    return {}


async def _question(tx: Connection, event: Event, question_id: UUID) -> Question:
    question = await queries.question_by_id(tx, event.id, question_id)
    if question is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/questions")
    return question


def _free_slug(wanted: str, used: set[str]) -> str:
    return next(slug for number in range(1, len(used) + 2) if (slug := wanted if number == 1 else f"{wanted}-{number}") not in used)


async def _note(tx: Connection, staff: Staff, event: Event, action: str, detail: Mapping[str, object]) -> None:
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=f"event:{event.slug}", detail=detail
    )
