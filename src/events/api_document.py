"""The OpenAPI document of the JSON API, at /api/openapi.json."""

from importlib.metadata import version

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

CONFIG = OpenAPIConfig(
    title="Empfang",
    version=version("empfang"),
    summary="Registration and ticketing for events with hard capacity limits",
    description=(
        "Every request carries a bearer token of one organiser, issued with scopes by `events token`. Refusals are "
        "`application/problem+json` (RFC 9457) with a stable `code`. Times are instants in UTC (RFC 3339)."
    ),
    path="/api",
    render_plugins=[JsonRenderPlugin()],
    components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
    security=[{"token": []}],
    use_handler_docstrings=True,
)
