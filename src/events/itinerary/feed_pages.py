"""The address that calendar programs ask again and again."""

import hashlib
from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from events.kit.database import Executor, Pool
from events.kit.errors import NotFound
from events.kit.tokens import Tokens
from events.registration.feed_links import is_of_guest, is_of_party, named

from . import feed_queries
from .feed import written_feed
from .model import Feed

HEADERS = {"cache-control": "private, no-cache", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}
SUFFIX = ".ics"


@get("/c/{name:str}", include_in_schema=False)
async def show_feed(
    request: Request[Any, Any, State],
    name: FromPath[str],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[bytes]:
    """All events as they stand now, or "not modified"."""
    feed = await _found(pool, tokens, name.removesuffix(SUFFIX)) if name.endswith(SUFFIX) else None
    if feed is None:
        raise NotFound
    content = written_feed(feed, base_url=base_url)
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'  # weak: compressed on the way, it is the same calendar
    headers = HEADERS | {"etag": tag}
    if _knows(request.headers.get("if-none-match", ""), tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type="text/calendar", headers=headers)


async def _found(db: Executor, tokens: Tokens, token: str) -> Feed | None:
    thing = named(token)
    if thing is None:
        return None
    if is_of_party(tokens, token, thing):
        return await feed_queries.feed_of_party(db, thing)
    issue = await feed_queries.issue_of_ticket(db, thing)
    if issue is None or not is_of_guest(tokens, token, thing, issue):
        return None
    return await feed_queries.feed_of_guest(db, thing)


def _knows(if_none_match: str, tag: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag.removeprefix("W/") in known or "*" in known


router = Router(path="/", route_handlers=[show_feed])
