"""The host's own page, behind a link that needs no account: my guests, who has come, and a word the moment somebody does."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream, Template

from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.i18n import current_language
from events.kit.live import Live
from events.kit.templates import new_environment, page
from events.kit.times import span_label

from . import queries
from .reading import guests_of, open_link
from .stream import figures, host_stream

# Behind a secret address: nobody on the way keeps the page, no other site learns the address.
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}

_TEMPLATES = new_environment()


@get("/h/{token:str}")
async def show_guests(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """The host's guests as they are now; a script keeps them so."""
    host, event = await open_link(db, token, clock.now())
    guests = await guests_of(db, host.id, event)
    language = current_language()
    return page(
        "arrivals/host.html",
        headers=PRIVATE,
        host=host,
        event=event,
        when=span_label(event.starts_at, event.ends_at, event.time_zone, locale=language),
        guests=guests,
        figures=figures(guests),
        home=f"/h/{token}",
    )


@get("/h/{token:str}/stream")
async def stream_guests(token: FromPath[str], pool: NamedDependency[Pool], live: NamedDependency[Live]) -> Stream:
    """The same guests as they change."""
    _host, event = await open_link(pool, token, clock.now())
    headers = PRIVATE | {"x-accel-buffering": "no"}  # proxies that buffer (nginx) are told not to
    return Stream(host_stream(live, pool, _TEMPLATES, token, event), media_type="text/event-stream", headers=headers)


@post("/h/{token:str}/visits", status_code=204)
async def create_visit(token: FromPath[str], tx: NamedDependency[Connection]) -> Response[None]:
    """The page is open in front of somebody: sent by its script, as opening it changes nothing."""
    host, _event = await open_link(tx, token, clock.now())
    await queries.note_visit(tx, host.id, clock.now())
    return Response(None, status_code=204)


router = Router(path="/", route_handlers=[show_guests, stream_guests, create_visit], include_in_schema=False)
