"""A page that keeps itself up to date, as a stream of server-sent events (HTML Living Standard, 9.2).

Events: `board` carries the fragments that changed, as JSON {name: html}; `alive` the time; `lost` tells that this process has
lost touch with the others. A stream begins with the whole page, ends by itself after ten minutes (so that a session that is over
does not watch on) and at the service's shutdown; the browser then comes back for the present state.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable

import msgspec

from .live import Live, Signal

Fragments = dict[str, str]

LIFETIME_SECONDS = 600.0
ALIVE_SECONDS = 15.0  # proxies drop silent connections after 30 to 60 s; changes nobody marked show by then, too
PAUSE_SECONDS = 0.25  # at most four readings a second, however many phones are scanning
RETRY_MILLISECONDS = 1000


async def fragment_stream(
    live: Live,
    topic: str,
    read: Callable[[], Awaitable[Fragments]],
    *,
    tell_time: Callable[[], str],
    lifetime_seconds: float = LIFETIME_SECONDS,
) -> AsyncGenerator[bytes, None]:
    """The messages of one browser, each sent at once; `read` answers every fragment as it is now."""
    loop, shown = asyncio.get_running_loop(), Fragments()
    ends_at = loop.time() + lifetime_seconds * random.uniform(0.8, 1)  # noqa: S311 (so that not all come back together)
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    with live.subscribe(topic) as changes:
        while (left_seconds := ends_at - loop.time()) > 0:
            signal = await changes.wait(min(ALIVE_SECONDS, left_seconds))
            if signal is Signal.ENDED:
                return
            if signal is Signal.LOST:
                yield _message("lost", "")
                continue
            fresh = await read()
            changed = {name: html for name, html in fresh.items() if shown.get(name) != html}
            if changed:
                yield _message("board", msgspec.json.encode(changed).decode())
            yield _message("alive", tell_time())
            shown = fresh
            await asyncio.sleep(PAUSE_SECONDS)


def _message(kind: str, data: str) -> bytes:
    return f"event: {kind}\ndata: {data}\n\n".encode()
