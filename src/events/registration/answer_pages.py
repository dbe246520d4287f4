"""The answers of a booking to its event's questions: everybody's on one page, to be given later or changed until their deadline."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit import limits
from events.kit.clock import now
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.jobs import insert_job
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, moment_label, span_label
from events.kit.tokens import Tokens, token_hash
from events.people.names import full_name
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.questions.actions import save_answers
from events.questions.asked import asked
from events.questions.files import LARGEST_FORM
from events.questions.forms import answer_fields, field_labels, parse_answers
from events.questions.model import GivenAnswer, Kind, Per, Question
from events.questions.queries import answers_of_booking, file_names, questions_of_event
from events.questions.uploads import receive_files

from . import queries
from .answers_note import may_answer
from .errors import ChangesClosed
from .model import BookedPlace, Booking

AnyRequest = Request[Any, Any, State]

CHANGES_PER_HOUR = 30  # each is followed by a mail, and whoever has the link may change


@get("/b/{token:str}/answers")
async def edit_answers(token: FromPath[str], db: NamedDependency[Connection], tokens: NamedDependency[Tokens]) -> Template:
    """What was answered so far, in the fields where it can be changed."""
    booking, event, questions = await _found(db, token)
    stored = await answers_of_booking(db, booking.id)
    files = {question.id for question in questions if question.kind == Kind.FILE}
    ids = [UUID(answer.value) for answers in stored.values() for answer in answers if answer.question_id in files]
    names = await file_names(db, ids)
    fields = [
        field
        for guest_id, prefix in [(None, ""), *((place.guest_id, guest_prefix(place)) for place in booking.live_places)]
        for field in answer_fields(questions, stored.get(guest_id, []), prefix, tokens=tokens, file_names=names)
    ]
    return _answers_form(token, event, booking, questions, Form(fields))


@post("/b/{token:str}/answers", status_code=303, request_max_body_size=LARGEST_FORM)
async def change_answers(
    request: AnyRequest,
    token: FromPath[str],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Saves everybody's answers, or shows them again with what is wrong; files that came along are kept either way."""
    form = await Form.read(request)
    booking, event, questions = await _found(tx, token)
    if not await limits.allow(tx, "changes", who=token, limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    answers = await _read(tx, form, booking, questions, tokens)
    if not form.ok:
        return _answers_form(token, event, booking, questions, form, status=422)
    for guest_id, given in answers.items():
        await save_answers(tx, _asked_of(questions, guest_id), booking.id, guest_id, given, now=now())
    await insert_job(tx, "booking_mail", {"booking_id": booking.id, "event_id": event.id, "kind": "changed"})
    live.mark(event.live_topic)
    return Redirect(f"/b/{token}?notice=changed", status_code=303)


def guest_prefix(place: BookedPlace) -> str:
    """The prefix of the fields of one guest of the booking."""
    return f"guest-{place.position}-"


async def _read(
    tx: Connection, form: Form, booking: Booking, questions: Sequence[Question], tokens: Tokens
) -> dict[UUID | None, list[GivenAnswer]]:
    """Answers by guest, those of the booking under None."""
    stored = await answers_of_booking(tx, booking.id)
    context = f"booking:{booking.id}"
    await receive_files(tx, form, questions, per=Per.BOOKING, tokens=tokens, context=context)
    own = parse_answers(form, questions, per=Per.BOOKING, tokens=tokens, context=context, stored=stored.get(None, []))
    answers: dict[UUID | None, list[GivenAnswer]] = {None: own}
    for place in booking.live_places:
        prefix, before = guest_prefix(place), stored.get(place.guest_id, [])
        await receive_files(tx, form, questions, prefix, per=Per.GUEST, tokens=tokens, context=context)
        answers[place.guest_id] = parse_answers(
            form, questions, prefix, per=Per.GUEST, tokens=tokens, context=context, earlier=own, stored=before
        )
    return answers


def _asked_of(questions: Sequence[Question], guest_id: UUID | None) -> list[Question]:
    return [question for question in questions if (question.per == Per.GUEST) == (guest_id is not None)]


async def _found(db: Executor, token: str) -> tuple[Booking, Event, list[Question]]:
    booking = await queries.booking_by_token(db, token_hash(token))
    event = await event_by_id(db, booking.event_id) if booking else None
    questions = await questions_of_event(db, event.id) if event else []
    if booking is None or event is None or not questions:
        raise NotFound
    if not may_answer(booking, event, now=now()):
        raise ChangesClosed(link=f"/b/{token}")
    return booking, event, questions


def _answers_form(token: str, event: Event, booking: Booking, questions: Sequence[Question], form: Form, *, status: int = 200) -> Template:
    locale = current_language()
    guests = [(guest_prefix(place), full_name(place.guest, locale)) for place in booking.live_places]
    labels = field_labels(questions, per=Per.BOOKING)
    for prefix, name in guests:
        own = field_labels(questions, prefix, per=Per.GUEST)
        labels |= {field: f"{name}, {label}" for field, label in own.items()} if len(guests) > 1 else own
    order = [field for prefix, _name in guests for field in field_labels(questions, prefix, per=Per.GUEST)]
    order += field_labels(questions, per=Per.BOOKING)
    form.errors = dict(sorted(form.errors.items(), key=lambda error: order.index(error[0])))
    return page(
        "registration/answers.html",
        status=status,
        token=token,
        event=event,
        span=span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale)),
        page_url=f"/b/{token}/answers",
        form=form,
        asked=asked(questions),
        guests=guests,
        labels=labels,
        until=moment_label(event.deadline("answers"), event.time_zone, locale=locale, guest_zone=home_zone(locale)),
    )


router = Router(path="/", route_handlers=[edit_answers, change_answers])
