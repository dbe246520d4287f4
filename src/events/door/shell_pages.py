"""The scanner as an app on the phone: what it is called on the home screen, and the worker that keeps it for a door without network.

The worker stands below `/door`; one line of its answer lets it also look after `/door` itself (Service Workers, "scope").
"""

from typing import Any

from litestar import Response, Router, get

from events.kit.assets import BUILT_FOLDER, asset
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _

# Asked for at every opening of the scanner; the browser compares it byte by byte and replaces the old one.
WORKER_HEADERS = {"cache-control": "no-cache", "service-worker-allowed": "/door"}
NIGHT = "#0b0e16"
ICON_SIZES = (192, 512)


@get("/door/shell.worker.js", include_in_schema=False, sync_to_thread=True)
def show_shell_worker() -> Response[bytes]:
    """The current build, under an address that never changes."""
    built = BUILT_FOLDER / asset("door.shell.worker.js").removeprefix("/static/")
    return Response(built.read_bytes(), media_type="text/javascript", headers=WORKER_HEADERS)


@get("/door/manifest.webmanifest", include_in_schema=False, sync_to_thread=False)
def show_manifest() -> Response[dict[str, Any]]:
    """Nothing of an event stands here: anybody may ask."""
    manifest = {
        "id": "/door",
        "name": _("Door"),
        "short_name": _("Door"),
        "lang": current_language(),
        "start_url": "/door",
        "scope": "/door",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": NIGHT,
        "theme_color": NIGHT,
        "icons": [_icon(size, purpose) for size in ICON_SIZES for purpose in ("any", "maskable")],
    }
    return Response(manifest, media_type="application/manifest+json", headers={"cache-control": "no-cache"})


def _icon(size: int, purpose: str) -> dict[str, str]:
    """The picture reaches the edges, so the same one may be cut to any shape."""
    return {"src": asset(f"door-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


router = Router(path="/", route_handlers=[show_shell_worker, show_manifest])
