"""The organiser's pages about what an event asks: the list, one question, and how it looks to a guest."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import day_label
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import actions, queries
from .asked import condition_words
from .editing import option_rows, parse_question, possible_sources, question_form
from .errors import QuestionRefused
from .files import LARGEST_FILE, TYPES
from .model import Kind, Per, Question, Sensitivity

AnyRequest = Request[Any, Any, State]

KINDS = {
    Kind.TEXT: N_("One line of text"),
    Kind.LONG_TEXT: N_("Several lines of text"),
    Kind.CHOICE: N_("One of several options"),
    Kind.MULTIPLE: N_("Any of several options"),
    Kind.NUMBER: N_("A number"),
    Kind.DATE: N_("A date"),
    Kind.FILE: N_("A file"),
    Kind.CONSENT: N_("A sentence to agree to"),
}
ANSWERED_BY = {Per.GUEST: N_("each guest, companions included"), Per.BOOKING: N_("the registrant, once for the booking")}
SENSITIVITIES = {
    Sensitivity.ORDINARY: N_("Ordinary: the organiser's team"),
    Sensitivity.SENSITIVE: N_("Sensitive: the organiser's team, deleted at the latest seven days after the event"),
    Sensitivity.SECURITY: N_("Security: kept encrypted, only for security and owners, deleted at the latest fourteen days after the event"),
}
SAID = {
    "added": N_("The question is in the form."),
    "saved": N_("Saved."),
    "withdrawn": N_("This is not asked any more. Answers that were given stay."),
    "asked-again": N_("The question is in the form again."),
    "copied": N_("The questions are in the form. Please look through them once."),
    "nothing-new": N_("Everything that event asks is asked here already."),
}


@get("/organiser/events/{slug:str}/questions")
async def show_questions(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """What is asked, in the order of the form, and what was asked once."""
    event = await event_for_staff(db, staff, slug)
    every = await queries.all_questions_of_event(db, event.id)
    live = [question for question in every if question.withdrawn_at is None]
    by_slug = {question.slug: question for question in live}
    others = await queries.events_with_questions(db, staff.organisers(Role.ORGANISER), event.id)
    return page(
        "questions/list.html",
        staff=staff,
        event=event,
        section="questions",
        questions=live,
        withdrawn=[question for question in every if question.withdrawn_at is not None],
        conditions={
            question.id: condition_words(question.condition, by_slug[question.condition.question])
            for question in live
            if question.condition and question.condition.question in by_slug
        },
        may_rise=[number > 0 and actions.may_swap(live[number - 1], live[number]) for number in range(len(live))],
        kinds=KINDS,
        others=[
            (str(other_id), f"{local(title)} ({day_label(starts_at, event.time_zone, locale=current_language())}, {number})")
            for other_id, title, starts_at, number in others
        ],
        form=Form(),
        said=_(SAID[done]) if done in SAID else "",
    )


@get("/organiser/events/{slug:str}/questions/new")
async def new_question(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    event = await event_for_staff(db, staff, slug)
    return _question_page(staff, event, await queries.questions_of_event(db, event.id), None, question_form(None))


@post("/organiser/events/{slug:str}/questions", status_code=303)
async def create_question(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Asks something more."""
    event = await event_for_staff(tx, staff, slug)
    questions, form = await queries.questions_of_event(tx, event.id), await Form.read(request)
    details = parse_question(form, questions, None)
    if details is None:
        return _question_page(staff, event, questions, None, form, status=422)
    await actions.add_question(tx, staff, event, details)
    return _done(event, "added")


