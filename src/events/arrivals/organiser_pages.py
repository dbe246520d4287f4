"""The organiser's hosts of an event: who receives whom, and the personal link of each."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, current_language
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import actions, editing_queries
from .forms import host_form, parse_host
from .host_page import host_page
from .model import ListedHost

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/hosts")
async def show_hosts(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """Everybody who receives guests, and the form for one more."""
    return await _list(db, staff, await event_for_staff(db, staff, slug), host_form(None))


@post("/organiser/events/{slug:str}/hosts", status_code=303)
async def create_host(
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """Adds a host; the page that follows asks for the guests."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    details = parse_host(form)
    if not form.ok:
        return await _list(tx, staff, event, form, status=422)
    host_id = await actions.add_host(tx, tokens, event, details, staff=staff)
    return Redirect(f"/organiser/events/{slug}/hosts/{host_id}?done=added", status_code=303)


@get("/organiser/events/{slug:str}/hosts/{host_id:uuid}")
async def edit_host(
    *,
    slug: FromPath[str],
    host_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    q: FromQuery[str | None] = None,
    done: FromQuery[str | None] = None,
) -> Template:
    """One host: the link, the guests, and more guests to tick."""
    event, host = await host_of(db, staff, slug, host_id)
    return await host_page(db, tokens, base_url, staff=staff, event=event, host=host, query=q or "", done=done)


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}", status_code=303)
async def update_host(
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
    event, host = await host_of(tx, staff, slug, host_id)
    form = await Form.read(request)
    details = parse_host(form)
    if not form.ok:
        return await host_page(tx, tokens, base_url, staff=staff, event=event, host=host, form=form, status=422)
    await actions.change_host(tx, event, host, details, staff=staff, now=clock.now())
    live.mark(event.live_topic)
    return back(event, host, "saved")


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/link", status_code=303)
async def replace_link(
    *,
    slug: FromPath[str],
    host_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Redirect:
    """A new link; whoever has the former one sees nothing any more."""
    event, host = await host_of(tx, staff, slug, host_id)
    await actions.replace_link(tx, tokens, event, host, staff=staff)
    live.mark(event.live_topic)
    return back(event, host, "replaced")


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/link/end", status_code=303)
async def end_link(
    slug: FromPath[str],
    host_id: FromPath[UUID],
    *,
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    event, host = await host_of(tx, staff, slug, host_id)
    await actions.end_link(tx, event, host, staff=staff, now=clock.now())
    live.mark(event.live_topic)
    return back(event, host, "ended")


@post("/organiser/events/{slug:str}/hosts/{host_id:uuid}/link/mail", status_code=303)
async def create_link_mail(
    slug: FromPath[str], host_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Sends the link to the host's address."""
    event, host = await host_of(tx, staff, slug, host_id)
    if host.revoked_at:
        raise NotFound(link=f"/organiser/events/{slug}/hosts/{host_id}")
    await actions.send_link(tx, event, host, staff=staff)
    return back(event, host, "sent")


async def host_of(db: Connection, staff: Staff, slug: str, host_id: UUID) -> tuple[Event, ListedHost]:
    """The event and its host, if this person organises it; raises `NotFound` or `Forbidden`."""
    event = await event_for_staff(db, staff, slug)
    host = await editing_queries.listed_host(db, event.id, host_id)
    if host is None:
        raise NotFound(link=f"/organiser/events/{slug}/hosts")
    return event, host


def back(event: Event, host: ListedHost, done: str) -> Redirect:
    return Redirect(f"/organiser/events/{event.slug}/hosts/{host.id}?done={done}", status_code=303)


async def _list(db: Connection, staff: Staff, event: Event, form: Form, *, status: int = 200) -> Template:
    language = current_language()
    hosts = await editing_queries.hosts_of_event(db, event.id)
    return page(
        "arrivals/hosts.html",
        status=status,
        staff=staff,
        event=event,
        section="hosts",
        hosts=[(host, _seen(host, event, language)) for host in hosts],
        languages_of_hosts=list(LANGUAGES.items()),
        form=form,
        page_url=f"/organiser/events/{event.slug}/hosts",
    )


def _seen(host: ListedHost, event: Event, language: str) -> str:
    return moment_label(host.seen_at, event.time_zone, locale=language) if host.seen_at else ""


router = Router(path="/", route_handlers=[show_hosts, create_host, edit_host, update_host, replace_link, end_link, create_link_mail])
