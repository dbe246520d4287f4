"""Cancelling an event: every guest loses the place and is told."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.actions import mark_cancelled
from events.programme.errors import EventIsCancelled
from events.programme.model import Event, EventStatus
from events.registration.actions import cancel_places

from .board_queries import figures_of

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/cancellation")
async def new_event_cancellation(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """Asks, and tells how many guests it concerns."""
    event = await event_for_staff(db, staff, slug)
    if event.status == EventStatus.CANCELLED:
        raise EventIsCancelled(link=f"/organiser/events/{slug}")
    return await _form_page(db, staff, event, Form())


@post("/organiser/events/{slug:str}/cancellation", status_code=303)
async def create_event_cancellation(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Cancels the event and every place in one transaction; each booking gets a mail."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    if not form.checked("sure"):
        form.error("sure", _("Please tick this box, so that it cannot happen by mistake."))
        return await _form_page(tx, staff, event, form, status=422)
    concerned = await mark_cancelled(tx, staff, event)
    await cancel_places(tx, event.id, concerned, actor=staff.actor, reason="event cancelled", now=clock.now(), kind="called_off")
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}", status_code=303)


async def _form_page(db: Connection, staff: Staff, event: Event, form: Form, *, status: int = 200) -> Template:
    figures = await figures_of(db, event.id)
    concerned = figures.taken + figures.waiting
    return page("overview/event_cancellation.html", status=status, staff=staff, event=event, section="edit", form=form, concerned=concerned)


router = Router(path="/", route_handlers=[new_event_cancellation, create_event_cancellation])
