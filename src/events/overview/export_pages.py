"""Taking the guest list away as a file. By POST: who took what is written down first."""

from typing import Any

from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Pool
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.programme.access import event_for_staff
from events.programme.queries import pools_of_event

from .export import guests_as_csv
from .listing import parse_listing

AnyRequest = Request[Any, Any, State]


@post("/organiser/events/{slug:str}/guests.csv", status_code=200)
async def create_export(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Stream:
    """The guests of the list as it is filtered. The audit entry names the filter, never what was searched for: that is a name."""
    event = await event_for_staff(pool, staff, slug)
    asked = (await Form.read(request)).values
    pools = await pools_of_event(pool, event.id)
    listing = parse_listing(pools, query=asked.get("q"), group=asked.get("group"), contingent=asked.get("contingent"))
    detail = {"format": "csv", "group": listing.group, "contingent": listing.contingent, "searched": bool(listing.query)}
    async with pool.acquire() as connection, connection.transaction():
        await insert_audit_entry(
            connection, organiser_id=event.organiser_id, actor=staff.actor, action="guests_exported", subject=f"event:{slug}", detail=detail
        )
    name = f"{slug}-{clock.now():%Y-%m-%d}.csv"
    return Stream(
        guests_as_csv(pool, event, listing, current_language()),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


router = Router(path="/", route_handlers=[create_export])
