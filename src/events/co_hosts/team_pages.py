"""Who works for an organiser, and in which role: for its owners."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import ReviewRole, Role, Staff
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, N_, current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page

from . import actions, queries
from .errors import LastOwner
from .organiser_pages import DONE, LONGEST_NAME

AnyRequest = Request[Any, Any, State]

ROLES = {
    Role.OWNER: (N_("Owner"), N_("everything, and who works here")),
    Role.ORGANISER: (N_("Organiser"), N_("events, guests, mails and the door")),
    Role.REVIEWER: (N_("Reviewer"), N_("judges applications, sees nothing else")),
    Role.DOOR: (N_("Door staff"), N_("watches the arrivals")),
}
VOICES = {ReviewRole.HOST: N_("the host"), ReviewRole.PROTOCOL: N_("protocol"), ReviewRole.SECURITY: N_("security")}


@get("/organiser/team")
async def show_team(staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None) -> Template:
    return await _team_page(db, staff, Form([("language", current_language()), ("role", Role.ORGANISER)]), done=done)


@post("/organiser/team", status_code=303)
async def set_member(request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Adds somebody, or gives somebody who works here another role."""
    organisers = {str(one): one for one in _owned(staff)}
    form = await Form.read(request)
    chosen = form.choice("organiser", list(organisers), default=next(iter(organisers)))
    email, name = form.email("email"), form.text("member", required=True, longest=LONGEST_NAME)
    role = form.choice("role", [*ROLES])
    reviews = [voice.value for voice in VOICES if voice in form.chosen("reviews")]
    if role == Role.REVIEWER and not reviews:
        form.error("reviews", _("Please say in whose name this person judges."))
    locale = form.choice("language", LANGUAGES, default=current_language())
    if form.ok:
        try:
            await actions.add_member(tx, staff, organisers[chosen], email=email, name=name, locale=locale, role=Role(role), reviews=reviews)
        except LastOwner as refusal:
            form.error("role", _(refusal.title))
    if not form.ok:
        return await _team_page(tx, staff, form, status=422)
    return Redirect("/organiser/team?done=saved", status_code=303)


@post("/organiser/team/{organiser_id:uuid}/{staff_id:uuid}/removal", status_code=303)
async def remove_member(
    organiser_id: FromPath[UUID], staff_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Redirect:
    """Ends somebody's work here."""
    if organiser_id not in _owned(staff):
        raise Forbidden
    await actions.remove_member(tx, staff, organiser_id, staff_id)
    return Redirect("/organiser/team?done=removed", status_code=303)


def _owned(staff: Staff) -> list[UUID]:
    owned = staff.organisers(Role.OWNER)
    if not owned:
        raise Forbidden
    return owned


async def _team_page(db: Connection, staff: Staff, form: Form, *, done: str | None = None, status: int = 200) -> Template:
    teams = [(one, await queries.organiser_name(db, one), await queries.members_of_organiser(db, one)) for one in _owned(staff)]
    return page(
        "co_hosts/team.html",
        status=status,
        staff=staff,
        section="team",
        teams=teams,
        roles=[(role.value, _(word), _(meaning)) for role, (word, meaning) in ROLES.items()],
        role_words={role: _(word) for role, (word, _meaning) in ROLES.items()},
        voices=[(voice.value, _(word)) for voice, word in VOICES.items()],
        form=form,
        chosen_voices=form.chosen("reviews"),
        done=_(DONE[done]) if done in DONE else "",
    )


router = Router(path="/", route_handlers=[show_team, set_member, remove_member])
