"""Who is asking, found out before anything else is opened for a request.

Dependencies of one handler are resolved side by side, and when one raises, a connection that another has just taken from the
pool is not given back. So whatever may refuse a caller runs first, as a guard; its answer then waits in the request's scope.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

AnyRequest = Request[Any, Any, State]
Identify = Callable[[AnyRequest, State], Awaitable[object]]
_SCOPE_KEY = "callers"


def guard(identifiers: Mapping[str, Identify]) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """The guard for the whole application: for each named parameter that a handler asks for, the caller is identified or refused."""

    async def identify_callers(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        found = connection.scope["state"].setdefault(_SCOPE_KEY, {})
        for name in identifiers.keys() & handler.parsed_fn_signature.parameters.keys():
            found[name] = await identifiers[name](Request(connection.scope), connection.app.state)

    return identify_callers


def provide(name: str) -> Provide:
    """The dependency that hands a handler what the guard found."""

    async def found(request: AnyRequest) -> Any:
        return request.scope["state"][_SCOPE_KEY][name]

    return Provide(found)
