"""The organiser's list of events and the live board of one."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.i18n import current_language
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import clock_label, span_label
from events.programme.access import event_for_staff

from . import board_queries
from .board import Boards
from .model import EventCount
from .stream import board_stream


@get("/organiser")
async def show_events(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Response[Any]:
    """Everything this person works on: what comes first, what is over at the end. A co-host's people have a desk of their own."""
    if not staff.roles:
        return Redirect("/co-hosts", status_code=303)
    events = await board_queries.events_with_counts(db, list(staff.roles))
    now = clock.now()
    organises = staff.organisers(Role.ORGANISER)
    coming = [event for event in events if event.ends_at > now]
    return page(
        "overview/events.html",
        staff=staff,
        groups=[("coming", coming), ("over", [event for event in reversed(events) if event.ends_at <= now])],
        when={event.id: _when(event) for event in events},
        may_create=bool(organises),
        programmes=await board_queries.programmes_with_events(db, list(organises), now) if organises else [],
    )


@get("/organiser/events/{slug:str}")
async def show_board(
    slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool], boards: NamedDependency[Boards]
) -> Template:
    """The board as it is now; a script keeps it so. Door staff see it too."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    language = current_language()
    return page(
        "overview/board.html",
        staff=staff,
        event=event,
        section="live",
        when=span_label(event.starts_at, event.ends_at, event.time_zone, locale=language),
        doors=clock_label(event.doors_at, event.time_zone, locale=language),
        read_at=_clock(clock.now(), event.time_zone),
        fragments=await boards.fragments(event, staff),
    )


@get("/organiser/events/{slug:str}/stream")
async def stream_board(
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    boards: NamedDependency[Boards],
    live: NamedDependency[Live],
) -> Stream:
    """The same board as it changes."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    # Proxies that buffer (nginx) are told not to; kit's compression leaves addresses ending in /stream alone.
    return Stream(board_stream(live, boards, event, staff), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _when(event: EventCount) -> str:
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=current_language())


def _clock(at: datetime, zone: str) -> str:
    return clock_label(at, zone, locale=current_language())


router = Router(path="/", route_handlers=[show_events, show_board, stream_board])
