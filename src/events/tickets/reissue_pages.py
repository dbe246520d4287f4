"""A ticket that got into other hands gets a new code: on the booking's page and in the organiser's guest list. A ticket that got
lost is mailed again: on the booking's page, and for whoever has nothing left but a mail address."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.kit import clock, limits
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.jobs import insert_job
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens, token_hash
from events.people.names import full_name
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration.model import BookedPlace, RegistrationState
from events.registration.queries import bookings_of_party, party_of_token

from . import reissue
from . import reissue_queries as queries
from .errors import NoTicketYet
from .reissue_queries import IssuedTo

AnyRequest = Request[Any, Any, State]

REISSUES_PER_DAY = 10  # of one party; each ends with a mail, and every earlier paper becomes waste
MAILS_PER_HOUR = 5
LOST_PER_ADDRESS = 3  # an hour; by our hand nobody's mailbox is filled
LOST_PER_CLIENT = 20  # an hour; an office sends its guests from one address
_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})


@get("/b/{token:str}/guests/{guest_id:uuid}/new-ticket")
async def new_reissue(token: FromPath[str], guest_id: FromPath[UUID], db: NamedDependency[Connection]) -> Template:
    """Asks whether the ticket is to get a new code, and says what that does."""
    ticket, event, place = await _of_guest(db, token, guest_id)
    locale = current_language()
    return page(
        "tickets/reissue.html",
        token=token,
        event=event,
        span=span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale)),
        guest_id=guest_id,
        guest_name=full_name(place.guest, locale),
        issue=ticket.issue,
    )


@post("/b/{token:str}/guests/{guest_id:uuid}/new-ticket", status_code=303)
async def create_reissue(
    *,
    request: AnyRequest,
    token: FromPath[str],
    guest_id: FromPath[UUID],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Redirect:
    """The former code is dead with this answer; sent twice it does nothing more."""
    form = await Form.read(request)
    ticket, event, _place = await _of_guest(tx, token, guest_id)
    if not await limits.allow(tx, "reissue", who=str(ticket.lead_id), limit=REISSUES_PER_DAY, window_seconds=86400):
        raise TooManyRequests(link=f"/b/{token}")
    await reissue.reissue(tx, ticket, seen_issue=_issue(form), tokens=tokens, actor="guest", now=clock.now())
    live.mark(event.live_topic)
    return Redirect(f"/b/{token}?notice=reissued", status_code=303)


@post("/b/{token:str}/tickets", status_code=303)
async def send_tickets(token: FromPath[str], tx: NamedDependency[Connection]) -> Redirect:
    """Mails what the party has ahead once more."""
    lead_id = await party_of_token(tx, token_hash(token))
    if lead_id is None:
        raise NotFound
    if not await limits.allow(tx, "tickets again", who=str(lead_id), limit=MAILS_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}")
    if not await reissue.send_again(tx, lead_id, now=clock.now()):
        raise NoTicketYet(link=f"/b/{token}")
    return Redirect(f"/b/{token}?notice=sent-again", status_code=303)


@get("/tickets/lost")
async def new_lost_ticket() -> Template:
    """Asks for the mail address."""
    return page("tickets/lost.html", form=Form(), sent=False)


@post("/tickets/lost")
async def create_lost_ticket(request: AnyRequest, pool: NamedDependency[Pool]) -> Response[Any]:
    """The same words in the same time, whether we know the address, do not, or have written to it too often: what there is to
    find out is found out afterwards, by a job."""
    form = await Form.read(request)
    email = form.email("email")
    if not form.ok:
        return page("tickets/lost.html", status=422, form=form, sent=False)
    await _limit_client(request, pool)
    async with pool.acquire() as tx, tx.transaction():
        if await limits.allow(tx, "lost tickets", who=email.casefold(), limit=LOST_PER_ADDRESS, window_seconds=3600):
            await insert_job(tx, "lost_tickets", {"email": email})
        else:
            await insert_job(tx, "lost_tickets", {"email": ""})  # the same work as above, for nobody
    return page("tickets/lost.html", form=form, sent=True, email=email)


@get("/organiser/events/{slug:str}/guests/{registration_id:uuid}/new-ticket")
async def new_staff_reissue(
    slug: FromPath[str], registration_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """The same question for the organiser."""
    event, ticket = await _of_registration(db, staff, slug, registration_id)
    parties = await bookings_of_party(db, ticket.lead_id)
    place = next(place for booking in parties for place in booking.places if place.guest_id == ticket.guest_id)
    return page(
        "tickets/staff_reissue.html",
        staff=staff,
        event=event,
        section="guests",
        registration_id=registration_id,
        guest_name=full_name(place.guest, current_language()),
        email=parties[0].email,
        issue=ticket.issue,
    )


@post("/organiser/events/{slug:str}/guests/{registration_id:uuid}/new-ticket", status_code=303)
async def create_staff_reissue(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Redirect:
    """As above, in the organiser's name."""
    form = await Form.read(request)
    event, ticket = await _of_registration(tx, staff, slug, registration_id)
    await reissue.reissue(tx, ticket, seen_issue=_issue(form), tokens=tokens, actor=staff.actor, now=clock.now())
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/guests?done=reissued", status_code=303)


async def _of_guest(db: Executor, token: str, guest_id: UUID) -> tuple[IssuedTo, Event, BookedPlace]:
    """The ticket of a guest of the party with a confirmed place of theirs."""
    lead_id = await party_of_token(db, token_hash(token))
    ticket = await queries.ticket_of_party(db, lead_id, guest_id) if lead_id else None
    if lead_id is None or ticket is None:
        raise NotFound
    for booking in await bookings_of_party(db, lead_id):
        for place in booking.places:
            if place.guest_id == guest_id and place.state == RegistrationState.CONFIRMED:
                event = await event_by_id(db, booking.event_id)
                assert event is not None
                return ticket, event, place
    raise NoTicketYet(link=f"/b/{token}")


async def _of_registration(db: Executor, staff: Staff, slug: str, registration_id: UUID) -> tuple[Event, IssuedTo]:
    event = await event_for_staff(db, staff, slug)
    ticket = await queries.ticket_of_registration(db, event.id, registration_id)
    if ticket is None:
        raise NotFound(link=f"/organiser/events/{slug}/guests")
    return event, ticket


def _issue(form: Form) -> int:
    """Which issue the page showed; without it nothing is replaced."""
    shown = form.values.get("issue", "")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 9 else 0


async def _limit_client(request: AnyRequest, pool: Pool) -> None:
    client = request.client.host if request.client else "127.0.0.1"
    if client in _THIS_MACHINE:
        return
    if not await limits.allow(pool, "lost tickets from", who=limits.network_of(client), limit=LOST_PER_CLIENT, window_seconds=3600):
        raise TooManyRequests(link="/tickets/lost")


router = Router(
    path="/",
    route_handlers=[
        new_reissue,
        create_reissue,
        send_tickets,
        new_lost_ticket,
        create_lost_ticket,
        new_staff_reissue,
        create_staff_reissue,
    ],
    include_in_schema=False,
)
