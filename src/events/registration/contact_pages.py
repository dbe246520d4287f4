"""The mail contact of a booking: address and language, behind the booking's link; and the page that confirms a new address."""

from typing import Any

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
from events.kit.i18n import LANGUAGES, current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens, token_hash
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import contact as addresses
from . import queries, self_service_queries
from .self_service_queries import Contact

AnyRequest = Request[Any, Any, State]

ADDRESSES_PER_DAY = 5  # each writes to an address somebody typed: by our hand nobody's mailbox is filled


@get("/b/{token:str}/contact")
async def edit_contact(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Where we write to now, and what was asked for and not confirmed yet."""
    contact, event = await _found(db, token)
    return _form_page(token, contact, event, Form([("email", contact.email), ("language", contact.locale)]))


@post("/b/{token:str}/contact", status_code=303)
async def change_contact(
    request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection], tokens: NamedDependency[Tokens]
) -> Response[Any]:
    """The language holds at once; a new address once it is confirmed there."""
    form = await Form.read(request)
    contact, event = await _found(tx, token)
    email, locale = form.email("email"), form.choice("language", LANGUAGES)
    if not form.ok:
        return _form_page(token, contact, event, form, status=422)
    await self_service_queries.set_locale(tx, contact.lead_id, locale)
    if email in (contact.email, contact.wanted_email):
        return Redirect(f"/b/{token}?notice=contact", status_code=303)
    if not await limits.allow(tx, "contact", who=str(contact.lead_id), limit=ADDRESSES_PER_DAY, window_seconds=86400):
        raise TooManyRequests(link=f"/b/{token}")
    await addresses.ask_for_email(tx, contact, email, tokens=tokens, now=now())
    return Redirect(f"/b/{token}?notice=contact-asked", status_code=303)


@get("/email/{secret:str}")
async def show_new_email(secret: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Asks whether bookings are to be written about to this address."""
    contact = await addresses.wish_behind(db, secret, now=now())
    event = await event_by_id(db, contact.event_id)
    assert event is not None
    return _page("registration/new_email.html", "", event, secret=secret, email=contact.wanted_email)


@post("/email/{secret:str}", status_code=303)
async def confirm_new_email(secret: FromPath[str], tx: NamedDependency[Connection], tokens: NamedDependency[Tokens]) -> Redirect:
    """The new address counts."""
    lead_id = await addresses.confirm_email(tx, secret, now=now())
    return Redirect(f"/b/{tokens.token('booking', lead_id)}?notice=contact", status_code=303)


async def _found(db: Executor, token: str) -> tuple[Contact, Event]:
    lead_id = await queries.party_of_token(db, token_hash(token))
    contact = await self_service_queries.contact_of_party(db, lead_id) if lead_id else None
    event = await event_by_id(db, contact.event_id) if contact else None
    if contact is None or event is None:
        raise NotFound
    return contact, event


def _form_page(token: str, contact: Contact, event: Event, form: Form, *, status: int = 200) -> Template:
    return _page(
        "registration/contact.html",
        token,
        event,
        status=status,
        page_url=f"/b/{token}/contact",
        form=form,
        wanted=contact.wanted_email,
        labels={"email": _("E-mail"), "language": _("Language of our mails")},
    )


def _page(template: str, token: str, event: Event, *, status: int = 200, **context: Any) -> Template:
    locale = current_language()
    span = span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale))
    return page(template, status=status, token=token, event=event, span=span, **context)


router = Router(path="/", route_handlers=[edit_contact, change_contact, show_new_email, confirm_new_email], include_in_schema=False)
