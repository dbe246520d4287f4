"""The audit trail for owners: who did what, in plain words."""

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit.database import Connection
from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.kit.templates import page

from . import audit_queries
from .audit_words import ABOUT_PEOPLE, audit_words
from .presentation import moment

PAGE_SIZE = 50
KINDS: dict[str, tuple[str, list[str] | None]] = {
    "all": (N_("All entries"), None),
    "people": (N_("Personal data"), ABOUT_PEOPLE),
}


@get("/organiser/audit")
async def show_audit(
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    kind: FromQuery[str | None] = None,
    before: FromQuery[int | None] = None,
) -> Template:
    """The newest entries first."""
    organiser_ids = staff.organisers(Role.OWNER)
    if not organiser_ids:
        raise Forbidden
    chosen = kind if kind in KINDS else "all"
    lines = await audit_queries.audit_page(db, organiser_ids, actions=KINDS[chosen][1], before=before, limit=PAGE_SIZE + 1)
    here = f"/organiser/audit?kind={chosen}"
    shown: list[dict[str, Any]] = [{"at": moment(line.at), **audit_words(line)} for line in lines[:PAGE_SIZE]]
    return page(
        "privacy/audit.html",
        staff=staff,
        section="audit",
        lines=shown,
        kinds={name: _(words) for name, (words, _actions) in KINDS.items()},
        chosen=chosen,
        newest=here if before else "",
        later=f"{here}&before={lines[PAGE_SIZE - 1].id}" if len(lines) > PAGE_SIZE else "",
    )


router = Router(path="/", route_handlers=[show_audit])
