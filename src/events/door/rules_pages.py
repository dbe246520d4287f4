"""The organiser's pages about what holds at the door: the rules, and what stewards ask before they say welcome."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import pools_of_event

from . import rules_editing_queries
from .rules import DoorQuestion
from .rules_forms import EXITS, FLAGS, MOST_QUESTIONS, parse_question, parse_rules, question_form, rules_form
from .rules_queries import questions_of_event, rules_of_event

AnyRequest = Request[Any, Any, State]

SAID = {
    "saved": N_("Saved. The door phones hear of it at once, those without a connection as soon as they are back."),
    "added": N_("Stewards ask this from now on."),
    "removed": N_("Stewards do not ask this any more. Answers that were given stay."),
}


@get("/organiser/events/{slug:str}/door/rules")
async def edit_rules(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """The rules as they stand, and the questions below them."""
    event = await event_for_staff(db, staff, slug)
    return await _rules_page(db, staff, event, rules_form(await rules_of_event(db, event.id), event), done=done)


@post("/organiser/events/{slug:str}/door/rules", status_code=303)
async def update_rules(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Replaces the rules; who is inside stays inside."""
    event = await event_for_staff(tx, staff, slug)
    form, pools = await Form.read(request), await pools_of_event(tx, event.id)
    rules = parse_rules(form, event, pools[1:])
    if rules is None:
        return await _rules_page(tx, staff, event, form, status=422)
    await rules_editing_queries.put_rules(tx, event.id, rules)
    return await _done(tx, staff, event, live, action="door_rules_changed", said="saved")


@get("/organiser/events/{slug:str}/door/questions/new")
async def new_question(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    event = await event_for_staff(db, staff, slug)
    return _question_page(staff, event, None, question_form(None))


@post("/organiser/events/{slug:str}/door/questions", status_code=303)
async def create_question(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Has stewards ask something more."""
    event = await event_for_staff(tx, staff, slug)
    await rules_editing_queries.lock_rules(tx, event.id)
    form = await Form.read(request)
    question = parse_question(form, None)
    if question and len(await questions_of_event(tx, event.id)) >= MOST_QUESTIONS:
        form.error("", _("Stewards can ask at most %(most)s questions. Please remove one first.") % {"most": MOST_QUESTIONS})
    if question is None or not form.ok:
        return _question_page(staff, event, None, form, status=422)
    await rules_editing_queries.insert_question(tx, event.id, question)
    return await _done(tx, staff, event, live, action="door_question_added", said="added")


@get("/organiser/events/{slug:str}/door/questions/{question_id:uuid}")
async def edit_question(
    slug: FromPath[str], question_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    event = await event_for_staff(db, staff, slug)
    question = _one_of(await questions_of_event(db, event.id), question_id, event)
    return _question_page(staff, event, question, question_form(question))


@post("/organiser/events/{slug:str}/door/questions/{question_id:uuid}", status_code=303)
async def update_question(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    question_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Changes the words, who is asked, or whether a yes is needed."""
    event = await event_for_staff(tx, staff, slug)
    question = _one_of(await questions_of_event(tx, event.id), question_id, event)
    form = await Form.read(request)
    changed = parse_question(form, question)
    if changed is None:
        return _question_page(staff, event, question, form, status=422)
    await rules_editing_queries.update_question(tx, event.id, changed)
    return await _done(tx, staff, event, live, action="door_question_changed", said="saved")


@post("/organiser/events/{slug:str}/door/questions/{question_id:uuid}/place", status_code=303)
async def move_question(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    question_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """One step up or down in the order in which stewards ask."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    await rules_editing_queries.lock_rules(tx, event.id)
    order = await questions_of_event(tx, event.id)
    place = order.index(_one_of(order, question_id, event))
    first = place - 1 if form.values.get("direction") == "up" else place
    if 0 <= first < len(order) - 1:
        order[first], order[first + 1] = order[first + 1], order[first]
        await rules_editing_queries.place_questions(tx, [question.id for question in order])
    return await _done(tx, staff, event, live, action="door_questions_moved", said="saved")


@post("/organiser/events/{slug:str}/door/questions/{question_id:uuid}/removal", status_code=303)
async def remove_question(
    slug: FromPath[str],
    question_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Asks no longer."""
    event = await event_for_staff(tx, staff, slug)
    question = _one_of(await questions_of_event(tx, event.id), question_id, event)
    await rules_editing_queries.remove_question(tx, question.id)
    return await _done(tx, staff, event, live, action="door_question_removed", said="removed")


async def _done(tx: Connection, staff: Staff, event: Event, live: Live, *, action: str, said: str) -> Redirect:
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=f"event:{event.slug}", detail={"event": event.slug}
    )
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{event.slug}/door/rules?done={said}", status_code=303)


def _one_of(questions: Sequence[DoorQuestion], question_id: UUID, event: Event) -> DoorQuestion:
    for question in questions:
        if question.id == question_id:
            return question
    raise NotFound(link=f"/organiser/events/{event.slug}/door/rules")


async def _rules_page(db: Connection, staff: Staff, event: Event, form: Form, *, status: int = 200, done: str | None = None) -> Template:
    pools = await pools_of_event(db, event.id)
    questions = await questions_of_event(db, event.id)
    return page(
        "door/rules.html",
        status=status,
        staff=staff,
        event=event,
        section="door",
        form=form,
        labels=_labels(),
        exits=[(value.value, _(words)) for value, words in EXITS.items()],
        contingents=[(str(pool.id), pool.name) for pool in pools[1:]],
        questions=questions,
        may_add=len(questions) < MOST_QUESTIONS,
        flags=FLAGS,
        doors=moment_label(event.doors_at, event.time_zone, locale=current_language()),
        said=_(SAID[done]) if done in SAID else "",
    )


def _question_page(staff: Staff, event: Event, question: DoorQuestion | None, form: Form, *, status: int = 200) -> Template:
    return page(
        "door/rules_question.html",
        status=status,
        staff=staff,
        event=event,
        section="door",
        question=question,
        form=form,
        labels={"label_en": _("Question"), "only_flags": _("Ask only")},
        flags=[(flag, _(words)) for flag, words in FLAGS.items()],
    )


def _labels() -> dict[str, str]:
    """Names of the fields for the list of errors."""
    return {
        "doors_open_at": _("Doors open at"),
        "exits": _("Leaving"),
        "fire_limit": _("People in the house at most"),
        "crew_inside": _("Crew in the house"),
        "walk_in_pool": _("Places for walk-ins"),
        "lease_hours": _("Hours without contact"),
    }


router = Router(
    path="/",
    route_handlers=[
        edit_rules, update_rules, new_question, create_question, edit_question, update_question, move_question, remove_question,
    ],
)  # fmt: skip
