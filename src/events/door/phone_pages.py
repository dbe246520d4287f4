"""The organiser's list of door phones: add one, see when it was last there, take it back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.http import wants_json
from events.kit.i18n import current_language
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import actions, phone_queries, queries
from .forms import parse_phone

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/phones")
async def show_phones(slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Template:
    """The phones of an event and the form for one more."""
    return await _list(pool, staff, await event_for_staff(pool, staff, slug), Form(), status=200)


@post("/organiser/events/{slug:str}/phones", status_code=303)
async def create_phone(
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """Prepares a phone; its page shows the code that pairs it."""
    event = await event_for_staff(pool, staff, slug)
    form = await Form.read(request)
    name, gate = parse_phone(form)
    if not form.ok:
        return await _list(pool, staff, event, form, status=422)
    async with pool.acquire() as connection, connection.transaction():
        phone_id = await actions.add_phone(connection, tokens, event_id=event.id, name=name, gate=gate, now=clock.now())
        await _note(connection, event, staff, "phone_added", phone_id)
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
    """The code for the phone's camera as long as it can be used; the page asks here whether it was."""
    event = await event_for_staff(pool, staff, slug)
    phone = await phone_queries.listed_phone(pool, event.id, phone_id)
    if phone is None:
        raise NotFound
    state = phone.state(clock.now())
    if wants_json(request):
        return Response({"state": state})
    code = actions.pairing_code(tokens, phone_id)
    return page(
        "door/phone.html",
        event=event,
        staff=staff,
        section="phones",
        phone=phone,
        state=state,
        pairing_url=f"{base_url}/door/pair/{code}",
        told=_teller(event),
    )


@post("/organiser/events/{slug:str}/phones/{phone_id:uuid}/revocation", status_code=303)
async def create_revocation(
    slug: FromPath[str],
    phone_id: FromPath[UUID],
    *,
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    live: NamedDependency[Live],
) -> Redirect:
    """Takes the phone back: its next request opens nothing, and a scanner that is open hears of it."""
    event = await event_for_staff(pool, staff, slug)
    async with pool.acquire() as connection, connection.transaction():
        if not await phone_queries.revoke_phone(connection, event.id, phone_id, clock.now()):
            raise NotFound
        await _note(connection, event, staff, "phone_revoked", phone_id)
    live.mark(f"event:{event.id}")
    return Redirect(f"/organiser/events/{slug}/phones", status_code=303)


async def _list(db: Executor, staff: Staff, event: Event, form: Form, *, status: int) -> Template:
    phones = await phone_queries.phones_of_event(db, event.id)
    now = clock.now()
    return page(
        "door/phones.html",
        status=status,
        event=event,
        staff=staff,
        section="phones",
        phones=[(phone, phone.state(now)) for phone in phones],
        gates=await queries.gate_names(db, event.id),
        form=form,
        told=_teller(event),
        page_url=f"/organiser/events/{event.slug}/phones",
    )


def _teller(event: Event) -> Any:
    """Tells an instant in the event's zone and the page's language."""
    return lambda instant: moment_label(instant, event.time_zone, locale=current_language())


async def _note(tx: Connection, event: Event, staff: Staff, action: str, phone_id: UUID) -> None:
    await insert_audit_entry(tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=f"device:{phone_id}", detail={})


router = Router(path="/", route_handlers=[show_phones, create_phone, show_phone, create_revocation])
