"""Where an event's venue is, and how long the ways to the organiser's other venues take."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.i18n import local
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.editing_queries import place_of
from events.programme.model import Event

from . import queries, venue_queries
from .model import Venue
from .notices import minutes_label
from .ways import distance_km, estimated_minutes
from .ways_form import PLACE, field_of, parse_place, parse_ways, ways_form

AnyRequest = Request[Any, Any, State]


@get("/organiser/events/{slug:str}/ways")
async def edit_ways(
    slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection], done: FromQuery[str | None] = None
) -> Template:
    """The form as things stand."""
    event = await event_for_staff(db, staff, slug)
    venue, others = await _venues(db, event)
    known = await queries.known_ways(db, [venue.id, *(other.id for other in others)])
    ways = {other.id: known[venue.id, other.id] for other in others if (venue.id, other.id) in known}
    return _form_page(staff, event, venue, others, ways_form(venue.place, ways), done=done)


@post("/organiser/events/{slug:str}/ways", status_code=303)
async def update_ways(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Writes down what the organiser knows; clashes are reckoned with it from now on."""
    event = await event_for_staff(tx, staff, slug)
    venue, others = await _venues(tx, event)
    form = await Form.read(request)
    place, ways = parse_place(form), parse_ways(form, others)
    if not form.ok:
        return _form_page(staff, event, venue, others, form, status=422)
    await venue_queries.update_place(tx, venue.id, place)
    await venue_queries.forget_ways(tx, venue.id, [other.id for other in others])
    await venue_queries.insert_ways(tx, venue.id, ways)
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action="ways_changed",
        subject=f"event:{event.slug}",
        detail={"venue": str(venue.id), "ways": len(ways), "place": place is not None},
    )
    return Redirect(f"/organiser/events/{slug}/ways?done=saved", status_code=303)


async def _venues(db: Connection, event: Event) -> tuple[Venue, list[Venue]]:
    """The event's own venue and the organiser's others; an event without one has no ways."""
    _programme_id, venue_id = await place_of(db, event.id)
    if venue_id is None:
        raise NotFound(link=f"/organiser/events/{event.slug}/edit")
    venue, *others = await venue_queries.venues_around(db, event.id)
    return venue, others


def _form_page(
    staff: Staff, event: Event, venue: Venue, others: list[Venue], form: Form, *, status: int = 200, done: str | None = None
) -> Template:
    return page(
        "itinerary/ways.html",
        status=status,
        staff=staff,
        event=event,
        section="edit",
        venue=venue,
        others=[(other, field_of(other.id), _estimate(venue, other)) for other in others],
        labels={PLACE: _("Place on the map")} | {field_of(other.id): local(other.name) for other in others},
        form=form,
        done=done,
    )


def _estimate(venue: Venue, other: Venue) -> str:
    """What is reckoned with while nobody knows better."""
    if venue.place is None or other.place is None:
        return _("Not known yet: only events at the same time clash.")
    minutes = minutes_label(estimated_minutes(distance_km(venue.place, other.place)))
    return _("Left empty: about %(minutes)s, from the map.") % {"minutes": minutes}


router = Router(path="/", route_handlers=[edit_ways, update_ways])
