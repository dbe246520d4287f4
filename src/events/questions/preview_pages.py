"""How the questions look to a guest, and what the form would say to their answers. Nothing of it is kept."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from events.accounts.model import Staff
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.ids import new_id
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.model import Event

from .asked import asked
from .files import LARGEST_FORM, checked_type, plain_name
from .forms import field_labels, field_name, parse_answers, reference
from .model import Per, Question
from .queries import questions_of_event
from .values import Unfit

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/questions/preview")
async def show_preview(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    event = await event_for_staff(db, staff, slug)
    return _preview(event, await questions_of_event(db, event.id), Form(), tried=False)


@post("/organiser/events/{slug:str}/questions/preview", status_code=200, request_max_body_size=LARGEST_FORM)
async def try_answers(
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Template:
    """Says what a guest would be told who answers like this."""
    event = await event_for_staff(db, staff, slug)
    questions, form = await questions_of_event(db, event.id), await Form.read(request)
    for question in questions:
        _look_at_file(form, question, tokens)
    answers = parse_answers(form, questions, per=Per.BOOKING, tokens=tokens, context="")
    parse_answers(form, questions, per=Per.GUEST, tokens=tokens, context="", earlier=answers)
    return _preview(event, questions, form, tried=True)


def _look_at_file(form: Form, question: Question, tokens: Tokens) -> None:
    """Treats a file as if it had been kept."""
    name = field_name(question)
    file = form.files.get(name)
    if file is None:
        return
    try:
        checked_type(question, file)
    except Unfit as unfit:
        form.error(name, str(unfit))
        return
    form.put(f"{name}-kept", reference(tokens, question, new_id()))
    form.put(f"{name}-name", plain_name(file.name))


def _preview(event: Event, questions: Sequence[Question], form: Form, *, tried: bool) -> Template:
    return page(
        "questions/preview.html",
        status=200 if form.ok else 422,
        event=event,
        form=form,
        asked=asked(questions),
        tried=tried,
        labels=field_labels(questions, per=Per.GUEST) | field_labels(questions, per=Per.BOOKING),
        page_url=f"/organiser/events/{event.slug}/questions/preview",
    )


router = Router(path="/", route_handlers=[show_preview, try_answers])
