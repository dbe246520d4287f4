"""What guests see and decide about their own data, behind their booking's link. Nothing changes on GET."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.kit import clock, limits
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens, token_hash
from events.people.consents import OF_ONE_EVENT, OF_THE_CONTACT, Purpose
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import consents, guest_list_queries, party_queries
from .dossier import Dossier, dossier_of
from .dossier_queries import invitations_of_party, seen_by
from .erasure import request_erasure
from .errors import GuestListClosed
from .model import Holdings, Party, PartyGuest
from .presentation import guest_cards, listed_lines, seen_lines

AnyRequest = Request[Any, Any, State]

CHANGES_PER_HOUR = 30
MAILS_PER_DAY = 5  # by our hand nobody's mailbox is filled
NOTICES = {
    "agreed": N_("Thank you, this is noted."),
    "asked": N_("We have sent you a mail. It counts once you confirm it there."),
    "withdrawn": N_("Taken back. It holds from now on."),
    "erasure-asked": N_("We have sent a mail to the address of this booking. Nothing is erased until it is confirmed there."),
}


@get("/b/{token:str}/privacy")
async def show_privacy(token: FromPath[str], db: NamedDependency[Connection], notice: FromQuery[str | None] = None) -> Template:
    """What is kept about each guest, who looked at it, what was agreed to, and the ways to take it along or have it erased."""
    party, event = await _found(db, token)
    given = await party_queries.consents_of(db, [guest.id for guest in party.guests])
    open_lists = await guest_list_queries.lists_for(db, [guest.id for guest in party.guests])
    return _page(
        "privacy/party.html",
        token,
        event,
        guests=guest_cards(party, given, event.time_zone),
        email=party.email,
        seen=seen_lines(await seen_by(db, await _holdings(db, party, party.guests)), event.time_zone),
        has_guest_list=bool(open_lists),
        notice_text=_(NOTICES[notice]) if notice in NOTICES else "",
    )


@post("/b/{token:str}/guests/{guest_id:uuid}/consents", status_code=303)
async def change_consent(
    request: AnyRequest, token: FromPath[str], guest_id: FromPath[UUID], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Gives a consent or takes it back."""
    form = await Form.read(request)
    party, _event = await _found(tx, token)
    guest = party.guest(guest_id)
    purpose, agreed = form.choice("purpose", [one.value for one in Purpose]), form.choice("agreed", ["yes", "no"])
    if guest is None or not form.ok or not _may_decide(guest, Purpose(purpose), agreed=agreed == "yes"):
        raise NotFound(link=f"/b/{token}/privacy")
    if not await limits.allow(tx, "consents", who=str(party.lead_id), limit=CHANGES_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=f"/b/{token}/privacy")
    notice = await _decide(tx, party, guest, Purpose(purpose), agreed=agreed == "yes", link=f"/b/{token}/privacy")
    for event_id in await party_queries.live_event_ids(tx, [guest.id]):
        live.mark(f"event:{event_id}")
    return Redirect(f"/b/{token}/privacy?notice={notice}#guest-{guest.position}", status_code=303)


@get("/b/{token:str}/privacy/data")
async def show_data(token: FromPath[str], db: NamedDependency[Connection], tokens: NamedDependency[Tokens]) -> Template:
    """Everything that is kept, to read and to print."""
    event, dossier = await _dossier(db, token, tokens)
    return _page("privacy/data.html", token, event, sections=dossier.sections())


@get("/b/{token:str}/privacy/data.json")
async def download_data(token: FromPath[str], db: NamedDependency[Connection], tokens: NamedDependency[Tokens]) -> Response[bytes]:
    """The same for machines."""
    event, dossier = await _dossier(db, token, tokens)
    name = f"my-data-{event.slug}.json"
    return Response(dossier.as_json(), media_type="application/json", headers={"content-disposition": f'attachment; filename="{name}"'})


