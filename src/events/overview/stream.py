"""The live board as a stream of server-sent events."""

from collections.abc import AsyncGenerator

from events.accounts.model import Staff
from events.kit import clock
from events.kit.fragment_stream import LIFETIME_SECONDS, fragment_stream
from events.kit.live import Live
from events.programme.model import Event

from .board import Boards
from .presentation import clock_of


def board_stream(
    live: Live, boards: Boards, event: Event, staff: Staff, *, lifetime_seconds: float = LIFETIME_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The messages of one browser."""
    return fragment_stream(
        live,
        event.live_topic,
        lambda: boards.fragments(event, staff),
        tell_time=lambda: clock_of(clock.now(), event.time_zone),
        lifetime_seconds=lifetime_seconds,
    )
