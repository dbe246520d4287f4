"""The organiser's switch: whether guests of an event may exchange contacts. Who met whom is nobody's business but theirs."""

from typing import Any

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.templates import page
from events.programme.access import event_for_staff

from . import queries

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/contacts")
async def show_switch(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """Whether it is on, and how many use it."""
    event = await event_for_staff(db, staff, slug)
    cards, meetings = await queries.counts(db, event.id)
    return page(
        "contacts/switch.html",
        staff=staff,
        event=event,
        section="guests",
        is_open=await queries.is_open(db, event.id),
        cards=cards,
        meetings=meetings,
    )


@post("/organiser/events/{slug:str}/contacts", status_code=303)
async def set_switch(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Redirect:
    event = await event_for_staff(tx, staff, slug)
    is_open = (await Form.read(request)).checked("open")
    await queries.switch(tx, event.id, is_open=is_open, actor=staff.actor, now=clock.now())
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action="contacts_opened" if is_open else "contacts_closed",
        subject=f"event:{event.slug}",
        detail={},
    )
    return Redirect(f"/organiser/events/{slug}/contacts", status_code=303)


router = Router(path="/", route_handlers=[show_switch, set_switch])
