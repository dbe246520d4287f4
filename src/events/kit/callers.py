"""Who is asking, found out before anything else is opened for a request.

Dependencies of one handler are resolved side by side, and when one raises, a connection that another has just taken from the
pool is not given back. So whatever may refuse a caller runs first, in the hook before each request; its answer then waits in
the request's scope. (A guard would run at the same moment, but the framework copies the whole handler for each guard.)
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import Provide

AnyRequest = Request[Any, Any, State]
Identify = Callable[[AnyRequest, State], Awaitable[object]]
Identifiers = Mapping[str, Identify]
"""By the name of the parameter with which handlers ask for that caller. The application's state holds them as `identifiers`."""

_SCOPE_KEY = "callers"


async def identify_callers(request: AnyRequest) -> None:
    """For each caller that the handler asks for: found out, or refused by an error."""
    identifiers: Identifiers | None = request.app.state.get("identifiers")
    if not identifiers:
        return
    for name in identifiers.keys() & request.route_handler.parsed_fn_signature.parameters.keys():
        request.scope["state"].setdefault(_SCOPE_KEY, {})[name] = await identifiers[name](request, request.app.state)


def provide(name: str) -> Provide:
    """The dependency that hands a handler who was found."""

    async def found(request: AnyRequest) -> Any:
        return request.scope["state"][_SCOPE_KEY][name]

    return Provide(found)
