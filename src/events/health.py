"""What machines ask: is the process alive, can it serve, what has it counted."""

import secrets

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .kit.database import Pool
from .kit.migrations import pending
from .kit.places import migrations_folder
from .settings import Settings


@get("/healthz")
async def show_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz")
async def show_readiness(pool: NamedDependency[Pool]) -> Response[dict[str, str]]:
    """The database answers and knows every migration of this version."""
    try:
        async with pool.acquire(timeout=5) as connection:
            missing = await pending(connection, migrations_folder())
    except Exception:
        return Response({"status": "database unreachable"}, status_code=503)
    if missing:
        return Response({"status": f"{len(missing)} migrations are missing: run `events migrate`"}, status_code=503)
    return Response({"status": "ready"})


@get("/metrics")
async def show_metrics(request: Request[object, object, State], settings: NamedDependency[Settings]) -> Response[bytes]:
    """Prometheus text format; for this machine only unless a token is set."""
    if not _may_read_metrics(request, settings):
        raise NotFoundException
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: Request[object, object, State], settings: Settings) -> bool:
    if settings.metrics_token is None:
        return request.client is not None and request.client.host in ("127.0.0.1", "::1") and "forwarded" not in _proxy_headers(request)
    offered = request.headers.get("authorization", "").removeprefix("Bearer ")
    return secrets.compare_digest(offered.encode(), settings.metrics_token.encode())


def _proxy_headers(request: Request[object, object, State]) -> str:
    return "forwarded" if "x-forwarded-for" in request.headers or "forwarded" in request.headers else ""


router = Router(path="/", route_handlers=[show_health, show_readiness, show_metrics])
