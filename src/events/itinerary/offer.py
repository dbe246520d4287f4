"""The events of a programme as forms offer them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from events.kit.database import Executor
from events.kit.errors import NotFound
from events.kit.i18n import current_language
from events.kit.times import clock_span_label, day_label
from events.programme import queries
from events.programme.event_page import places_text
from events.programme.guest_queries import guest_places
from events.programme.model import Access, Programme
from events.programme.standing import standing

from .model import EventChoice


async def offered(db: Executor, slug: str, *, now: datetime) -> tuple[Programme, list[EventChoice]]:
    """The programme with every event that is not over. Raises `NotFound`."""
    programme = await queries.programme_by_slug(db, slug)
    events = await queries.events_of_programme(db, programme.id) if programme else []
    if programme is None or not events:
        raise NotFound
    ahead = [event for event in events if event.ends_at > now]
    places = await guest_places(db, [event.id for event in ahead])
    return programme, [
        EventChoice(event=event, places=places[event.id], standing=standing(event, places[event.id], now)) for event in ahead
    ]


def days_of(programme: Programme, choices: Sequence[EventChoice]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The events by day, as days fall in the programme's zone."""
    locale = current_language()
    by_day = groupby(choices, key=lambda choice: day_label(choice.event.starts_at, programme.time_zone, locale=locale))
    return [(day, [_line(choice) for choice in of_day]) for day, of_day in by_day]


def _line(choice: EventChoice) -> dict[str, Any]:
    event = choice.event
    return {
        "event": event,
        "when": clock_span_label(event.starts_at, event.ends_at, event.time_zone, locale=current_language()),
        "is_open": choice.is_open,
        "standing": "invited" if event.access is Access.INVITED else choice.standing.value,
        "places_text": places_text(choice.places),
    }
