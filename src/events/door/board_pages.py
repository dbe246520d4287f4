"""The doors as the organiser sees them at the evening: one page that keeps itself up to date."""

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Pool
from events.kit.fragment_stream import fragment_stream
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff
from events.programme.model import Event

from .board import DoorBoards
from .board_words import told


@get("/organiser/events/{slug:str}/door")
async def show_door(
    slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool], door_boards: NamedDependency[DoorBoards]
) -> Template:
    """Who is inside, what happens at which gate, and what has to be decided. Door staff see it too."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    return page(
        "door/board.html",
        staff=staff,
        event=event,
        section="door",
        read_at=_clock(event),
        fragments=await door_boards.fragments(event),
    )


@get("/organiser/events/{slug:str}/door/stream")
async def stream_door(
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    door_boards: NamedDependency[DoorBoards],
    live: NamedDependency[Live],
) -> Stream:
    """The same page as it changes."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    messages = fragment_stream(live, event.live_topic, lambda: door_boards.fragments(event), tell_time=lambda: _clock(event))
    # Proxies that buffer (nginx) are told not to; kit's compression leaves addresses ending in /stream alone.
    return Stream(messages, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _clock(event: Event) -> str:
    now = clock.now()
    return told(now, event.time_zone, now=now)


router = Router(path="/", route_handlers=[show_door, stream_door])