@get("/b/{token:str}/guest-list")
async def show_guest_list(token: FromPath[str], db: NamedDependency[Connection], event: FromQuery[str | None] = None) -> Template:
    """Name and company of the guests who agreed to it, for guests who are confirmed, where the organiser shares the list."""
    party, lead_event = await _found(db, token)
    guest_ids = [guest.id for guest in party.guests if guest.erased_at is None]
    shown = await guest_list_queries.list_of(db, guest_ids, event)
    if shown is None:
        raise GuestListClosed(link=f"/b/{token}")
    chosen = await event_by_id(db, shown.event_id) or lead_event
    others = [one for one in await guest_list_queries.lists_for(db, guest_ids) if one[0] != shown.event_id]
    return _page("privacy/guest_list.html", token, chosen, lines=listed_lines(shown.guests), others=others)


@get("/b/{token:str}/erasure")
async def new_erasure(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Asks whose details are to be erased, and says what follows."""
    party, event = await _found(db, token)
    return _erasure_form(token, event, party, Form())


@post("/b/{token:str}/erasure", status_code=303)
async def create_erasure(request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection]) -> Response[Any]:
    """Orders the mail that asks for confirmation."""
    form = await Form.read(request)
    party, event = await _found(tx, token)
    chosen = [guest.id for guest in party.guests if str(guest.id) in form.chosen("guests") and guest.erased_at is None]
    if not chosen:
        form.error("guests", _("Please choose whose details are to be erased."))
        return _erasure_form(token, event, party, form, status=422)
    await _limit_mails(tx, party, link=f"/b/{token}/privacy")
    await request_erasure(tx, party, chosen, now=clock.now())
    return Redirect(f"/b/{token}/privacy?notice=erasure-asked", status_code=303)


async def _found(db: Executor, token: str) -> tuple[Party, Event]:
    party = await party_queries.party_by_token(db, token_hash(token))
    event = await event_by_id(db, party.event_id) if party else None
    if party is None or event is None:
        raise NotFound
    return party, event


async def _dossier(db: Connection, token: str, tokens: Tokens) -> tuple[Event, Dossier]:
    party, event = await _found(db, token)
    holdings = await _holdings(db, party, party.guests)
    return event, await dossier_of(db, holdings, internal=False, now=clock.now(), unsealed=tokens)


async def _holdings(db: Executor, party: Party, guests: list[PartyGuest]) -> Holdings:
    return Holdings(
        organiser_id=party.organiser_id,
        guest_ids=[guest.id for guest in guests],
        contact_booking_ids=party.booking_ids,
        invitation_ids=await invitations_of_party(db, party.lead_id),
    )


def _may_decide(guest: PartyGuest, purpose: Purpose, *, agreed: bool) -> bool:
    """The privacy notice is agreed to with the booking and ends with erasure; food and access are agreed to where they are written, and
    the exchange of contacts where they are exchanged."""
    if purpose == Purpose.PRIVACY or (agreed and purpose in (Purpose.SENSITIVE, *OF_ONE_EVENT)):
        return False
    return guest.position == 0 or purpose not in OF_THE_CONTACT


async def _decide(tx: Connection, party: Party, guest: PartyGuest, purpose: Purpose, *, agreed: bool, link: str) -> str:
    now = clock.now()
    if not agreed:
        await consents.withdraw(tx, guest.id, purpose, now=now)
        return "withdrawn"
    if purpose == Purpose.MARKETING:
        await _limit_mails(tx, party, link=link)
    channel = "form" if guest.position == 0 else "registrant"
    await consents.agree(tx, guest.id, purpose, locale=current_language(), channel=channel, now=now)
    return "asked" if purpose == Purpose.MARKETING else "agreed"


async def _limit_mails(tx: Connection, party: Party, *, link: str) -> None:
    if not await limits.allow(tx, "privacy mails", who=str(party.lead_id), limit=MAILS_PER_DAY, window_seconds=86400):
        raise TooManyRequests(link=link)


def _erasure_form(token: str, event: Event, party: Party, form: Form, *, status: int = 200) -> Template:
    guests = [card for card in guest_cards(party, [], event.time_zone) if not card.is_erased]
    here = f"/b/{token}/erasure"
    return _page("privacy/erasure.html", token, event, status=status, form=form, guests=guests, email=party.email, page_url=here)


def _page(template: str, token: str, event: Event, *, status: int = 200, **context: Any) -> Template:
    locale = current_language()
    span = span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
    return page(template, status=status, token=token, event=event, span=span, **context)


router = Router(
    path="/",
    route_handlers=[show_privacy, change_consent, show_data, download_data, show_guest_list, new_erasure, create_erasure],
)
