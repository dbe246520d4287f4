"""How long what is kept, what was deleted and when; who wants news; and whether guests see each other's names."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.csv_cells import CsvPaper
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.programme.access import event_for_staff

from . import consent_queries, guest_list_queries, retention_queries
from .organiser_presentation import marketing_cells, marketing_header, marketing_line, record_line
from .presentation import listed_lines
from .records import is_unbroken
from .retention import days_of
from .retention_rules import PERIODS, Period

AnyRequest = Request[Any, Any, State]

RECORDS_SHOWN = 50
CONSENTS_SHOWN = 100
AT_ONCE = 500


@get("/organiser/privacy")
async def show_retention(
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    organiser: FromQuery[UUID | None] = None,
    done: FromQuery[str | None] = None,
) -> Template:
    """The periods, and the records of what was deleted."""
    return await _settings_page(db, staff, _organiser(staff, organiser), None, done=done)


@post("/organiser/privacy", status_code=303)
async def change_retention(request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Saves the periods; nobody can choose longer ones than guests were promised."""
    form = await Form.read(request)
    organiser_id = _organiser(staff, _uuid(form.values.get("organiser", "")))
    if not staff.may(Role.OWNER, organiser_id):
        raise Forbidden
    chosen = {kind: _days(form, period) for kind, period in PERIODS.items()}
    if not form.ok:
        return await _settings_page(tx, staff, organiser_id, form)
    before, now = await days_of(tx, organiser_id), clock.now()
    for kind, days in chosen.items():
        if days != before[kind]:
            await retention_queries.choose_days(tx, organiser_id, kind, days, actor=staff.actor, now=now)
            detail = {"kind": kind, "from": before[kind], "to": days}
            await insert_audit_entry(
                tx, organiser_id=organiser_id, actor=staff.actor, action="retention_changed", subject=f"retention:{kind}", detail=detail
            )
    return Redirect(f"/organiser/privacy?organiser={organiser_id}&done=saved", status_code=303)


@get("/organiser/marketing")
async def show_marketing(staff: NamedDependency[Staff], db: NamedDependency[Connection], after: FromQuery[int] = 0) -> Template:
    """Who agreed to be written to about further events, and proved it from the mailbox."""
    organiser_ids = _organisers(staff)
    found = await consent_queries.marketing_consents(db, organiser_ids, after=after, limit=CONSENTS_SHOWN + 1)
    later = f"/organiser/marketing?after={found[CONSENTS_SHOWN - 1].id}" if len(found) > CONSENTS_SHOWN else ""
    return page(
        "privacy/marketing.html",
        staff=staff,
        section="marketing",
        lines=[marketing_line(one) for one in found[:CONSENTS_SHOWN]],
        total=await consent_queries.count_marketing(db, organiser_ids),
        first="/organiser/marketing" if after else "",
        later=later,
    )


@post("/organiser/marketing.csv", status_code=200)
async def export_marketing(staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[bytes]:
    """The list as a file, after noting who took it."""
    organiser_ids = _organisers(staff)
    for organiser_id in organiser_ids:
        await insert_audit_entry(
            tx, organiser_id=organiser_id, actor=staff.actor, action="marketing_exported", subject="marketing", detail={"format": "csv"}
        )
    paper = CsvPaper(current_language(), marketing_header())
    async for one in _all_marketing(tx, organiser_ids):
        paper.write(one)
    name = f"marketing-{clock.now():%Y-%m-%d}.csv"
    return Response(paper.take(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


@get("/organiser/events/{slug:str}/guest-list")
async def show_shared_list(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """The list exactly as guests see it, and the switch that shows it to them."""
    event = await event_for_staff(db, staff, slug)
    confirmed, listed = await guest_list_queries.confirmed_and_listed(db, event.id)
    return page(
        "privacy/shared_list.html",
        staff=staff,
        event=event,
        section="guest-list",
        is_open=await guest_list_queries.is_open(db, event.id),
        lines=listed_lines(await guest_list_queries.guests_on(db, event.id)),
        confirmed=confirmed,
        listed=listed,
        done=done,
    )


@post("/organiser/events/{slug:str}/guest-list", status_code=303)
async def change_shared_list(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Shows the list to confirmed guests, or closes it."""
    event = await event_for_staff(tx, staff, slug)
    shared = (await Form.read(request)).checked("shared")
    if shared:
        await guest_list_queries.open_list(tx, event.id, actor=staff.actor, now=clock.now())
    else:
        await guest_list_queries.close_list(tx, event.id)
    action = "guest_list_opened" if shared else "guest_list_closed"
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=f"event:{slug}", detail={"event": slug}
    )
    return Redirect(f"/organiser/events/{slug}/guest-list?done={'opened' if shared else 'closed'}", status_code=303)


async def _settings_page(db: Connection, staff: Staff, organiser_id: UUID, form: Form | None, *, done: str | None = None) -> Template:
    days = await days_of(db, organiser_id)
    records = await retention_queries.records_of(db, organiser_id)
    return page(
        "privacy/retention.html",
        status=422 if form else 200,
        staff=staff,
        section="privacy",
        page_url="/organiser/privacy",
        organiser_id=organiser_id,
        organisers=await retention_queries.names_of_organisers(db, _organisers(staff)),
        form=form or Form((kind.value, str(stay)) for kind, stay in days.items()),
        periods=[(kind.value, _(period.name), _(period.explained), period) for kind, period in PERIODS.items()],
        may_change=staff.may(Role.OWNER, organiser_id),
        records=[record_line(record) for record in records[:RECORDS_SHOWN]],
        is_unbroken=is_unbroken(reversed(records)),
        done=done,
    )


def _days(form: Form, period: Period) -> int:
    if period.may_stay and form.values.get(period.kind, "").strip() == "0":
        return 0
    return form.number(period.kind, least=period.least, most=period.most)


async def _all_marketing(db: Connection, organiser_ids: list[UUID]) -> AsyncIterator[list[str]]:
    after = 0
    while found := await consent_queries.marketing_consents(db, organiser_ids, after=after, limit=AT_ONCE):
        for one in found:
            yield marketing_cells(one)
        after = found[-1].id


def _organisers(staff: Staff) -> list[UUID]:
    organiser_ids = staff.organisers(Role.ORGANISER)
    if not organiser_ids:
        raise Forbidden
    return organiser_ids


def _organiser(staff: Staff, asked: UUID | None) -> UUID:
    organiser_ids = _organisers(staff)
    if asked is not None and asked not in organiser_ids:
        raise NotFound(link="/organiser/privacy")
    return asked or organiser_ids[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


router = Router(
    path="/",
    route_handlers=[show_retention, change_retention, show_marketing, export_marketing, show_shared_list, change_shared_list],
)
