"""The organiser's list of door phones: add one, see how each is, give it another duty, take it back."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from jinja2 import Environment
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.fragment_stream import Fragments, fragment_stream
from events.kit.http import wants_json
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import new_environment, page
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import actions, phone_queries, queries
from .board_words import told
from .model import phones_topic
from .phone_forms import parse_duty, typed_duty
from .phone_list import IS_OPEN, ROLES, ListedPhone

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/phones")
async def show_phones(slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Template:
    """The phones of an event and the form for one more."""
    return await _list(pool, staff, await event_for_staff(pool, staff, slug), Form(), status=200)


@get("/organiser/events/{slug:str}/phones/stream")
async def stream_phones(
    slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool], live: NamedDependency[Live]
) -> Stream:
    """The same list as phones report, are paired and forget."""
    event = await event_for_staff(pool, staff, slug)
    messages = fragment_stream(
        live, phones_topic(event.id), lambda: _fragments(pool, event), tell_time=lambda: told(now := clock.now(), event.time_zone, now=now)
    )
    return Stream(messages, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@post("/organiser/events/{slug:str}/phones", status_code=303)
async def create_phone(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Prepares a phone; its page shows the code that pairs it."""
    event = await event_for_staff(pool, staff, slug)
    form = await Form.read(request)
    duty = parse_duty(form, event)
    if not form.ok:
        return await _list(pool, staff, event, form, status=422)
    async with pool.acquire() as connection, connection.transaction():
        expires_at = clock.now() + actions.PAIRING_LASTS
        phone_id = await actions.add_phone_on_duty(connection, tokens, duty, event_id=event.id, expires_at=expires_at)
        await _note(connection, event, staff, "phone_added", phone_id)
    live.mark(phones_topic(event.id))
    return Redirect(f"/organiser/events/{slug}/phones/{phone_id}", status_code=303)


@get("/organiser/events/{slug:str}/phones/{phone_id:uuid}")
async def show_phone(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    phone_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[Any]:
    """One phone. While its code can be used the page shows it, and asks here whether it was."""
    event = await event_for_staff(pool, staff, slug)
    phone = await _phone_of(pool, event, phone_id)
    if wants_json(request):
        return Response({"state": phone.state(clock.now())})
    pairing_url = f"{base_url}/door/pair/{actions.pairing_code(tokens, phone_id)}"
    return await _page(pool, staff, event, phone, typed_duty(phone, event), pairing_url=pairing_url)


@post("/organiser/events/{slug:str}/phones/{phone_id:uuid}", status_code=303)
async def change_phone(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    phone_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Gives the phone another gate, role or hours; it hears of it with its next list."""
    event = await event_for_staff(pool, staff, slug)
    phone = await _phone_of(pool, event, phone_id)
    form = await Form.read(request)
    duty = parse_duty(form, event)
    if not form.ok:
        return await _page(pool, staff, event, phone, form, status=422)
    async with pool.acquire() as connection, connection.transaction():
        if not await actions.change_phone(connection, event.id, phone_id, duty):
            raise NotFound
        await _note(connection, event, staff, "phone_changed", phone_id)
    live.mark(phones_topic(event.id))
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/phones", status_code=303)


@post("/organiser/events/{slug:str}/phones/{phone_id:uuid}/revocation", status_code=303)
async def create_revocation(
    slug: FromPath[str],
    phone_id: FromPath[UUID],
    *,
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    live: NamedDependency[Live],
) -> Redirect:
    """Takes the phone back: its next request opens nothing, and a scanner that is open hears of it and forgets its list."""
    event = await event_for_staff(pool, staff, slug)
    async with pool.acquire() as connection, connection.transaction():
        if not await phone_queries.revoke_phone(connection, event.id, phone_id, clock.now()):
            raise NotFound
        await _note(connection, event, staff, "phone_revoked", phone_id)
    live.mark(event.live_topic)
    live.mark(phones_topic(event.id))
    return Redirect(f"/organiser/events/{slug}/phones", status_code=303)


async def _phone_of(pool: Pool, event: Event, phone_id: UUID) -> ListedPhone:
    phone = await phone_queries.listed_phone(pool, event.id, phone_id)
    if phone is None:
        raise NotFound
    return phone


async def _list(pool: Pool, staff: Staff, event: Event, form: Form, *, status: int) -> Template:
    now = clock.now()
    return page(
        "door/phones.html",
        status=status,
        event=event,
        staff=staff,
        section="phones",
        fragments=await _fragments(pool, event),
        read_at=told(now, event.time_zone, now=now),
        form=form,
        page_url=f"/organiser/events/{event.slug}/phones",
        **await _form_words(pool, event),
    )


async def _page(
    pool: Pool, staff: Staff, event: Event, phone: ListedPhone, form: Form, *, status: int = 200, pairing_url: str = ""
) -> Template:
    now = clock.now()
    return page(
        "door/phone.html",
        status=status,
        event=event,
        staff=staff,
        section="phones",
        form=form,
        pairing_url=pairing_url,
        page_url=f"/organiser/events/{event.slug}/phones/{phone.id}",
        is_open=phone.state(now) in IS_OPEN,
        **_phone_words(phone, event, now),
        **await _form_words(pool, event),
    )


async def _form_words(pool: Pool, event: Event) -> dict[str, Any]:
    return {
        "gates": await queries.gate_names(pool, event.id),
        "roles": [(role, _(word), _(meaning)) for role, (word, meaning) in ROLES.items()],
        "labels": {
            "name": _("Who carries it?"),
            "gate": _("Gate"),
            "role": _("Role"),
            "valid_from": _("On duty from"),
            "valid_until": _("On duty until"),
        },
    }


async def _fragments(pool: Pool, event: Event) -> Fragments:
    """The list as HTML in the current language."""
    phones, now = await phone_queries.phones_of_event(pool, event.id), clock.now()
    words = {
        "home": f"/organiser/events/{event.slug}/phones",
        "phones": [_phone_words(phone, event, now) for phone in phones],
        "waiting": sum(phone.waiting_scans for phone in phones),
    }
    return {"phones": _templates().get_template("door/phones_list.html").render(words)}


@cache
def _templates() -> Environment:
    return new_environment()


def _phone_words(phone: ListedPhone, event: Event, now: datetime) -> dict[str, Any]:
    """A phone with its moments on the event's clock."""
    moments = ("valid_from", "valid_until", "last_seen_at", "list_at", "pairing_expires_at", "wiped_at")
    return {
        "phone": phone,
        "state": phone.state(now),
        "role": _(ROLES[phone.role][0]),
        "at": {name: told(moment, event.time_zone, now=now) if (moment := getattr(phone, name)) else "" for name in moments},
    }


async def _note(tx: Connection, event: Event, staff: Staff, action: str, phone_id: UUID) -> None:
    await insert_audit_entry(tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=f"device:{phone_id}", detail={})


router = Router(path="/", route_handlers=[show_phones, stream_phones, create_phone, show_phone, change_phone, create_revocation])
