"""The organiser's applications: who awaits a decision, what was said about them, and one's own word."""

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import ReviewRole, Role, Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.guest_settings import ROLE_NAMES
from events.programme.model import Event
from events.questions.actions import missing

from . import actions, review_queries
from .applications import GROUP_NAMES, Question, parse_question
from .errors import NoVoice
from .forms import Word, parse_word
from .model import Application
from .presentation import VERDICT_NAMES, outcomes, present_application, present_name, present_review
from .review_queries import PAGE_SIZE
from .taken_list import take_list

AnyRequest = Request[Any, Any, State]

_SAID = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


@get("/organiser/events/{slug:str}/applications")
async def show_applications(
    *,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    q: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    after: FromQuery[UUID | None] = None,
    said: FromQuery[str | None] = None,
) -> Template:
    """One page of those who await a decision."""
    event = await event_for_staff(db, staff, slug, at_least=Role.REVIEWER)
    return await _list(db, staff, event, parse_question(query=q, group=group), Form(), after=after, said=said)


@post("/organiser/events/{slug:str}/applications", status_code=303)
async def create_reviews(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Says one word about all who were ticked."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.REVIEWER)
    form = await Form.read(request)
    question = parse_question(query=form.values.get("q"), group=form.values.get("group"))
    chosen = _ids(form.chosen("shown") if form.checked("everybody") else form.chosen("guests"))
    word = parse_word(form, staff.voices(event.organiser_id)) if _has_voice(staff, event) else None
    if not chosen:
        form.error("guests", _("Please tick the guests it is about."))
    if word is None or not form.ok:
        return await _list(tx, staff, event, question, form, after=None, said=None, status=422)
    live.mark(event.live_topic)
    return await _say(tx, staff, event, chosen, word=word, address=question.address())


@post("/organiser/events/{slug:str}/applications.csv", status_code=200)
async def create_list(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Response[bytes]:
    """All expected guests as a file, with what changed since the last one of this name."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.REVIEWER)
    typed, now = (await Form.read(request)).values.get("role", ""), clock.now()
    if typed not in [*ReviewRole]:
        raise NoVoice
    content = await take_list(tx, event, staff, tokens, role=ReviewRole(typed), now=now)
    name = f"{slug}-{typed}-{now:%Y-%m-%d-%H%M}.csv"
    return Response(content, media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


@get("/organiser/events/{slug:str}/applications/{registration_id:uuid}")
async def show_application(
    slug: FromPath[str], registration_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """One guest with everything that was said about them."""
    event = await event_for_staff(db, staff, slug, at_least=Role.REVIEWER)
    return await _one(db, staff, event, registration_id, Form())


@post("/organiser/events/{slug:str}/applications/{registration_id:uuid}", status_code=303)
async def create_review(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Says one word about this guest."""
    event = await event_for_staff(tx, staff, slug, at_least=Role.REVIEWER)
    form = await Form.read(request)
    word = parse_word(form, staff.voices(event.organiser_id)) if _has_voice(staff, event) else None
    if word is None:
        return await _one(tx, staff, event, registration_id, form, status=422)
    live.mark(event.live_topic)
    return await _say(tx, staff, event, [registration_id], word=word, address={})


async def _say(tx: Connection, staff: Staff, event: Event, chosen: list[UUID], *, word: Word, address: dict[str, str]) -> Redirect:
    reviews = await actions.give_verdicts(
        tx, event, staff, chosen, role=word.role, verdict=word.verdict, reason=word.reason, missing=word.missing, now=clock.now()
    )
    said = f"{reviews[0]}-{reviews[-1]}" if reviews else "0-0"
    return Redirect(f"/organiser/events/{event.slug}/applications?{urlencode(address | {'said': said})}", status_code=303)


async def _list(
    db: Connection,
    staff: Staff,
    event: Event,
    question: Question,
    form: Form,
    *,
    after: UUID | None,
    said: str | None,
    status: int = 200,
) -> Template:
    voices = staff.voices(event.organiser_id)
    found = await review_queries.applications_page(db, event.id, question, voices=voices, after=after)
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    unanswered = await missing(db, event.id, [one.registration_id for one in shown])
    here = f"/organiser/events/{event.slug}/applications"
    return page(
        "selection/applications.html",
        status=status,
        staff=staff,
        event=event,
        section="applications",
        question=question,
        groups=GROUP_NAMES,
        sizes=await review_queries.group_sizes(db, event.id, voices),
        applications=[present_application(one, event, unanswered.get(one.registration_id, [])) for one in shown],
        form=form,
        chosen=set(form.chosen("guests")),
        outcomes=await _outcomes(db, staff, event, said),
        later=f"{here}?{urlencode(question.address() | {'after': str(shown[-1].registration_id)})}" if more else "",
        earlier=f"{here}?{urlencode(question.address())}" if after else "",
        **_word_choices(staff, event),
    )


async def _one(db: Connection, staff: Staff, event: Event, registration_id: UUID, form: Form, *, status: int = 200) -> Template:
    application = await review_queries.application(db, event.id, registration_id)
    reviews = await review_queries.reviews_of(db, event.id, registration_id)
    unanswered = await missing(db, event.id, [registration_id])
    person = await review_queries.person_at(db, event.id, registration_id)
    if person is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/applications")
    return page(
        "selection/application.html",
        status=status,
        staff=staff,
        event=event,
        section="applications",
        application=present_application(application, event, unanswered.get(registration_id, [])) if application else None,
        email=_email_for(staff, event, application),
        guest=present_name(person),
        reviews=[present_review(review, event) for review in reviews],
        form=form,
        **_word_choices(staff, event),
    )


def _email_for(staff: Staff, event: Event, application: Application | None) -> str:
    """Reviewers judge people; only organisers write to them."""
    return application.email if application and staff.may(Role.ORGANISER, event.organiser_id) else ""


async def _outcomes(db: Connection, staff: Staff, event: Event, said: str | None) -> list[tuple[str, str, list[str]]] | None:
    """What came of one's last word; none when nothing was said just now, an empty list when it came too late."""
    span = _SAID.fullmatch(said or "")
    if span is None:
        return None
    found = await review_queries.said(db, event.id, actor=staff.actor, first=int(span[1]), last=int(span[2]))
    return outcomes(found, event)


def _word_choices(staff: Staff, event: Event) -> dict[str, Any]:
    return {
        "voices": [(role.value, _(ROLE_NAMES[role])) for role in staff.voices(event.organiser_id)],
        "verdicts": [(verdict.value, _(name)) for verdict, name in VERDICT_NAMES.items()],
    }


def _has_voice(staff: Staff, event: Event) -> bool:
    if not staff.voices(event.organiser_id):
        raise NoVoice
    return True


def _ids(typed: list[str]) -> list[UUID]:
    """The ids among what was sent; at most a page of them."""
    found = []
    for text in typed[:PAGE_SIZE]:
        try:
            found.append(UUID(text))
        except ValueError:
            raise Forbidden from None
    return found


router = Router(path="/", route_handlers=[show_applications, create_reviews, create_list, show_application, create_review])
