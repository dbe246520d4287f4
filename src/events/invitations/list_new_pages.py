"""Inviting one person by hand."""

from typing import Any
from uuid import UUID

import msgspec
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
from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.erased_queries import was_erased

from . import list_change_queries, list_queries
from .actions import invite
from .list_forms import FLAGS, parse_new_invitation
from .list_pages import below
from .list_presentation import FLAG_WORDS, ShownInvitation, present_invitation
from .list_scope import Scope, scope_for_staff
from .model import CompanionRule, NewInvitation, match_key

AnyRequest = Request[Any, Any, State]

RULES = {
    CompanionRule.NONE: N_("No companions"),
    CompanionRule.NAMED: N_("Yes, named with the answer"),
    CompanionRule.LATER: N_("Yes, named by a date"),
}


@get(below("/new"))
async def new_invitation(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """The empty form."""
    scope = await scope_for_staff(db, staff, request, slug)
    return await _form_page(db, staff, scope, Form([("language", current_language()), ("companions", "none"), ("max_companions", "1")]))


@post(below("/new"), status_code=303)
async def create_invitation(
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """Writes the invitation; nothing is sent. Somebody who seems to be invited already, or was erased, is asked about first."""
    scope = await scope_for_staff(tx, staff, request, slug)
    form = await Form.read(request)
    pools = await list_change_queries.contingents_by_event(tx, scope)
    read = parse_new_invitation(form, scope, co_hosts=await list_change_queries.co_hosts_of(tx, scope), pools=_by_slug(pools))
    if read is None:
        return await _form_page(tx, staff, scope, form, status=422)
    new, co_host, events = read
    twins = [] if form.checked("although_known") else await _twins(tx, scope, new)
    erased = not form.checked("although_known") and await was_erased(
        tx, tokens, scope.organiser_id, email=new.email or new.delegate_email, match=match_key(new)
    )
    if twins or erased:
        return await _form_page(tx, staff, scope, form, twins=twins, erased=erased, status=409)
    chosen = await list_change_queries.co_host_id(tx, scope.organiser_id, co_host) if co_host else None
    new = msgspec.structs.replace(new, co_host_id=scope.co_host_id or chosen)
    invitation_id = await invite(tx, tokens, new, events=events, now=clock.now())
    await insert_audit_entry(
        tx,
        organiser_id=scope.organiser_id,
        actor=staff.actor,
        action="invitation_written",
        subject=f"invitation:{invitation_id}",
        detail={"of": scope.subject, "events": len(events)},
    )
    return Redirect(f"{scope.home}?done=invited&which=ticked&invitation={invitation_id}", status_code=303)


async def _twins(db: Connection, scope: Scope, new: NewInvitation) -> list[ShownInvitation]:
    lines = await list_queries.likely_the_same(db, scope, match_key=match_key(new), email=new.email)
    return [present_invitation(line, scope) for line in lines]


def _by_slug(pools: dict[UUID, list[tuple[str, UUID, dict[str, str]]]]) -> dict[UUID, dict[str, UUID]]:
    return {event_id: {slug: pool_id for slug, pool_id, _name in found} for event_id, found in pools.items()}


async def _form_page(
    db: Connection,
    staff: Staff,
    scope: Scope,
    form: Form,
    *,
    twins: list[ShownInvitation] | None = None,
    erased: bool = False,
    status: int = 200,
) -> Template:
    return page(
        "invitations/list_new.html",
        status=status,
        **scope.words(staff),
        form=form,
        twins=twins or [],
        erased=erased,
        chosen_events=form.chosen("event"),
        chosen_flags=form.chosen("flags"),
        flags=[(flag, _(FLAG_WORDS[flag])) for flag in FLAGS],
        rules=[(rule.value, _(words)) for rule, words in RULES.items()],
        pools=await list_change_queries.contingents_by_event(db, scope),
        co_hosts=await list_change_queries.co_hosts_of(db, scope),
    )


router = Router(path="/", route_handlers=[new_invitation, create_invitation])
