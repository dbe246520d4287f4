"""What is done to several invitations at once. GET asks and counts, POST does it."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.i18n import local
from events.kit.templates import page
from events.programme.form_fields import parse_moment

from . import list_change_queries, list_queries
from .list_filter import OWN, Filter, parse_filter
from .list_pages import below
from .list_scope import Scope, scope_for_staff

AnyRequest = Request[Any, Any, State]


@get(below("/withdrawal"))
async def new_withdrawal(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Asks before invitations are withdrawn."""
    scope = await scope_for_staff(db, staff, request, slug)
    return await _ask(db, staff, scope, asked_by_address(scope, request), deed="withdrawal", form=Form())


@post(below("/withdrawal"), status_code=303)
async def create_withdrawal(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Withdraws them: their links close and nothing more is sent. Places that were taken stay taken."""
    scope = await scope_for_staff(tx, staff, request, slug)
    asked = asked_by_form(scope, await Form.read(request))
    count = await list_change_queries.withdraw_all(tx, await list_queries.chosen_ids(tx, scope, asked), clock.now())
    return await _done(tx, staff, scope, "withdrawn", count)


@get(below("/deadline"))
async def new_deadline(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Asks until when answers are wanted."""
    scope = await scope_for_staff(db, staff, request, slug)
    return await _ask(db, staff, scope, asked_by_address(scope, request), deed="deadline", form=Form())


@post(below("/deadline"), status_code=303)
async def create_deadline(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Sets the date; an empty one lets answers come until each event's own closing time."""
    scope = await scope_for_staff(tx, staff, request, slug)
    form = await Form.read(request)
    asked = asked_by_form(scope, form)
    answer_by = parse_moment(form, "answer_by", scope.time_zone, required=False)
    if not form.ok:
        return await _ask(tx, staff, scope, asked, deed="deadline", form=form, status=422)
    ids = await list_queries.chosen_ids(tx, scope, asked)
    await list_change_queries.set_deadline(tx, ids, answer_by)
    return await _done(tx, staff, scope, "deadline", len(ids))


@get(below("/contingent"))
async def new_contingent(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """Asks from which contingent of which event these guests shall have their places."""
    scope = await scope_for_staff(db, staff, request, slug)
    return await _ask(db, staff, scope, asked_by_address(scope, request), deed="contingent", form=Form())


@post(below("/contingent"), status_code=303)
async def create_contingent(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Moves those who have no place yet; who has one keeps it where it is."""
    scope = await scope_for_staff(tx, staff, request, slug)
    form = await Form.read(request)
    asked = asked_by_form(scope, form)
    pools = await list_change_queries.contingents_by_event(tx, scope)
    known = {f"{event.slug}/{name}": (event.id, pool_id) for event in scope.events for name, pool_id, _texts in pools.get(event.id, [])}
    shared = {f"{event.slug}/{OWN}": (event.id, None) for event in scope.events if event.id in pools and not scope.co_host}
    target = {**known, **shared}.get(form.choice("target", [*known, *shared]))
    if target is None:
        return await _ask(tx, staff, scope, asked, deed="contingent", form=form, status=422)
    count = await list_change_queries.set_contingent(tx, await list_queries.chosen_ids(tx, scope, asked), *target)
    return await _done(tx, staff, scope, "contingent", count)


def asked_by_address(scope: Scope, request: AnyRequest) -> Filter:
    """The choice as the list's form sent it."""
    return parse_filter(scope, request.query_params, request.query_params.getall("invitation", []))


def asked_by_form(scope: Scope, form: Form) -> Filter:
    """The choice as the page that asked carries it along."""
    return parse_filter(scope, form.values, form.chosen("invitation"))


async def _ask(db: Connection, staff: Staff, scope: Scope, asked: Filter, *, deed: str, form: Form, status: int = 200) -> Template:
    ids = await list_queries.chosen_ids(db, scope, asked)
    pools = await list_change_queries.contingents_by_event(db, scope)
    return page(
        "invitations/list_change.html",
        status=status,
        **scope.words(staff),
        deed=deed,
        asked=asked,
        form=form,
        number=len(ids),
        placed=await list_change_queries.with_places(db, ids),
        targets=[
            (f"{event.slug}/{name}", f"{local(event.title)}: {words}" if scope.programme else words)
            for event in scope.events
            for name, words in [
                *((name, local(texts)) for name, _pool_id, texts in pools.get(event.id, [])),
                *_shared(event.id in pools and not scope.co_host),
            ]
        ],
        page_url=f"{scope.home}/{deed}",
    )


def _shared(has_contingents: bool) -> list[tuple[str, str]]:
    return [(OWN, _("Shared places"))] if has_contingents else []


async def _done(tx: Connection, staff: Staff, scope: Scope, what: str, count: int) -> Redirect:
    await insert_audit_entry(
        tx,
        organiser_id=scope.organiser_id,
        actor=staff.actor,
        action=f"invitations_{what}",
        subject=scope.subject,
        detail={"invitations": count},
    )
    return Redirect(f"{scope.home}?done={what}&count={count}", status_code=303)


router = Router(
    path="/",
    route_handlers=[new_withdrawal, create_withdrawal, new_deadline, create_deadline, new_contingent, create_contingent],
)
