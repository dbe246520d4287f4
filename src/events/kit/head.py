"""HEAD wherever there is GET (RFC 9110, 9.3.2): mail scanners and monitors ask that way before they open a link."""

from typing import Any


def as_get(scope: Any) -> Any:
    """The request as the application shall see it: HEAD as GET, whose body the server then leaves out. A stream never ends, so its
    HEAD stays what it is and is refused."""
    if scope["method"] == "HEAD" and not scope["path"].endswith("/stream"):
        return {**scope, "method": "GET"}
    return scope
