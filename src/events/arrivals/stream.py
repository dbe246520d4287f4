"""A host's guests as a stream of server-sent events (HTML Living Standard, 9.2).

Events: `guests` carries the cards that changed, as JSON {"changed": {id: {"html", "arrived", "key"}}, "gone": [id], "arrivals": […],
"figures": {…}}; `arrivals` are the announcements of everybody who has come, and the page says those that are new to it. `alive` tells
the time, `lost` that this process hears nothing for now, `over` that the link was ended. A stream begins with everything and ends by
itself after ten minutes and at the service's shutdown; the browser then comes back for the present state.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from jinja2 import Environment

from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import DomainError
from events.kit.live import Live, Signal
from events.programme.model import Event

from .presentation import GuestCard
from .reading import Guests, guests_of, news, open_link

LIFETIME_SECONDS = 600.0
ALIVE_SECONDS = 15.0  # proxies drop silent connections after 30 to 60 s; a link that was ended is noticed by then, too
PAUSE_SECONDS = 0.25  # at most four readings a second, however many phones are scanning
RETRY_MILLISECONDS = 1000


async def host_stream(
    live: Live, pool: Pool, templates: Environment, token: str, event: Event, *, lifetime_seconds: float = LIFETIME_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The messages of one host's page; each is sent at once."""
    loop, shown = asyncio.get_running_loop(), dict[str, GuestCard]()
    ends_at = loop.time() + lifetime_seconds * random.uniform(0.8, 1)  # noqa: S311 (so that not all come back together)
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    with live.subscribe(event.live_topic) as changes:
        first = True
        while (left_seconds := ends_at - loop.time()) > 0:
            signal = await changes.wait(min(ALIVE_SECONDS, left_seconds))
            if signal is Signal.ENDED:
                return
            if signal is Signal.LOST:
                yield _message("lost", "{}")
                continue
            try:
                host, _event = await open_link(pool, token, clock.now())
            except DomainError:
                yield _message("over", "{}")
                return
            guests = await guests_of(pool, host.id, event)
            changes_now = news(shown, guests)
            if first or changes_now.changed or changes_now.gone:
                yield _message("guests", _told(templates, guests, changes_now.changed, changes_now.gone))
            yield _message("alive", "{}")
            shown, first = {card.id: card for card in guests.cards}, False
            await asyncio.sleep(PAUSE_SECONDS)


def figures(guests: Guests) -> dict[str, int]:
    """How many have come, of how many."""
    return {"arrived": len(guests.announcements), "guests": len(guests.cards)}


def _told(templates: Environment, guests: Guests, changed: list[GuestCard], gone: list[str]) -> str:
    row = templates.get_template("arrivals/guest.html")
    body: dict[str, Any] = {
        "changed": {card.id: {"html": row.render(guest=card), "arrived": bool(card.arrived), "key": _key(card)} for card in changed},
        "gone": gone,
        "arrivals": list(guests.announcements.values()),
        "figures": figures(guests),
    }
    return msgspec.json.encode(body).decode()


def _key(card: GuestCard) -> str:
    """What the page orders its lists by."""
    return card.moment or card.place


def _message(kind: str, data: str) -> bytes:
    return f"event: {kind}\ndata: {data}\n\n".encode()
