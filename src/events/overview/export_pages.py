"""Taking the guest list away as a file. By POST: who took what is written down first."""

from typing import Any

from litestar import Request, Response, Router, post
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
from events.programme.model import Event
from events.programme.queries import pools_of_event

from .export import guests_as_csv, guests_as_workbook
from .listing import Listing, parse_listing

AnyRequest = Request[Any, Any, State]


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@post("/organiser/events/{slug:str}/guests.csv", status_code=200)
async def create_export(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Stream:
    """The guests of the list as it is filtered. The audit entry names the filter, never what was searched for: that is a name."""
    event, listing = await _noted(request, slug, staff, pool, kind="csv")
    return Stream(guests_as_csv(pool, event, listing, current_language()), media_type="text/csv", headers=_as_file(slug, "csv"))


@post("/organiser/events/{slug:str}/guests.xlsx", status_code=200)
async def create_workbook(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]
) -> Response[bytes]:
    """The same as a workbook."""
    event, listing = await _noted(request, slug, staff, pool, kind="xlsx")
    content = await guests_as_workbook(pool, event, listing, current_language())
    return Response(content, media_type=WORKBOOK, headers=_as_file(slug, "xlsx"))


async def _noted(request: AnyRequest, slug: str, staff: Staff, pool: Pool, *, kind: str) -> tuple[Event, Listing]:
    """The event and which guests are asked for, after writing down who takes them."""
    event = await event_for_staff(pool, staff, slug)
    asked = (await Form.read(request)).values
    pools = await pools_of_event(pool, event.id)
    listing = parse_listing(pools, query=asked.get("q"), group=asked.get("group"), contingent=asked.get("contingent"))
    detail = {"format": kind, "group": listing.group, "contingent": listing.contingent, "searched": bool(listing.query)}
    async with pool.acquire() as connection, connection.transaction():
        await insert_audit_entry(
            connection, organiser_id=event.organiser_id, actor=staff.actor, action="guests_exported", subject=f"event:{slug}", detail=detail
        )
    return event, listing


def _as_file(slug: str, ending: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{slug}-{clock.now():%Y-%m-%d}.{ending}"'}


router = Router(path="/", route_handlers=[create_export, create_workbook])
