"""Creating, changing and publishing events."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import N_, local
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page

from . import actions, editing_queries
from .access import event_for_staff
from .agenda_form import shown_lines
from .editing import Choice, EventDetails, Foresee, Foresight
from .errors import SlugTaken
from .form_fields import time_zones
from .forms import HUES, Offer, event_form, parse_capacity, parse_event, parse_slug
from .guest_settings import USUAL, guest_choices
from .model import Event, EventKind, EventStatus

AnyRequest = Request[Any, Any, State]

MOVE_KNOWN = "move_known"  # the box "yes, although some guests then cannot come to everything"
KIND_NAMES = {
    EventKind.DINNER: N_("Dinner"),
    EventKind.RECEPTION: N_("Reception"),
    EventKind.EVENING: N_("Evening"),
    EventKind.WORKSHOP: N_("Workshop"),
    EventKind.VISIT: N_("Visit"),
}
HUE_NAMES = dict(
    zip(
        HUES,
        (
            N_("Vermilion"),
            N_("Apricot"),
            N_("Bamboo"),
            N_("Pine"),
            N_("Lake"),
            N_("Sky"),
            N_("Indigo"),
            N_("Wisteria"),
            N_("Plum"),
        ),
        strict=True,
    )
)
# A first draft of the form; the rest is for the organiser to say.
_NEW = {
    "kind": "dinner",
    "hue": "265",
    "time_zone": "Europe/Berlin",
    "max_companions": "0",
    "capacity": "120",
    "access": "public",
    "waiting_list": "yes",
    "offer_hours": USUAL,
    "pending_holds_place": "yes",
    "invited_are_approved": "yes",
}


@get("/organiser/events/new")
async def new_event(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """The empty form."""
    offer = await _offer(db, staff)
    first = {"organiser": str(offer.organisers[0].id)}
    return _form_page(staff, None, Form((_NEW | first).items()), offer)


@post("/organiser/events", status_code=303)
async def create_event(request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Writes a draft; guests see it once it is published."""
    offer = await _offer(tx, staff)
    form = await Form.read(request)
    slug, capacity, details = parse_slug(form), parse_capacity(form, least=1), parse_event(form, offer, now=clock.now())
    if details is None:
        return _form_page(staff, None, form, offer, status=422)
    try:
        slug = await actions.create_event(tx, staff, details, slug=slug, capacity=capacity)
    except SlugTaken as taken:
        form.errors |= taken.errors
        return _form_page(staff, None, form, offer, status=422)
    return Redirect(f"/organiser/events/{slug}/edit?done=created", status_code=303)


@get("/organiser/events/{slug:str}/edit")
async def edit_event(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """The form as things stand, with publishing and cancelling beside it."""
    event = await event_for_staff(db, staff, slug)
    programme_id, venue_id = await editing_queries.place_of(db, event.id)
    form = event_form(event, programme_id=programme_id, venue_id=venue_id)
    return _form_page(staff, event, form, await _offer(db, staff, event), done=done)


@post("/organiser/events/{slug:str}/edit", status_code=303)
async def update_event(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Replaces the description; places are changed on their own page."""
    event = await event_for_staff(tx, staff, slug)
    form, offer = await Form.read(request), await _offer(tx, staff, event)
    form.values["organiser"] = str(event.organiser_id)
    details = parse_event(form, offer, now=clock.now(), facts=event.facts)
    if details is None:
        return _form_page(staff, event, form, offer, status=422)
    foresight = await _foreseen(request, tx, event, details)
    if foresight and form.values.get(MOVE_KNOWN) != foresight.answer:
        form.error(MOVE_KNOWN, _("Please tick this if it shall be so, or choose another time or place."))
        return _form_page(staff, event, form, offer, foresight=foresight, status=422)
    await actions.edit_event(tx, staff, event, details, tell_guests=form.checked("tell_guests"))
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/edit?done=saved", status_code=303)


@post("/organiser/events/{slug:str}/publication", status_code=303)
async def create_publication(
    slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Shows a draft to guests."""
    event = await event_for_staff(tx, staff, slug)
    await actions.publish_event(tx, staff, event)
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/edit?done=published", status_code=303)


async def _foreseen(request: AnyRequest, tx: Connection, event: Event, details: EventDetails) -> Foresight | None:
    """What a new time or place does to the guests of a published event."""
    if event.status != EventStatus.PUBLISHED:
        return None
    foresee: Foresee = request.app.state.foresee_move
    return await foresee(tx, event, details)


async def _offer(db: Connection, staff: Staff, event: Event | None = None) -> Offer:
    """What may be chosen: of an existing event's organiser only, for a new one of every organiser this person organises for."""
    organiser_ids = [event.organiser_id] if event else staff.organisers(Role.ORGANISER)
    if not organiser_ids:
        raise Forbidden
    return Offer(
        organisers=await editing_queries.organisers_named(db, organiser_ids),
        programmes=await editing_queries.programmes_of(db, organiser_ids),
        venues=await editing_queries.venues_of(db, organiser_ids),
    )


def _form_page(
    staff: Staff,
    event: Event | None,
    form: Form,
    offer: Offer,
    *,
    foresight: Foresight | None = None,
    status: int = 200,
    done: str | None = None,
) -> Template:
    hues = HUE_NAMES if event is None or event.hue in HUE_NAMES else HUE_NAMES | {event.hue: N_("As it is")}
    return page(
        "programme/edit_event.html",
        status=status,
        staff=staff,
        event=event,
        section="edit",
        form=form,
        organisers=_named(offer.organisers),
        programmes=_named(offer.programmes),
        venues=_named(offer.venues),
        kinds=[(kind, _(name)) for kind, name in KIND_NAMES.items()],
        hues=[(str(hue), _(name)) for hue, name in hues.items()],
        lines=shown_lines(form),
        **guest_choices(event),
        zones=[(zone, zone.replace("_", " ")) for zone in time_zones()],
        done=done,
        foresight=foresight,
    )


def _named(choices: list[Choice]) -> list[tuple[str, str]]:
    return [(str(choice.id), local(choice.name)) for choice in choices]


router = Router(path="/", route_handlers=[new_event, create_event, edit_event, update_event, create_publication])
