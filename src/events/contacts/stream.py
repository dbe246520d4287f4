"""A guest's meetings as a stream of server-sent events (HTML Living Standard, 9.2).

Events: `meetings` carries the list as HTML, with the number of those who ask and of those exchanged, as JSON; `alive` tells the
time. A stream begins with the list as it is, ends by itself after ten minutes and at the service's shutdown.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.live import Live, Signal
from events.kit.templates import new_environment

from . import meeting_queries
from .model import topic_of
from .presentation import meetings_shown

LIFETIME_SECONDS = 600.0
ALIVE_SECONDS = 15.0
PAUSE_SECONDS = 0.25
RETRY_MILLISECONDS = 1000

_TEMPLATES = new_environment()


async def meetings_stream(
    live: Live, pool: Pool, registration_id: UUID, *, page_url: str, lifetime_seconds: float = LIFETIME_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The messages of one guest's page; each is sent at once."""
    loop, shown = asyncio.get_running_loop(), ""
    ends_at = loop.time() + lifetime_seconds * random.uniform(0.8, 1)  # noqa: S311 (so that not all come back together)
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    with live.subscribe(topic_of(registration_id)) as changes:
        while (left_seconds := ends_at - loop.time()) > 0:
            signal = await changes.wait(min(ALIVE_SECONDS, left_seconds))
            if signal is Signal.ENDED:
                return
            if signal is not Signal.LOST:
                told = await _told(pool, registration_id, page_url)
                if told != shown:
                    yield f"event: meetings\ndata: {told}\n\n".encode()
                shown = told
            yield b"event: alive\ndata: {}\n\n"
            await asyncio.sleep(PAUSE_SECONDS)


async def _told(pool: Pool, registration_id: UUID, page_url: str) -> str:
    meetings = meetings_shown(await meeting_queries.meetings_of(pool, registration_id))
    html = _TEMPLATES.get_template("contacts/meetings.html").render(meetings=meetings, page_url=page_url, stage="open")
    figures = {name: len(meetings[name]) for name in ("asking", "exchanged")}
    return msgspec.json.encode({"html": html, **figures}).decode()
