"""The organiser's guest list, and what is decided about a single guest."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import ReviewRole, Staff
from events.accounts.queries import insert_audit_entry
from events.arrivals.editing_queries import host_names
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import pools_of_event
from events.questions.queries import all_questions_of_event
from events.registration import actions
from events.registration.errors import NotAwaitingApproval
from events.registration.model import OVER, RegistrationState
from events.selection.actions import give_verdicts
from events.selection.model import Verdict

from . import guest_queries
from .guest_queries import PAGE_SIZE
from .listing import GROUP_NAMES, Group, Listing, parse_listing
from .model import GuestLine
from .presentation import present_guest

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/guests")
async def show_guests(
    *,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    q: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    contingent: FromQuery[str | None] = None,
    after: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
    done: FromQuery[str | None] = None,
) -> Template:
    """One page of the list, found by name in any script, by company or by mail address."""
    event = await event_for_staff(db, staff, slug)
    pools = await pools_of_event(db, event.id)
    listing = parse_listing(pools, query=q, group=group, contingent=contingent)
    lines = await guest_queries.guests_page(db, event.id, listing, after=after, before=before)
    shown, earlier, later = _paged(lines, event, listing, after=after, before=before)
    return page(
        "overview/guests.html",
        staff=staff,
        event=event,
        section="guests",
        listing=listing,
        form=Form([("q", listing.query), ("group", listing.group), ("contingent", listing.contingent)]),
        groups=GROUP_NAMES,
        sizes=await guest_queries.group_sizes(db, event.id),
        contingents=pools[1:],
        asks=bool(await all_questions_of_event(db, event.id)),
        guests=[present_guest(line, event) for line in shown],
        hosts=await host_names(db, [line.registration_id for line in shown]),
        earlier=earlier,
        later=later,
        done=done,
    )


@get("/organiser/events/{slug:str}/guests/{registration_id:uuid}/cancellation")
async def new_cancellation(
    slug: FromPath[str], registration_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Asks before a place is taken away, or an application turned down."""
    event, line = await _guest(db, staff, slug, registration_id)
    return _cancellation_form(event, line, staff, Form())


@post("/organiser/events/{slug:str}/guests/{registration_id:uuid}/cancellation", status_code=303)
async def create_cancellation(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Gives the place back (the waiting list moves up) or turns the application down. The guest hears of it by mail."""
    event, line = await _guest(tx, staff, slug, registration_id)
    form = await Form.read(request)
    reason = form.text("reason", longest=200)
    if not form.ok:
        return _cancellation_form(event, line, staff, form, status=422)
    live.mark(event.live_topic)
    if line.state == RegistrationState.AWAITING_APPROVAL:
        return await _judged(tx, event, staff, registration_id, verdict=Verdict.REJECTED, reason=reason)
    await actions.cancel_places(tx, event.id, [registration_id], actor=staff.actor, reason=reason, now=clock.now())
    return await _cancelled(tx, event, staff, registration_id)


@post("/organiser/events/{slug:str}/guests/{registration_id:uuid}/approval", status_code=303)
async def create_approval(
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Agrees to a guest who awaits a decision, in the host's name."""
    event, line = await _guest(tx, staff, slug, registration_id)
    if line.state != RegistrationState.AWAITING_APPROVAL:
        raise NotAwaitingApproval(link=f"/organiser/events/{slug}/guests")
    live.mark(event.live_topic)
    return await _judged(tx, event, staff, registration_id, verdict=Verdict.APPROVED)


async def _guest(db: Connection, staff: Staff, slug: str, registration_id: UUID) -> tuple[Event, GuestLine]:
    event = await event_for_staff(db, staff, slug)
    line = await guest_queries.guest_line(db, event.id, registration_id)
    if line is None or line.state in OVER:
        raise NotFound(link=f"/organiser/events/{slug}/guests")
    return event, line


def _cancellation_form(event: Event, line: GuestLine, staff: Staff, form: Form, *, status: int = 200) -> Template:
    guest = present_guest(line, event)
    return page("overview/cancellation.html", status=status, staff=staff, event=event, section="guests", guest=guest, form=form)


async def _judged(tx: Connection, event: Event, staff: Staff, registration_id: UUID, *, verdict: Verdict, reason: str = "") -> Redirect:
    """The page of the applications tells what came of the word: others may have to agree, or no place be free."""
    said = await give_verdicts(tx, event, staff, [registration_id], role=ReviewRole.HOST, verdict=verdict, reason=reason, now=clock.now())
    query = urlencode({"said": f"{said[0]}-{said[-1]}" if said else "0-0"})
    return Redirect(f"/organiser/events/{event.slug}/applications?{query}", status_code=303)


async def _cancelled(tx: Connection, event: Event, staff: Staff, registration_id: UUID) -> Redirect:
    subject = f"registration:{registration_id}"
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action="place_cancelled", subject=subject, detail={"event": event.slug}
    )
    return Redirect(f"/organiser/events/{event.slug}/guests?{urlencode({'group': Group.CURRENT, 'done': 'cancelled'})}", status_code=303)


def _paged(
    lines: list[GuestLine], event: Event, listing: Listing, *, after: UUID | None, before: UUID | None
) -> tuple[list[GuestLine], str, str]:
    """The guests to show, and the addresses of the pages before and after; the one guest more says whether there is another."""
    more = len(lines) > PAGE_SIZE
    shown = (lines[1:] if before else lines[:PAGE_SIZE]) if more else lines
    has_earlier, has_later = (more, True) if before else (after is not None, more)
    here = f"/organiser/events/{event.slug}/guests?"
    earlier = here + urlencode(listing.address() | {"before": str(shown[0].registration_id)}) if has_earlier and shown else ""
    later = here + urlencode(listing.address() | {"after": str(shown[-1].registration_id)}) if has_later and shown else ""
    return shown, earlier, later


router = Router(path="/", route_handlers=[show_guests, new_cancellation, create_cancellation, create_approval])
