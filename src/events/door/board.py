"""The organiser's page about the doors: read at one moment, and rendered as the fragments of which page and stream are made."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from events.kit import clock
from events.kit.coalesce import Coalescer
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.fragment_stream import Fragments
from events.kit.i18n import current_language, use_language
from events.kit.templates import new_environment
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import board_queries, queries
from .board_model import DoorBoard
from .board_words import CROWDING_TONES, show_conflict, show_record, told
from .rules_queries import rules_of_event

FRAGMENTS = ("alerts", "figures", "gates", "days", "phones", "feed")
ALERTS_SHOWN = 5  # more would push everything else off a phone's screen; the rest is behind a link
_DAY_PATTERN = {"de": "EEE, d. MMM", "en": "EEE d MMM", "ja": "M月d日(E)"}


class DoorBoards:
    """Serves the door's page of every event of this process: readers of one event and language share one reading and rendering."""

    def __init__(self, pool: Pool, now: Callable[[], datetime] = clock.now) -> None:
        self._pool = pool
        self._now = now
        self._templates = new_environment()
        self._readers: Coalescer[tuple[UUID, str], None, Fragments] = Coalescer(self._read, largest=10_000)

    async def fragments(self, event: Event) -> Fragments:
        """The page's parts as HTML in the current language, no older than this call."""
        return await self._readers.ask((event.id, current_language()), None)

    async def _read(self, key: tuple[UUID, str], askers: list[None]) -> list[Fragments]:
        event_id, language = key
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            board = await read_door_board(connection, event_id, self._now())
        with use_language(language):
            words = _words(board)
            fragments = {name: self._templates.get_template(f"door/board_{name}.html").render(words) for name in FRAGMENTS}
        return [fragments] * len(askers)


async def read_door_board(db: Connection, event_id: UUID, now: datetime) -> DoorBoard:
    """Everything on the page; on a connection in a repeatable-read transaction all of it is of the same moment."""
    event = await event_by_id(db, event_id)
    if event is None:
        raise NotFound
    return DoorBoard(
        event=event,
        read_at=now,
        rules=await rules_of_event(db, event_id),
        attendance=await queries.attendance_of_event(db, event_id),
        gates=await board_queries.gates_of(db, event_id),
        days=await board_queries.days_of(db, event_id, event.time_zone),
        feed=await board_queries.latest_records(db, event_id),
        conflicts=await board_queries.open_conflicts(db, event_id),
        phones=await board_queries.phones_now(db, event_id, now),
    )


def _words(board: DoorBoard) -> dict[str, Any]:
    zone, now = board.event.time_zone, board.read_at
    oldest = board.phones.oldest_seen_at
    return {
        "board": board,
        "home": f"/organiser/events/{board.event.slug}",
        "figures": board.attendance,
        "rules": board.rules,
        "counts_exits": board.rules.exits != "off",
        "people": board.attendance.inside + board.rules.crew_inside,
        "crowding": board.crowding,
        "tone": CROWDING_TONES.get(board.crowding, ""),
        "gates": [(gate, told(gate.last_at, zone, now=now) if gate.last_at else "") for gate in board.gates],
        "days": [(format_date(day.day, _DAY_PATTERN[current_language()], locale=current_language()), day) for day in board.days],
        "phones": board.phones,
        "oldest": told(oldest, zone, now=now) if oldest else "",
        "conflicts": [show_conflict(conflict, zone=zone, now=now) for conflict in board.conflicts[:ALERTS_SHOWN]],
        "feed": [show_record(record, zone=zone, now=now, of_many=True) for record in board.feed],
    }
