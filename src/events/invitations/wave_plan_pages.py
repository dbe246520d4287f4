"""The reminders that go out by themselves some days before answers are due: planning one, ending one."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.ids import new_id

from . import reminder_queries
from .list_pages import below
from .list_scope import scope_for_staff
from .wave_model import Audience, ReminderPlan
from .wave_pages import waves_page

AnyRequest = Request[Any, Any, State]
MOST_DAYS = 60
PLANNABLE = (Audience.SILENT, Audience.PROVISIONAL)


@post(below("/reminder-plans"), status_code=303)
async def create_plan(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Reminds by itself from now on. Asked for twice, it is still one plan."""
    scope = await scope_for_staff(tx, staff, request, slug)
    if scope.co_host:  # a plan reminds the guests of all hosts
        raise NotFound(link=f"{scope.home}/waves")
    form = await Form.read(request)
    days, audience = form.number("days_before", least=1, most=MOST_DAYS), form.choice("audience", PLANNABLE)
    if not form.ok:
        return await waves_page(tx, staff, scope, form, status=422)
    plan = ReminderPlan(
        id=new_id(),
        organiser_id=scope.organiser_id,
        programme_id=scope.programme_id,
        event_id=scope.event_id,
        audience=Audience(audience),
        days_before=days,
    )
    if await reminder_queries.insert_plan(tx, plan, actor=staff.actor, now=clock.now()):
        await insert_audit_entry(
            tx,
            organiser_id=scope.organiser_id,
            actor=staff.actor,
            action="reminder_planned",
            subject=scope.subject,
            detail={"days_before": days, "audience": audience},
        )
    return Redirect(f"{scope.home}/waves?done=planned", status_code=303)


@post(below("/reminder-plans/{plan_id:uuid}/end"), status_code=303)
async def end_plan(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    plan_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
) -> Redirect:
    """Nothing goes out by this plan any more."""
    scope = await scope_for_staff(tx, staff, request, slug)
    if scope.co_host:  # a plan reminds the guests of all hosts
        raise NotFound(link=f"{scope.home}/waves")
    if not await reminder_queries.end_plan(tx, plan_id, [scope.organiser_id], clock.now()):
        raise NotFound(link=f"{scope.home}/waves")
    await insert_audit_entry(
        tx,
        organiser_id=scope.organiser_id,
        actor=staff.actor,
        action="reminder_plan_ended",
        subject=scope.subject,
        detail={},
    )
    return Redirect(f"{scope.home}/waves?done=plan_ended", status_code=303)


router = Router(path="/", route_handlers=[create_plan, end_plan])
