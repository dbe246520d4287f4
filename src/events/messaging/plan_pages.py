"""Which mails an event sends by itself: a reminder before it, thanks after it. Nothing unless the organiser wants it."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import current_language, ngettext
from events.kit.templates import page
from events.kit.times import moment_label
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import plan_queries as queries
from .plan_queries import Plan

AnyRequest = Request[Any, Any, State]
DAYS = (1, 2, 3, 5, 7, 14)


@get("/organiser/events/{slug:str}/mail-plan")
async def edit_plan(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """What is planned and what was sent."""
    event = await event_for_staff(db, staff, slug)
    plan = await queries.plan_of(db, event.id)
    form = Form([("reminder_days", str(plan.reminder_days or 0)), *([("thanks", "yes")] if plan.thanks else [])])
    return _plan_page(staff, event, plan, form, done=done)


@post("/organiser/events/{slug:str}/mail-plan", status_code=303)
async def save_plan(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    days = form.choice("reminder_days", [str(number) for number in (0, *DAYS)])
    if not form.ok:
        return _plan_page(staff, event, await queries.plan_of(tx, event.id), form, status=422)
    await queries.save_plan(tx, event.id, reminder_days=int(days) or None, thanks=form.checked("thanks"))
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action="mail_plan_saved", subject=f"event:{event.id}", detail={"days": days}
    )
    return Redirect(f"/organiser/events/{slug}/mail-plan?done=saved", status_code=303)


def _plan_page(staff: Staff, event: Event, plan: Plan, form: Form, *, status: int = 200, done: str | None = None) -> Template:
    def told(moment: Any) -> str:
        return moment_label(moment, event.time_zone, locale=current_language()) if moment else ""

    return page(
        "messaging/plan.html",
        status=status,
        page_url=f"/organiser/events/{event.slug}/mail-plan",
        staff=staff,
        event=event,
        section="mails",
        form=form,
        days=[(str(number), ngettext("%(num)s day before", "%(num)s days before", number) % {"num": number}) for number in DAYS],
        reminded=told(plan.reminded_at),
        thanked=told(plan.thanked_at),
        done=done,
    )


router = Router("/", route_handlers=[edit_plan, save_plan], include_in_schema=False)
