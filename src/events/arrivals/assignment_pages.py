"""Whose guest is whose: ticked one by one, a company at a time, or pasted as a list; with a note for the host alone."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from events.accounts.model import Staff
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.live import Live
from events.kit.tokens import Tokens

from . import actions, editing_queries
from .forms import parse_chosen, parse_notes, parse_pasted
from .host_page import host_page
from .organiser_pages import back, host_of

AnyRequest = Request[Any, Any, State]


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/guests", status_code=303)
async def assign_guests(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    host_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """The ticked guests, and everybody of the chosen company."""
    event, host = await host_of(tx, staff, slug, host_id)
    form = await Form.read(request)
    chosen = parse_chosen(form)
    if company := form.text("company"):
        chosen += await editing_queries.registrations_of_company(tx, event.id, company)
    new = await editing_queries.assign_guests(tx, host.id, event.id, chosen)
    await actions.note(tx, event, staff, "host_guests_assigned", host.id, guests=new)
    live.mark(event.live_topic)
    return back(event, host, "assigned")


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/list", status_code=303)
async def assign_pasted(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    host_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[Any]:
    """A list of names, addresses or ticket codes; lines that mean nobody, or more than one, come back to be made clearer."""
    event, host = await host_of(tx, staff, slug, host_id)
    form = await Form.read(request)
    lines = parse_pasted(form)
    if not form.ok:
        return await host_page(tx, tokens, base_url, staff=staff, event=event, host=host, paste=form, status=422)
    new, unclear = await actions.assign_pasted(tx, event, host, lines)
    await actions.note(tx, event, staff, "host_guests_assigned", host.id, guests=new)
    live.mark(event.live_topic)
    if not unclear:
        return back(event, host, "assigned")
    form.put("lines", "\n".join(unclear))
    return await host_page(tx, tokens, base_url, staff=staff, event=event, host=host, paste=form, unclear=unclear, done="assigned")


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/notes", status_code=303)
async def save_notes(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    host_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[Any]:
    """The notes of all guests at once; the ticked guests are taken off the list."""
    event, host = await host_of(tx, staff, slug, host_id)
    form = await Form.read(request)
    notes, leaving = parse_notes(form), parse_chosen(form)
    if not form.ok:
        return await host_page(tx, tokens, base_url, staff=staff, event=event, host=host, notes=form, status=422)
    await editing_queries.save_notes(tx, host.id, notes)
    await editing_queries.release_guests(tx, host.id, leaving)
    if leaving:
        await actions.note(tx, event, staff, "host_guests_released", host.id, guests=len(leaving))
    live.mark(event.live_topic)
    return back(event, host, "released" if leaving else "noted")


router = Router(path="/", route_handlers=[assign_guests, assign_pasted, save_notes])
