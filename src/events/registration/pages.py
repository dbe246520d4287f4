"""Signing up from an event's page. What happens afterwards is on the booking's own pages."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie, State
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit import limits
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.errors import TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.tokens import random_token
from events.programme.access import hot_event_for_guest
from events.programme.event_page import event_page
from events.programme.guest_queries import guest_places, organiser_email
from events.programme.model import Access, Event
from events.questions.asked import asked
from events.questions.files import LARGEST_FORM
from events.questions.model import Per, Question
from events.questions.uploads import receive_files

from . import actions, queries
from .claims import ClaimDesk, request_hash
from .errors import EventFull, KeyReused, RegistrationClosed
from .forms import companion_prefix, field_labels, form_key, parse_registration
from .model import SignUp

AnyRequest = Request[Any, Any, State]

# An embassy or a hotel sends all its guests from one address, so this only stops machines.
SIGN_UPS_PER_MINUTE = 120
# An assistant registers a dozen principals with one mail address; a stranger must not fill somebody's mailbox by our hand.
SIGN_UPS_PER_ADDRESS = 30
FILES_PER_HOUR = 300  # from one network: ten parties of ten with three papers each
# Behind a proxy whose forwarded addresses are not trusted everybody seems to be this machine: then nobody is limited.
_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})

SENT_COOKIE = "sent"
SENT_COOKIE_SECONDS = 3600  # as long as somebody may still go back in the browser and press the button once more


@post("/e/{slug:str}/registrations", status_code=303, request_max_body_size=LARGEST_FORM)
async def create_registrations(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
    """Books all guests of the form, or shows the form again with everything that was typed.

    No connection is held while the claim is under way: it uses its own.
    """
    # From the application's state, as in the API's handler: in a rush for places this is where everybody stands in line.
    here = request.app.state
    pool: Pool = here.pool
    claims: ClaimDesk = here.claims
    form = await Form.read(request)
    event = await hot_event_for_guest(here.shelf, slug)
    await _limit(request, pool)
    questions: list[Question] = await here.questions.of_event(event.id)
    if form.files:
        await _receive_files(request, pool, claims, event, form)
    sign_up = parse_registration(
        form,
        locale=current_language(),
        max_companions=event.max_companions,
        offers_waiting_list=event.waiting_list,
        questions=questions,
        tokens=claims.tokens,
    )
    if sign_up is None:
        return await _form_again(pool, event, form, questions)
    await _limit_mails(request, pool, sign_up.email)
    if token := await _sent_before(request, pool, claims, event, sign_up):
        return Redirect(f"/b/{token}", status_code=303)
    try:
        outcome = await actions.register(claims, event, sign_up)
    except (EventFull, RegistrationClosed) as refusal:
        return await _no_place(pool, event, form, refusal)
    except KeyReused as refusal:
        return Redirect(f"/b/{refusal.token}?notice=sent-before", status_code=303)
    here.live.mark(f"event:{event.id}")
    here.worker.wake()
    return Redirect(f"/b/{outcome.token}", status_code=303, cookies=[_sent_cookie(event, form, here.base_url)])


async def _receive_files(request: AnyRequest, pool: Pool, claims: ClaimDesk, event: Event, form: Form) -> None:
    """Keeps the files that came along, where the event takes sign-ups from everybody at all."""
    if not event.takes_sign_ups(now()) or event.access != Access.PUBLIC:
        raise RegistrationClosed
    client = _client(request)
    if client not in _THIS_MACHINE:
        who = limits.network_of(client)
        if not all([await limits.allow(pool, "files", who=who, limit=FILES_PER_HOUR, window_seconds=3600) for _file in form.files]):
            raise TooManyRequests
    questions: list[Question] = await request.app.state.questions.of_event(event.id)
    context = form.values.get("email", "").strip()
    for prefix in ("", *map(companion_prefix, range(1, event.max_companions + 1))):
        await receive_files(pool, form, questions, prefix, per=Per.GUEST, tokens=claims.tokens, context=context)
    await receive_files(pool, form, questions, per=Per.BOOKING, tokens=claims.tokens, context=context)


async def _form_again(pool: Pool, event: Event, form: Form, questions: list[Question]) -> Template:
    places = (await guest_places(pool, [event.id]))[event.id]
    return event_page(
        event,
        places,
        status=422,
        now=now(),
        form=form,
        key=form_key(form) or random_token(),
        organiser_email=await organiser_email(pool, event.organiser_id),
        labels=field_labels(event.max_companions, questions),
        questions=asked(questions),
    )


async def _no_place(pool: Pool, event: Event, form: Form, refusal: EventFull | RegistrationClosed) -> Template:
    """What was typed goes along unseen, so that the waiting list needs one press."""
    full = isinstance(refusal, EventFull)
    return page(
        "registration/no_place.html",
        status=refusal.status,
        page_url=f"/e/{event.slug}",
        event=event,
        title=_("There are not enough free places any more") if full else refusal.say(),
        offers_waiting_list=full and event.waiting_list,
        typed=[(name, value) for name, value in form.entries() if value and name != "waitlist"],
        organiser_email=await organiser_email(pool, event.organiser_id),
    )


async def _sent_before(request: AnyRequest, pool: Pool, claims: ClaimDesk, event: Event, sign_up: SignUp) -> str | None:
    """The booking of the same details from the same browser: a page opened again by "back" or reloaded has a new key."""
    earlier = request.cookies.get(SENT_COOKIE)
    if not earlier:
        return None
    booking_id = await queries.same_booking(pool, event.id, f"form:{earlier}", bytes.fromhex(request_hash(sign_up)))
    return claims.tokens.token("booking", booking_id) if booking_id else None


def _sent_cookie(event: Event, form: Form, base_url: str) -> Cookie:
    return Cookie(
        key=SENT_COOKIE,
        value=form_key(form),
        max_age=SENT_COOKIE_SECONDS,
        path=f"/e/{event.slug}/registrations",
        secure=base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


async def _limit(request: AnyRequest, pool: Pool) -> None:
    client = _client(request)
    if client in _THIS_MACHINE:
        return
    if not await limits.allow(pool, "sign-up", who=limits.network_of(client), limit=SIGN_UPS_PER_MINUTE, window_seconds=60):
        raise TooManyRequests


async def _limit_mails(request: AnyRequest, pool: Pool, email: str) -> None:
    if _client(request) in _THIS_MACHINE:
        return
    if not await limits.allow(pool, "sign-up address", who=email.casefold(), limit=SIGN_UPS_PER_ADDRESS, window_seconds=3600):
        raise TooManyRequests


def _client(request: AnyRequest) -> str:
    return request.client.host if request.client else "127.0.0.1"


router = Router(path="/", route_handlers=[create_registrations])
