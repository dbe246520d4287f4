"""What one guest answered, as the organiser sees it. Security's answers and files are handed out by POST: each reading is noted."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from events.accounts.errors import Forbidden
from events.accounts.model import ReviewRole, Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.i18n import current_language, local
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.names import full_name
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import answer_queries, queries
from .answer_queries import Respondent, Upload
from .errors import FileWithheld
from .files import plain_name
from .model import GivenAnswer, Kind, Question
from .presentation import answer_words
from .sealing import Unreadable, unseal


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One question with the answer in words. `sealed`: there is one that only security may read."""

    label: str
    words: str
    per: str
    is_required: bool
    is_withdrawn: bool
    is_sealed: bool
    upload: Upload | None


def may_read_security(staff: Staff, organiser_id: UUID) -> bool:
    """Owners, and whoever judges applications in the name of security."""
    return staff.may(Role.OWNER, organiser_id) or ReviewRole.SECURITY in staff.reviews.get(organiser_id, [])


@get("/organiser/events/{slug:str}/guests/{registration_id:uuid}/answers")
async def show_answers(
    slug: FromPath[str], registration_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Everything the guest and the booking answered, sealed answers closed."""
    event, whose = await _found(db, staff, slug, registration_id)
    return await _answers_page(db, staff, event, whose, opened={})


@post("/organiser/events/{slug:str}/guests/{registration_id:uuid}/answers/opened", status_code=200)
async def open_answers(
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Template:
    """The same with sealed answers opened. Who read whose is written down first."""
    event, whose = await _found(tx, staff, slug, registration_id)
    if not may_read_security(staff, event.organiser_id):
        raise Forbidden
    answers = await answer_queries.answers_of(tx, whose)
    await _note(tx, staff, event, "answers_viewed", f"registration:{registration_id}")
    return await _answers_page(tx, staff, event, whose, opened=_opened(answers, tokens))


@post("/organiser/events/{slug:str}/uploads/{upload_id:uuid}", status_code=200)
async def download(
    slug: FromPath[str],
    upload_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Response[bytes]:
    """A guest's file, to be saved and never shown by the browser: what it is was decided by strangers."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.REVIEWER)
    found = await answer_queries.sent_upload(tx, event.id, upload_id)
    if found is None:
        raise NotFound
    upload, content = found
    if upload.verdict == "infected":
        raise FileWithheld
    if upload.sealed and not may_read_security(staff, event.organiser_id):
        raise Forbidden
    name, content = _file_in(upload, content, tokens)
    await _note(tx, staff, event, "upload_viewed", f"upload:{upload_id}")
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(plain_name(name), safe='')}",
            "content-security-policy": "sandbox; default-src 'none'",
            "x-content-type-options": "nosniff",
        },
    )


async def _found(db: Connection, staff: Staff, slug: str, registration_id: UUID) -> tuple[Event, Respondent]:
    event = await event_for_staff(db, staff, slug, at_least=Role.REVIEWER)
    whose = await answer_queries.respondent(db, event.id, registration_id)
    if whose is None:
        raise NotFound
    return event, whose


async def _answers_page(db: Connection, staff: Staff, event: Event, whose: Respondent, *, opened: Mapping[UUID, Any]) -> Template:
    questions = await queries.all_questions_of_event(db, event.id)
    answers = {answer.question_id: answer for answer in await answer_queries.answers_of(db, whose)}
    files = [UUID(answers[question.id].value) for question in questions if question.kind == Kind.FILE and question.id in answers]
    uploads = await answer_queries.uploads(db, files)
    lines = [
        _line(question, answers.get(question.id), uploads, opened)
        for question in questions
        if question.withdrawn_at is None or question.id in answers
    ]
    return page(
        "questions/answers.html",
        staff=staff,
        event=event,
        section="guests",
        guest_name=full_name(whose.person, current_language()),
        company=whose.person.company,
        registration_id=whose.registration_id,
        lines=lines,
        may_open=any(line.is_sealed for line in lines) and may_read_security(staff, event.organiser_id),
        may_read_files=may_read_security(staff, event.organiser_id),
        page_url=f"/organiser/events/{event.slug}/guests/{whose.registration_id}/answers",
    )


def _line(question: Question, answer: GivenAnswer | None, uploads: Mapping[UUID, Upload], opened: Mapping[UUID, Any]) -> AnswerLine:
    upload = uploads.get(UUID(answer.value)) if answer and question.kind == Kind.FILE else None
    value = opened.get(question.id) if answer and answer.sealed else answer.value if answer else None
    return AnswerLine(
        label=local(question.label),
        words=upload.file_name if upload else answer_words(question, value),
        per=question.per,
        is_required=question.required,
        is_withdrawn=question.withdrawn_at is not None,
        is_sealed=answer is not None and answer.sealed is not None and question.id not in opened,
        upload=upload,
    )


def _opened(answers: list[GivenAnswer], tokens: Tokens) -> dict[UUID, Any]:
    """The values of sealed answers. What cannot be opened with today's key stays closed."""
    values = {}
    for answer in answers:
        if answer.sealed:
            try:
                values[answer.question_id] = msgspec.json.decode(unseal(tokens, answer.question_id, bytes.fromhex(answer.sealed)))
            except Unreadable:
                continue
    return values


def _file_in(upload: Upload, content: bytes, tokens: Tokens) -> tuple[str, bytes]:
    if not upload.sealed:
        return upload.file_name, content
    try:
        name, opened = msgspec.msgpack.decode(unseal(tokens, upload.question_id, content), type=tuple[str, bytes])
    except Unreadable:
        raise FileWithheld from None
    return name, opened


async def _note(tx: Connection, staff: Staff, event: Event, action: str, subject: str) -> None:
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=subject, detail={"event": event.slug}
    )


router = Router(path="/", route_handlers=[show_answers, open_answers, download])
