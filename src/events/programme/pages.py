"""What the public sees: the programmes, the days of one, one event with its live places."""

from itertools import groupby
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment
from litestar import MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template

from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.rendered import OWN_VALUE, RenderedPages
from events.kit.templates import page
from events.kit.times import clock_span_label, day_label, span_label
from events.kit.tokens import random_token

from . import guest_queries, queries
from .access import event_for_guest
from .event_page import TEMPLATE, event_context, places_text
from .model import Access, Event, Programme
from .standing import GuestPlaces, standing

AnyRequest = Request[Any, Any, State]

_event_pages = RenderedPages()


@get("/")
async def list_programmes(db: NamedDependency[Connection]) -> Template:
    """Everything that is ahead or under way."""
    moment, locale = now(), current_language()
    programmes = await guest_queries.shown_programmes(db, moment)
    events = await guest_queries.single_events(db, moment)
    places = await guest_queries.guest_places(db, [event.id for event in events])
    days = {
        programme.slug: [day_label(at, programme.time_zone, locale=locale) for at in (programme.first_at, programme.last_at)]
        for programme in programmes
    }
    return page("programme/index.html", programmes=programmes, days=days, events=[_card(event, places, _span(event)) for event in events])


@get("/p/{slug:str}")
async def show_programme(slug: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """The days of a programme and what is on each; days that are over are folded away."""
    programme = await queries.programme_by_slug(db, slug)
    events = await queries.events_of_programme(db, programme.id) if programme else []
    if programme is None or not events:
        raise NotFound
    places = await guest_queries.guest_places(db, [event.id for event in events])
    zone = ZoneInfo(programme.time_zone)
    today = now().astimezone(zone).date()
    over = [event for event in events if event.ends_at.astimezone(zone).date() < today]
    ahead = [event for event in events if event not in over]
    moment = now()
    open_events = [event for event in ahead if event.access == Access.PUBLIC and standing(event, places[event.id], moment).takes_sign_ups]
    return page(
        "programme/programme.html",
        programme=programme,
        past=_days(programme, over, places),
        days=_days(programme, ahead, places),
        takes_sign_ups=len(open_events) > 1,
    )


@get("/e/{slug:str}")
async def show_event(request: AnyRequest, slug: FromPath[str], pool: NamedDependency[Pool]) -> Response[str]:
    """The event with an empty form under a key of its own: what comes back twice with one key is booked once.

    All else on the page is the same for everybody, so it is rendered once for each count of places. No connection is held: in a rush
    all of them would wait for the one that reads the questions.
    """
    event = await event_for_guest(pool, slug)
    places = (await guest_queries.guest_places(pool, [event.id]))[event.id]
    moment = now()
    state = standing(event, places, moment)
    contact = "" if state.takes_sign_ups else await guest_queries.organiser_email(pool, event.organiser_id)
    questions = await request.app.state.questions.asked(event.id)  # of a floor above, so the application hands it down

    def render() -> str:
        context = event_context(event, places, now=moment, form=Form(), key=OWN_VALUE, organiser_email=contact, questions=questions)
        return _environment(request).get_template(TEMPLATE).render(context)

    everything_shown = (current_language(), state, msgspec.json.encode((event, places, questions)), contact)
    return Response(_event_pages.get(everything_shown, render, own_value=random_token()), media_type=MediaType.HTML)


@get("/e/{slug:str}/places")
async def show_places(request: AnyRequest, slug: FromPath[str], db: NamedDependency[Connection]) -> Response[Any]:
    """The live count for the page's script. Asked every few seconds by everybody who looks, so mostly answered "not modified"."""
    event = await event_for_guest(db, slug)
    places = (await guest_queries.guest_places(db, [event.id]))[event.id]
    state = standing(event, places, now())
    tag = f'"{current_language()}-{state.value}-{places.free}-{places.capacity}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "accept-language, cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    body = {"free": places.free, "taken": places.taken, "capacity": places.capacity, "standing": state.value, "text": places_text(places)}
    return Response(body, headers=headers)


@get("/e/{slug:str}/privacy")
async def show_privacy(slug: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """What is kept about guests, why, and for how long."""
    event = await event_for_guest(db, slug)
    return page("programme/privacy.html", event=event, organiser_email=await guest_queries.organiser_email(db, event.organiser_id))


def _days(programme: Programme, events: list[Event], places: dict[UUID, GuestPlaces]) -> list[tuple[str, list[dict[str, object]]]]:
    """The events by day, as days fall in the programme's zone."""
    locale = current_language()
    by_day = groupby(events, key=lambda event: day_label(event.starts_at, programme.time_zone, locale=locale))
    return [(day, [_card(event, places, _hours(event)) for event in of_day]) for day, of_day in by_day]


def _card(event: Event, places: dict[UUID, GuestPlaces], when: str) -> dict[str, object]:
    seen = places[event.id]
    return {"event": event, "standing": standing(event, seen, now()).value, "when": when, "places_text": places_text(seen)}


def _span(event: Event) -> str:
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=current_language())


def _hours(event: Event) -> str:
    return clock_span_label(event.starts_at, event.ends_at, event.time_zone, locale=current_language())


def _environment(request: AnyRequest) -> Environment:
    return cast(JinjaTemplateEngine, request.app.template_engine).engine


router = Router(path="/", route_handlers=[list_programmes, show_programme, show_event, show_places, show_privacy])
