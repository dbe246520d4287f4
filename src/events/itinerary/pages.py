"""Signing up for several events of a programme on one form. What comes of it is on the page of the party's lead booking."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.tokens import random_token
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices
from events.programme.guest_queries import organiser_email
from events.programme.model import Programme
from events.questions.files import LARGEST_FORM
from events.registration.claims import ClaimDesk
from events.registration.forms import form_key
from events.registration.pages import SENT_COOKIE_SECONDS

from . import actions, queries
from .choosing import EVENTS, KEY_SPACE, field_labels, most_companions, parse_plan, same_guest
from .clashes import clashes_of_guests
from .model import Clash, EventChoice, Plan
from .notices import FIELD, are_known, clash_notice
from .offer import days_of, offered
from .question_page import ask
from .rate_limits import limit_address, limit_sign_ups

AnyRequest = Request[Any, Any, State]

SENT_COOKIE = "chosen"


@get("/p/{slug:str}/registrations")
async def new_registrations(slug: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """The events to choose from, and the questions of a sign-up."""
    programme, choices = await offered(db, slug, now=now())
    return _form_page(programme, choices, Form(), key=random_token())


@post("/p/{slug:str}/registrations", status_code=303, request_max_body_size=LARGEST_FORM)
async def create_registrations(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
    """Books all chosen events, each as far as it has places, or shows the form again with everything that was typed.

    No connection is held while the claims are under way: they use their own.
    """
    here = request.app.state
    pool: Pool = here.pool
    claims: ClaimDesk = here.claims
    form = await Form.read(request)
    programme, choices = await offered(pool, slug, now=now())
    await limit_sign_ups(request, pool)
    plan = parse_plan(form, programme, choices, tokens=claims.tokens)
    if plan is None:
        return await _form_again(pool, programme, choices, form)
    await limit_address(request, pool, plan.sign_up.email)
    lead_id = await _party_of(request, pool, plan)
    clashes = await _clashes(pool, plan)
    if not are_known(clashes, form.values.get(FIELD, "")):
        form.error(FIELD, _("Please tick this if you know, or choose otherwise."))
        return await _form_again(pool, programme, choices, form, clashes=clashes)
    whole = await ask(request, form, plan, tokens=claims.tokens, page_url=f"/p/{slug}/registrations")
    if not isinstance(whole, Plan):
        return whole
    done = await actions.sign_up(claims, whole, lead_id=lead_id)
    for event, _guests in plan.attending:
        here.live.mark(event.live_topic)
    here.worker.wake()
    if done.lead_id is None:
        form.error(EVENTS, _("There are not enough free places any more. Please choose other events, or the waiting list below."))
        return await _form_again(pool, programme, (await offered(pool, slug, now=now()))[1], form, status=409)
    full = urlencode([("full", event.slug) for event in done.refused])
    token = claims.tokens.token("booking", done.lead_id)
    return Redirect(f"/b/{token}{'?' if full else ''}{full}", status_code=303, cookies=[_sent_cookie(slug, form, here.base_url)])


async def _party_of(request: AnyRequest, pool: Pool, plan: Plan) -> Any:
    """The party this form, or an earlier one of the same person in this browser, has booked for already: it is completed, not doubled."""
    for key in (plan.sign_up.key, KEY_SPACE + request.cookies.get(SENT_COOKIE, "")):
        lead_id = await queries.party_of_key(pool, plan.programme.id, key)
        known = await queries.guests_of_party(pool, lead_id) if lead_id else []
        if known and any(same_guest(one.guest, plan.sign_up.guests[0]) for one in known):
            return lead_id
    return None


async def _clashes(pool: Pool, plan: Plan) -> list[Clash]:
    """Among what each guest of the form chose."""
    guests = range(len(plan.sign_up.guests))
    return await clashes_of_guests(pool, {place: [event.id for event, places in plan.attending if place in places] for place in guests})


async def _form_again(
    pool: Pool, programme: Programme, choices: list[EventChoice], form: Form, *, clashes: list[Clash] | None = None, status: int = 422
) -> Template:
    contact = await organiser_email(pool, programme.organiser_id)
    key = form_key(form) or random_token()
    return _form_page(programme, choices, form, key=key, clashes=clashes, status=status, contact=contact)


def _form_page(
    programme: Programme,
    choices: list[EventChoice],
    form: Form,
    *,
    key: str,
    clashes: list[Clash] | None = None,
    status: int = 200,
    contact: str = "",
) -> Template:
    most = most_companions(choices)
    return page(
        "itinerary/registrations.html",
        status=status,
        page_url=f"/p/{programme.slug}/registrations",
        programme=programme,
        days=days_of(programme, choices),
        open_choices=[choice for choice in choices if choice.is_open],
        form=form,
        chosen=set(form.chosen(EVENTS)),
        companions=[(number, set(form.chosen(f"companion-{number}-{EVENTS}"))) for number in range(1, most + 1)],
        key=key,
        notice=clash_notice(clashes or []),
        labels=field_labels(choices),
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
        organiser_email=contact,
    )


def _sent_cookie(slug: str, form: Form, base_url: str) -> Cookie:
    return Cookie(
        key=SENT_COOKIE,
        value=form_key(form),
        max_age=SENT_COOKIE_SECONDS,
        path=f"/p/{slug}/registrations",
        secure=base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


router = Router(path="/", route_handlers=[new_registrations, create_registrations])
