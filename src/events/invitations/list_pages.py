"""The organiser's list of invitations: who is invited, what became of writing to them, what they answered."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.templates import page

from . import list_change_queries, list_queries, queries, reminder_queries, wave_mail_queries
from .list_export import invitations_as_csv
from .list_filter import ANSWER_NAMES, GROUP_NAMES, Filter, parse_filter
from .list_presentation import present_invitation
from .list_queries import PAGE_SIZE, InvitationLine
from .list_scope import Scope, scope_for_staff

AnyRequest = Request[Any, Any, State]

HOMES = [
    f"{whose}/{kind}/{{slug:str}}/invitations"
    for whose in ("/organiser", "/co-hosts/{co_host_id:uuid}")
    for kind in ("events", "programmes")
]


def below(path: str) -> list[str]:
    """The addresses of a page of programmes and of events."""
    return [f"{home}{path}" for home in HOMES]


@get(HOMES)
async def show_invitations(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    after: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
    done: FromQuery[str | None] = None,
    count: FromQuery[int | None] = None,
) -> Template:
    """One page of the list, found by name in any script, by company or by mail address; and how the answers stand."""
    scope = await scope_for_staff(db, staff, request, slug)
    asked = parse_filter(scope, request.query_params)
    return await _list(db, staff, scope, asked, after=after, before=before, done=done, count=count)


@post(below("/{invitation_id:uuid}/address"), status_code=303)
async def update_address(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
) -> Response[Any]:
    """Corrects the address that is written to, and sends again what did not arrive."""
    scope = await scope_for_staff(tx, staff, request, slug)
    invitation = await list_queries.invitation_within(tx, scope, invitation_id)
    if invitation is None or invitation.withdrawn_at:
        raise NotFound(link=scope.home)
    form = await Form.read(request)
    email = form.email("email")
    if not form.ok:
        asked = parse_filter(scope, {"q": "", "which": "ticked"}, [str(invitation_id)])
        return await _list(tx, staff, scope, asked, form=form, status=422)
    by_delegate = bool(invitation.delegate_email)
    await queries.update_address(
        tx,
        invitation_id,
        email=invitation.email if by_delegate else email,
        delegate_email=email if by_delegate else "",
        locale=invitation.locale,
    )
    wave_id = await wave_mail_queries.last_trouble(tx, invitation_id)
    sent = await wave_mail_queries.send_again(tx, wave_id, [invitation_id], clock.now()) if wave_id else 0
    await insert_audit_entry(
        tx,
        organiser_id=scope.organiser_id,
        actor=staff.actor,
        action="invitation_address_corrected",
        subject=f"invitation:{invitation_id}",
        detail={"sent_again": bool(sent)},
    )
    return Redirect(f"{scope.home}?{urlencode({'done': 'sent_again' if sent else 'address_saved'})}", status_code=303)


@post(below(".csv"), status_code=200)
async def create_export(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Stream:
    """The list as it is filtered. The audit entry names the filter, never what was searched for: that is a name."""
    scope = await scope_for_staff(pool, staff, request, slug)
    asked = parse_filter(scope, (await Form.read(request)).values)
    detail = {name: value for name, value in asked.address().items() if name != "q"} | {"format": "csv", "searched": bool(asked.query)}
    async with pool.acquire() as connection, connection.transaction():
        await insert_audit_entry(
            connection,
            organiser_id=scope.organiser_id,
            actor=staff.actor,
            action="invitations_exported",
            subject=scope.subject,
            detail=detail,
        )
    name = f"{slug}-invitations-{clock.now():%Y-%m-%d}.csv"
    return Stream(
        invitations_as_csv(pool, scope, asked, current_language()),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _list(
    db: Connection,
    staff: Staff,
    scope: Scope,
    asked: Filter,
    *,
    after: UUID | None = None,
    before: UUID | None = None,
    form: Form | None = None,
    status: int = 200,
    done: str | None = None,
    count: int | None = None,
) -> Template:
    lines = await list_queries.invitations_page(db, scope, asked, after=after, before=before)
    shown, earlier, later = _paged(lines, scope, asked, after=after, before=before)
    return page(
        "invitations/list.html",
        status=status,
        **scope.words(staff),
        asked=asked,
        groups=GROUP_NAMES,
        answers=ANSWER_NAMES,
        sizes=await list_queries.group_sizes(db, scope),
        counts=await list_queries.event_counts(db, scope),
        contingents=await list_change_queries.contingents_of(db, scope),
        co_hosts=await list_change_queries.co_hosts_of(db, scope),
        plans=await reminder_queries.plans_of(db, programme_id=scope.programme_id, event_id=scope.event_id),
        invitations=[present_invitation(line, scope) for line in shown],
        earlier=earlier,
        later=later,
        form=form or Form(),
        done=done,
        count=count,
        page_url=scope.home,
    )


def _paged(
    lines: list[InvitationLine], scope: Scope, asked: Filter, *, after: UUID | None, before: UUID | None
) -> tuple[list[InvitationLine], str, str]:
    """What to show, and the addresses of the pages before and after; the one line more says whether there is another."""
    more = len(lines) > PAGE_SIZE
    shown = (lines[1:] if before else lines[:PAGE_SIZE]) if more else lines
    has_earlier, has_later = (more, True) if before else (after is not None, more)

    def address(name: str, line: InvitationLine) -> str:
        return f"{scope.home}?{urlencode(asked.address() | {name: str(line.id)})}"

    earlier = address("before", shown[0]) if has_earlier and shown else ""
    later = address("after", shown[-1]) if has_later and shown else ""
    return shown, earlier, later


router = Router(path="/", route_handlers=[show_invitations, update_address, create_export])
