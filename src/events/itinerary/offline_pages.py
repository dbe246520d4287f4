"""The worker that keeps opened tickets for an entrance without a connection.

It stands below `/t/`, because a service worker may only look after addresses beside and below its own (Service Workers, "scope").
"""

from litestar import Response, Router, get

from events.kit.assets import BUILT_FOLDER, asset

# Asked for at every opening of a ticket; the browser compares it byte by byte and replaces the old one.
HEADERS = {"cache-control": "no-cache"}


@get("/t/worker.js", include_in_schema=False, sync_to_thread=True)
def show_worker() -> Response[bytes]:
    """The current build, under an address that never changes."""
    built = BUILT_FOLDER / asset("ticket.worker.js").removeprefix("/static/")
    return Response(built.read_bytes(), media_type="text/javascript", headers=HEADERS)


router = Router(path="/", route_handlers=[show_worker])
