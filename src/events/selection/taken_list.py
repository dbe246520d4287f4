"""The list of all expected guests as a file for a reviewer, with what is new, changed or gone since the last one.

Sealed answers are on the list of security alone; sensitive ones (food, access) on nobody's.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.csv_cells import CsvPaper
from events.kit.database import Connection
from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens
from events.programme.model import Event
from events.questions.answer_queries import answers_of_registrations
from events.questions.model import GivenAnswer, Question, Sensitivity
from events.questions.presentation import answer_words
from events.questions.queries import questions_of_event
from events.questions.sealing import Unreadable, unseal

from . import list_queries
from .errors import NoVoice
from .model import ListedGuest, TakenList

COLUMNS = (
    N_("Since the last list"),
    N_("State"),
    N_("Honorific"),
    N_("Family name"),
    N_("Given name"),
    N_("Family name (kana)"),
    N_("Given name (kana)"),
    N_("Family name (Latin)"),
    N_("Given name (Latin)"),
    N_("Company"),
    N_("Department"),
    N_("Position"),
)
STATES = {
    "awaiting_approval": N_("Awaiting approval"),
    "confirmed": N_("Confirmed"),
    "held": N_("On hold"),
    "offered": N_("Place offered"),
    "waitlisted": N_("Waiting list"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Cancelled"),
}


async def take_list(tx: Connection, event: Event, staff: Staff, tokens: Tokens, *, role: ReviewRole, now: datetime) -> bytes:
    """The file; who took it is written down, and the next one of this name compares with it. Raises `NoVoice`."""
    if role not in staff.voices(event.organiser_id):
        raise NoVoice
    former = await list_queries.latest_list(tx, event.id, role)
    guests = await list_queries.expected_guests(tx, event.id)
    present = [guest.guest_id for guest in guests]
    gone = await list_queries.listed_before(tx, event.id, [*former.guest_ids.difference(present)]) if former else []
    questions = [question for question in await questions_of_event(tx, event.id) if _is_for(question, role)]
    ids = [guest.registration_id for guest in guests if guest.registration_id]
    answers = await answers_of_registrations(tx, event.id, ids)
    await list_queries.insert_list(tx, event.id, role=role, guest_ids=present, actor=staff.actor, now=now)
    detail = {"event": event.slug, "role": role, "guests": len(guests)}
    subject = f"event:{event.slug}"
    await insert_audit_entry(tx, organiser_id=event.organiser_id, actor=staff.actor, action="list_taken", subject=subject, detail=detail)
    paper = CsvPaper(current_language(), [*(_(column) for column in COLUMNS), *(local(question.label) for question in questions)])
    for guest in guests:
        given = [answer for _guest, answer in answers.get(guest.registration_id, [])] if guest.registration_id else []
        paper.write([_change(guest, former), *_cells(guest), *_answer_cells(questions, given, tokens)])
    for guest in gone:
        paper.write([_("gone"), *_cells(guest), *("" for _question in questions)])
    return paper.take()


def _is_for(question: Question, role: ReviewRole) -> bool:
    return question.sensitivity == Sensitivity.ORDINARY or (question.sensitivity == Sensitivity.SECURITY and role == ReviewRole.SECURITY)


def _change(guest: ListedGuest, former: TakenList | None) -> str:
    if former is None or guest.guest_id not in former.guest_ids:
        return _("new")
    return _("changed") if guest.updated_at > former.at else ""


def _cells(guest: ListedGuest) -> list[str]:
    person = guest.person
    names = (
        person.honorific,
        person.family_name,
        person.given_name,
        person.family_name_kana,
        person.given_name_kana,
        person.family_name_latin,
        person.given_name_latin,
    )
    return [_(STATES[guest.state]), *names, person.company, person.department, guest.job_title]


def _answer_cells(questions: Sequence[Question], given: Iterable[GivenAnswer], tokens: Tokens) -> list[str]:
    known: Mapping[UUID, GivenAnswer] = {answer.question_id: answer for answer in given}
    return [answer_words(question, _value(known.get(question.id), tokens)) for question in questions]


def _value(answer: GivenAnswer | None, tokens: Tokens) -> Any:
    """What was answered; what cannot be opened with today's key stays closed."""
    if answer is None or answer.sealed is None:
        return answer.value if answer else None
    try:
        return msgspec.json.decode(unseal(tokens, answer.question_id, bytes.fromhex(answer.sealed)))
    except Unreadable:
        return None