@get("/organiser/events/{slug:str}/questions/{question_id:uuid}")
async def edit_question(
    slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    event = await event_for_staff(db, staff, slug)
    questions = await queries.questions_of_event(db, event.id)
    question = _one_of(questions, question_id, event)
    return _question_page(staff, event, questions, question, question_form(question))


@post("/organiser/events/{slug:str}/questions/{question_id:uuid}", status_code=303)
async def update_question(
    request: AnyRequest, slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Changes a question as far as its answers allow."""
    event = await event_for_staff(tx, staff, slug)
    questions, form = await queries.questions_of_event(tx, event.id), await Form.read(request)
    question = _one_of(questions, question_id, event)
    details = parse_question(form, questions, question)
    if details:
        try:
            await actions.edit_question(tx, staff, event, question_id, details)
        except QuestionRefused as refusal:
            form.errors |= refusal.errors
    if not form.ok:
        return _question_page(staff, event, questions, question, form, status=422)
    return _done(event, "saved")


@post("/organiser/events/{slug:str}/questions/{question_id:uuid}/place", status_code=303)
async def move_question(
    request: AnyRequest, slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """One step up or down in the form."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    await actions.move_question(tx, staff, event, question_id, up=form.values.get("direction") == "up")
    return Redirect(f"/organiser/events/{event.slug}/questions", status_code=303)


@post("/organiser/events/{slug:str}/questions/{question_id:uuid}/withdrawal", status_code=303)
async def withdraw_question(
    slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Asks no longer."""
    event = await event_for_staff(tx, staff, slug)
    await actions.withdraw_question(tx, staff, event, question_id, now=clock.now())
    return _done(event, "withdrawn")


@post("/organiser/events/{slug:str}/questions/{question_id:uuid}/return", status_code=303)
async def ask_again(
    slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Asks a withdrawn question again."""
    event = await event_for_staff(tx, staff, slug)
    await actions.ask_again(tx, staff, event, question_id)
    return _done(event, "asked-again")


@post("/organiser/events/{slug:str}/questions/copies", status_code=303)
async def copy_questions(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Takes over the questions of another event of an organiser this person works for."""
    event = await event_for_staff(tx, staff, slug)
    wanted = (await Form.read(request)).values.get("event", "")
    others = await queries.events_with_questions(tx, staff.organisers(Role.ORGANISER), event.id)
    source_id = next((other_id for other_id, *_rest in others if str(other_id) == wanted), None)
    if source_id is None:
        raise NotFound(link=f"/organiser/events/{slug}/questions")
    return _done(event, "copied" if await actions.copy_questions(tx, staff, event, source_id) else "nothing-new")


def _done(event: Event, what: str) -> Redirect:
    return Redirect(f"/organiser/events/{event.slug}/questions?done={what}", status_code=303)


def _one_of(questions: Sequence[Question], question_id: UUID, event: Event) -> Question:
    for question in questions:
        if question.id == question_id:
            return question
    raise NotFound(link=f"/organiser/events/{event.slug}/questions")


def _question_page(
    staff: Staff, event: Event, questions: Sequence[Question], question: Question | None, form: Form, *, status: int = 200
) -> Template:
    rows = option_rows(form)
    return page(
        "questions/edit.html",
        status=status,
        staff=staff,
        event=event,
        section="questions",
        question=question,
        form=form,
        kinds=_translated(KINDS),
        answered_by=_translated(ANSWERED_BY),
        sensitivities=_translated(SENSITIVITIES),
        sources=possible_sources(questions, question),
        types=list(TYPES.items()),
        most_megabytes=LARGEST_FILE // 1_000_000,
        rows=rows,
        labels=_labels(rows),
    )


def _translated(names: dict[Any, str]) -> list[tuple[str, str]]:
    return [(value, _(words)) for value, words in names.items()]


def _labels(rows: range) -> dict[str, str]:
    """Names of the fields for the list of errors."""
    labels = {
        "kind": _("Kind of answer"),
        "label_en": _("Question"),
        "per": _("Answered by"),
        "sensitivity": _("Who may read it"),
        "condition": _("Condition"),
        "longest": _("Characters at most"),
        "types": _("Kinds of files"),
        "megabytes": _("Megabytes at most"),
    }
    bounds = {"least": _("At least"), "most": _("At most")}
    limits = {f"{which}_{kind}": words for kind in ("number", "date", "chosen") for which, words in bounds.items()}
    return labels | limits | {f"option-{number}_en": _("Option %(number)s") % {"number": number} for number in rows}


router = Router(
    path="/",
    route_handlers=[
        show_questions, new_question, create_question, edit_question, update_question, move_question, withdraw_question, ask_again,
        copy_questions,
    ],
)  # fmt: skip
