"""The live board: read at one moment, and rendered as the fragments of which page and stream are made."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from events.accounts.model import Role, Staff
from events.door.board_words import RECORD_WORDS, headline
from events.kit import clock
from events.kit.coalesce import Coalescer
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.i18n import current_language, use_language
from events.kit.i18n import gettext as _
from events.kit.templates import new_environment
from events.people.names import full_name
from events.programme.model import Event
from events.programme.model import Pool as PlacePool
from events.programme.queries import event_by_id, pools_of_event

from . import board_queries
from .chart import arrivals_chart
from .guest_queries import guests_page
from .listing import Group, Listing
from .model import Board, ScanLine, Share
from .presentation import clock_of, present_guest

FRAGMENTS = ("notices", "figures", "room", "expected", "arrivals", "shares", "scans")
FOR_DOOR_STAFF = frozenset({"figures", "room", "arrivals", "shares", "scans"})
EXPECTED_SHOWN = 8
Fragments = dict[str, str]


class Boards:
    """Serves every board of this process: readers of one event and language share one reading and one rendering."""

    def __init__(self, pool: Pool, now: Callable[[], datetime] = clock.now) -> None:
        self._pool = pool
        self._now = now
        self._templates = new_environment()
        self._readers: Coalescer[tuple[UUID, str], None, Fragments] = Coalescer(self._read, largest=10_000)

    async def fragments(self, event: Event, staff: Staff) -> Fragments:
        """The board's parts as HTML in the current language, no older than this call; door staff get those for them."""
        every = await self._readers.ask((event.id, current_language()), None)
        if staff.may(Role.ORGANISER, event.organiser_id):
            return every
        return {name: html for name, html in every.items() if name in FOR_DOOR_STAFF}

    async def _read(self, key: tuple[UUID, str], askers: list[None]) -> list[Fragments]:
        event_id, language = key
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            board = await read_board(connection, event_id, self._now())
        with use_language(language):
            words = _words(board)
            fragments = {name: self._templates.get_template(f"overview/live/{name}.html").render(words) for name in FRAGMENTS}
        return [fragments] * len(askers)


async def read_board(db: Connection, event_id: UUID, now: datetime) -> Board:
    """Everything on the board; on a connection in a repeatable-read transaction all of it is of the same moment."""
    event = await event_by_id(db, event_id)
    if event is None:
        raise NotFound
    return Board(
        event=event,
        read_at=now,
        figures=await board_queries.figures_of(db, event_id),
        shares=shares_of(await pools_of_event(db, event_id), await board_queries.arrived_by_pool(db, event_id)),
        tables=await board_queries.tables_of(db, event_id),
        arrivals=await board_queries.arrivals_of(db, event_id, event.doors_at),
        scans=await board_queries.latest_scans(db, event_id),
        expected=await guests_page(db, event_id, Listing(group=Group.EXPECTED), size=EXPECTED_SHOWN - 1),
    )


def shares_of(pools: list[PlacePool], arrived: dict[UUID, int]) -> list[Share]:
    """Each contingent with all that is inside it, then the places shared by all; nothing for an event without contingents."""
    if len(pools) < 2:
        return []
    root = pools[0]
    outer = [pool for pool in pools if pool.parent_id == root.id]
    shared = Share(
        name=None,
        depth=0,
        capacity=root.capacity - sum(pool.capacity for pool in outer),
        taken=root.taken - sum(pool.taken for pool in outer),
        arrived=arrived.get(root.id, 0),
        waiting=root.waiting - sum(pool.waiting for pool in pools[1:]),
        is_released=False,
    )
    shares = [share for pool in outer for share in _with_inner(pool, pools, arrived, 0)]
    return [*shares, shared] if shared.capacity or shared.taken else shares


def _with_inner(pool: PlacePool, pools: list[PlacePool], arrived: dict[UUID, int], depth: int) -> list[Share]:
    inner = [_with_inner(child, pools, arrived, depth + 1) for child in pools if child.parent_id == pool.id]
    share = Share(
        name=pool.name,
        depth=depth,
        capacity=pool.capacity,
        taken=pool.taken,
        arrived=arrived.get(pool.id, 0) + sum(shares[0].arrived for shares in inner),
        waiting=pool.waiting,
        is_released=pool.released_at is not None,
    )
    return [share, *(below for shares in inner for below in shares)]


def _words(board: Board) -> dict[str, Any]:
    seated = [table for table in board.tables if table.name is not None]
    return {
        "board": board,
        "event": board.event,
        "figures": board.figures,
        "home": f"/organiser/events/{board.event.slug}",
        "tables": seated,
        "at_tables": sum(table.guests for table in seated),
        "arrived_at_tables": sum(table.arrived for table in seated),
        "chart": arrivals_chart(board),
        "doors": clock_of(board.event.doors_at, board.event.time_zone),
        "expected": [present_guest(line, board.event) for line in board.expected],
        "scans": [_scan(line, board) for line in board.scans],
    }


def _scan(line: ScanLine, board: Board) -> dict[str, str]:
    word, tone = RECORD_WORDS[line.verdict]
    why = headline(line.reason) if line.verdict == "refused" and line.reason else ""
    table = _("Table %(name)s") % {"name": line.table_name} if line.table_name and line.verdict == "admitted" else ""
    walk_in = _("Walk-in") if line.is_walk_in else ""
    return {
        "at": clock_of(line.at, board.event.time_zone),
        "name": full_name(line.guest, current_language()) if line.guest else _("Unknown ticket"),
        "word": _(word),
        "tone": tone,
        "about": " · ".join(part for part in (why, walk_in, table, line.gate) if part),
    }
