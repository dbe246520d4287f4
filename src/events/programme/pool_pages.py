"""The places of an event: how many there are, and which are kept for a group."""

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
from events.kit.i18n import current_language
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label

from . import actions
from .access import event_for_staff
from .errors import CapacityRefused
from .forms import contingent_form, parse_capacity, parse_contingent
from .model import Event, Pool
from .queries import pools_of_event

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/pools")
async def show_pools(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """The tree of places with what is taken, set aside and free in each."""
    event = await event_for_staff(db, staff, slug)
    return await _list(db, staff, event, done=done)


@post("/organiser/events/{slug:str}/pools", status_code=303)
async def update_capacity(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Sets the event's own number of places."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    capacity = parse_capacity(form, least=1)
    if form.ok:
        try:
            await actions.resize(tx, staff, event, pool_id=event.id, capacity=capacity, now=clock.now())
        except CapacityRefused as refusal:
            form.errors |= refusal.errors
    if not form.ok:
        return await _list(tx, staff, event, form=form, status=422)
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/pools?done=saved", status_code=303)


@get("/organiser/events/{slug:str}/contingents/new")
async def new_contingent(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    event = await event_for_staff(db, staff, slug)
    pools = await pools_of_event(db, event.id)
    form = Form([("parent", str(event.id)), ("open_to_all", "yes"), ("capacity", str(max(0, min(10, pools[0].direct))))])
    return _contingent_page(staff, event, pools, None, form)


@post("/organiser/events/{slug:str}/contingents", status_code=303)
async def create_contingent(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Sets places aside for a group."""
    event = await event_for_staff(tx, staff, slug)
    pools, form = await pools_of_event(tx, event.id), await Form.read(request)
    details = parse_contingent(form, event, pools, pool=None)
    if details:
        try:
            await actions.add_contingent(tx, staff, event, details, now=clock.now())
        except CapacityRefused as refusal:
            form.errors |= refusal.errors
    if not form.ok:
        return _contingent_page(staff, event, pools, None, form, status=422)
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/pools?done=added", status_code=303)


@get("/organiser/events/{slug:str}/contingents/{pool_id:uuid}")
async def edit_contingent(
    slug: FromPath[str], pool_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    event = await event_for_staff(db, staff, slug)
    pools = await pools_of_event(db, event.id)
    pool = _contingent(pools, pool_id)
    return _contingent_page(staff, event, pools, pool, contingent_form(pool, event))


@post("/organiser/events/{slug:str}/contingents/{pool_id:uuid}", status_code=303)
async def update_contingent(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    pool_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Renames, resizes, opens or closes a contingent, or sets its release date."""
    event = await event_for_staff(tx, staff, slug)
    pools, form = await pools_of_event(tx, event.id), await Form.read(request)
    pool = _contingent(pools, pool_id)
    details = parse_contingent(form, event, pools, pool=pool)
    if details:
        try:
            await actions.edit_contingent(tx, staff, event, details, pool_id=pool_id, now=clock.now())
        except CapacityRefused as refusal:
            form.errors |= refusal.errors
    if not form.ok:
        return _contingent_page(staff, event, pools, pool, form, status=422)
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/pools?done=saved", status_code=303)


@post("/organiser/events/{slug:str}/contingents/{pool_id:uuid}/release", status_code=303)
async def create_release(
    slug: FromPath[str],
    pool_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Gives the unused places of a contingent to everybody, now."""
    event = await event_for_staff(tx, staff, slug)
    await actions.release(tx, staff, event, pool_id=pool_id, now=clock.now())
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/pools?done=released", status_code=303)


async def _list(
    db: Connection, staff: Staff, event: Event, *, form: Form | None = None, status: int = 200, done: str | None = None
) -> Template:
    pools = await pools_of_event(db, event.id)
    return page(
        "programme/pools.html",
        status=status,
        staff=staff,
        event=event,
        section="pools",
        root=pools[0],
        contingents=[(pool, depth) for pool, depth in _in_tree_order(pools, event.id, 0)],
        form=form or Form([("capacity", str(pools[0].capacity))]),
        released={pool.id: _when(pool, event) for pool in pools},
        done=done,
    )


def _in_tree_order(pools: list[Pool], parent_id: UUID, depth: int) -> list[tuple[Pool, int]]:
    inner = [pool for pool in pools if pool.parent_id == parent_id]
    return [line for pool in inner for line in [(pool, depth), *_in_tree_order(pools, pool.id, depth + 1)]]


def _when(pool: Pool, event: Event) -> str:
    at = pool.released_at or pool.release_at
    return moment_label(at, event.time_zone, locale=current_language()) if at else ""


def _contingent(pools: list[Pool], pool_id: UUID) -> Pool:
    found = next((pool for pool in pools[1:] if pool.id == pool_id), None)
    if found is None:
        raise NotFound
    return found


def _contingent_page(staff: Staff, event: Event, pools: list[Pool], pool: Pool | None, form: Form, *, status: int = 200) -> Template:
    return page(
        "programme/edit_contingent.html",
        status=status,
        staff=staff,
        event=event,
        section="pools",
        pools=pools,
        pool=pool,
        released=_when(pool, event) if pool else "",
        form=form,
    )


router = Router(
    path="/",
    route_handlers=[show_pools, update_capacity, new_contingent, create_contingent, edit_contingent, update_contingent, create_release],
)
