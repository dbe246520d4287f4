"""The organiser's pages about co-hosts: who they are, who acts for them, which contingents are in their hands."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import day_label
from events.programme.form_fields import parse_texts, typed_texts

from . import actions, queries
from .access import co_host_for_organiser
from .model import CoHost

AnyRequest = Request[Any, Any, State]

LONGEST_NAME = 80
# What happened just before, said once at the top.
DONE = {"added": N_("Added."), "saved": N_("Saved."), "removed": N_("Removed, and signed out everywhere.")}


@get("/organiser/co-hosts")
async def show_co_hosts(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """All co-hosts of whom this person organises for."""
    return await _list(db, staff, Form())


@post("/organiser/co-hosts", status_code=303)
async def create_co_host(request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Adds a co-host; what it may do is decided on its page."""
    organisers = {str(one): one for one in _organisers(staff)}
    form = await Form.read(request)
    name = _name(form)
    chosen = form.choice("organiser", list(organisers), default=next(iter(organisers)))
    if not form.ok:
        return await _list(tx, staff, form, status=422)
    co_host_id = await actions.add_co_host(tx, staff, organisers[chosen], name)
    return Redirect(f"/organiser/co-hosts/{co_host_id}?done=added", status_code=303)


@get("/organiser/co-hosts/{co_host_id:uuid}")
async def edit_co_host(
    co_host_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    co_host = await co_host_for_organiser(db, staff, co_host_id)
    return await _co_host_page(db, staff, co_host, done=done)


@post("/organiser/co-hosts/{co_host_id:uuid}", status_code=303)
async def update_co_host(
    request: AnyRequest, co_host_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """The name, and the contingents in its hands. Those that were not on the page stay as they are."""
    co_host = await co_host_for_organiser(tx, staff, co_host_id)
    form = await Form.read(request)
    name = _name(form)
    if not form.ok:
        return await _co_host_page(tx, staff, co_host, form=form, status=422)
    known = {str(one.pool_id): one.pool_id for one in await queries.assignable_contingents(tx, co_host.organiser_id)}
    shown = [known[one] for one in form.chosen("shown") if one in known]
    chosen = [known[one] for one in form.chosen("contingent") if one in known]
    await actions.edit_co_host(tx, staff, co_host, name, chosen, among=shown)
    return Redirect(f"/organiser/co-hosts/{co_host_id}?done=saved", status_code=303)


@post("/organiser/co-hosts/{co_host_id:uuid}/members", status_code=303)
async def add_member(
    request: AnyRequest, co_host_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Lets somebody act for the co-host."""
    co_host = await co_host_for_organiser(tx, staff, co_host_id)
    form = await Form.read(request)
    email, name = form.email("email"), form.text("member", required=True, longest=LONGEST_NAME)
    locale = form.choice("language", LANGUAGES, default=current_language())
    if not form.ok:
        return await _co_host_page(tx, staff, co_host, member_form=form, status=422)
    await actions.add_co_host_member(tx, staff, co_host, email=email, name=name, locale=locale)
    return Redirect(f"/organiser/co-hosts/{co_host_id}?done=added", status_code=303)


@post("/organiser/co-hosts/{co_host_id:uuid}/members/{staff_id:uuid}/removal", status_code=303)
async def remove_member(
    co_host_id: FromPath[UUID], staff_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    co_host = await co_host_for_organiser(tx, staff, co_host_id)
    await actions.remove_co_host_member(tx, staff, co_host, staff_id)
    return Redirect(f"/organiser/co-hosts/{co_host_id}?done=removed", status_code=303)


def _name(form: Form) -> dict[str, str]:
    name = parse_texts(form, "name", longest=LONGEST_NAME)
    if not name:
        form.error(f"name_{current_language()}", _("Please give a name in at least one language."))
    return name


def _organisers(staff: Staff) -> list[UUID]:
    organisers = staff.organisers(Role.ORGANISER)
    if not organisers:
        raise Forbidden
    return organisers


async def _list(db: Connection, staff: Staff, form: Form, *, status: int = 200) -> Template:
    organisers = _organisers(staff)
    return page(
        "co_hosts/co_hosts.html",
        status=status,
        staff=staff,
        section="co-hosts",
        co_hosts=await queries.co_hosts_of_organisers(db, organisers),
        organisers=[(str(one), local(await queries.organiser_name(db, one))) for one in organisers],
        form=form,
    )


async def _co_host_page(
    db: Connection,
    staff: Staff,
    co_host: CoHost,
    *,
    form: Form | None = None,
    member_form: Form | None = None,
    done: str | None = None,
    status: int = 200,
) -> Template:
    contingents = await queries.assignable_contingents(db, co_host.organiser_id)
    others = {one.id: one.name for one in await queries.co_hosts_of_organisers(db, [co_host.organiser_id])}
    return page(
        "co_hosts/co_host.html",
        status=status,
        staff=staff,
        section="co-hosts",
        co_host=co_host,
        contingents=contingents,
        days={one.pool_id: day_label(one.starts_at, one.time_zone, locale=current_language()) for one in contingents},
        others=others,
        members=await queries.members_of_co_host(db, co_host.id),
        form=form or Form(typed_texts("name", co_host.name).items()),
        chosen=form.chosen("contingent") if form else [str(one.pool_id) for one in contingents if one.co_host_id == co_host.id],
        member_form=member_form or Form([("language", current_language())]),
        done=_(DONE[done]) if done in DONE else "",
    )


router = Router(path="/", route_handlers=[show_co_hosts, create_co_host, edit_co_host, update_co_host, add_member, remove_member])
