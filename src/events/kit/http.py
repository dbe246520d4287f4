"""What every request meets: its language, the same-origin check, security headers, a connection, plain errors."""

import traceback
from collections.abc import AsyncGenerator, Iterable
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

import asyncpg
import structlog
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import Message, Scope

from .callers import identify_callers
from .database import OUT_OF_SERVICE, Connection, Pool
from .errors import DomainError, ForeignOrigin, InvalidInput, NotFound, TooManyRequests
from .guesses import Guesses
from .i18n import N_, negotiate, set_language
from .templates import page

AnyRequest = Request[Any, Any, State]
log: structlog.stdlib.BoundLogger = structlog.get_logger("events.http")

LANGUAGE_COOKIE = "language"
ANY_ORIGIN = "any_origin"
"""Option of a handler that others may post to: what it does is allowed by the secret in its address alone, never by a cookie."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    # Other sites learn nothing. "no-referrer" would also make browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}

# An answer for programs is no document: nothing in it may be run or framed, and the rest has no meaning for it.
PROGRAM_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_FOR_PAGES, _FOR_PROGRAMS = (
    [(name.encode(), value.encode()) for name, value in headers.items()] for headers in (SECURITY_HEADERS, PROGRAM_HEADERS)
)


class Unavailable(DomainError):
    status = 503
    code = "unavailable"
    title = N_("The service cannot be reached for a moment.")
    next_step = N_("Please try again in a minute. Nothing you sent was counted twice.")
    retry_after_seconds = 5


class ContentTooLarge(DomainError):
    status = 413
    code = "content_too_large"
    title = N_("This is more than we can take in at once.")
    next_step = N_("Please go back and send smaller or fewer files.")


class Broken(DomainError):
    status = 500
    code = "internal_error"
    title = N_("Something went wrong on our side.")
    next_step = N_("Please try again. If it happens again, write to the organiser.")


async def before_request(request: AnyRequest) -> None:
    """Sets the language and turns away who guesses links, and forms that come from another site.

    No cookie counts for the API, so it takes any origin.
    """
    speak(request)
    if _guesses(request.app).too_many(request.scope["path"], _host(request.scope)):
        raise TooManyRequests
    if request.method not in SAFE_METHODS and not request.scope["path"].startswith("/api/"):
        if not request.route_handler.opt.get(ANY_ORIGIN):
            refuse_foreign_origin(request)
        await request.body()  # kept for the handler; nobody who sends a form slowly, or never to its end, holds a connection
    await identify_callers(request)


async def before_program(request: AnyRequest) -> None:
    """For addresses of the JSON API, in place of `before_request`: a bearer token is sent by no browser on its own, and only
    refusals are in a language, which is found out when there is one to write."""
    await identify_callers(request)


def speak(request: AnyRequest) -> None:
    """Sets this request's language."""
    set_language(negotiate(request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")))


def refuse_foreign_origin(request: AnyRequest) -> None:
    """Browsers say where a form comes from: Sec-Fetch-Site (Fetch Metadata), or Origin (RFC 6454) in older ones.

    A proxy may ask us by another name than guests do, so the name in our own links counts as well. Requests that say nothing are
    no browser's; they carry no cookies worth stealing.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignOrigin
        return
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(str(request.app.state.get("base_url", ""))).netloc}
    if origin is not None and origin.partition("://")[2] not in ours - {"", None}:
        raise ForeignOrigin


def raw_headers(headers: Iterable[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """The headers with every security header for that address that is not among them."""
    given = list(headers)
    present = {name.lower() for name, _value in given}
    return given + [header for header in (_FOR_PROGRAMS if path.startswith("/api/") else _FOR_PAGES) if header[0] not in present]


async def before_send(message: Message, scope: Scope) -> None:
    """Adds the security headers that the handler did not set itself, and remembers a language chosen by address."""
    if message["type"] != "http.response.start":
        return
    _guesses(scope["litestar_app"]).note(scope["path"], _host(scope), message["status"])
    headers = raw_headers(message["headers"], scope["path"])
    chosen = _language_in_query(scope)
    if chosen:
        headers.append((b"set-cookie", _language_cookie(chosen, scope).encode()))
    message["headers"] = headers


def _guesses(app: Litestar) -> Guesses:
    if "guesses" not in app.state:
        app.state.guesses = Guesses()
    return cast(Guesses, app.state.guesses)


def _host(scope: Any) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _language_cookie(language: str, scope: Scope) -> str:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"


def _language_in_query(scope: Scope) -> str | None:
    query = bytes(scope.get("query_string", b""))
    if not query:
        return None
    for language in ("de", "en", "ja"):
        if b"lang=" + language.encode() in query.split(b"&"):
            return language
    return None


async def provide_pool(state: State) -> Pool:
    """The connection pool, for work that opens its own transactions."""
    return cast(Pool, state.pool)


async def provide_db(state: State) -> AsyncGenerator[Connection, None]:
    """A connection to read from."""
    async with state.pool.acquire() as connection:
        yield connection


async def provide_tx(state: State) -> AsyncGenerator[Connection, None]:
    """A transaction around the handler: committed before the answer starts, rolled back when the handler raises."""
    async with state.pool.acquire() as connection, connection.transaction():
        yield connection


def answer_domain_error(request: AnyRequest, error: DomainError) -> Response[Any]:
    """Problem details under /api and for scripts (RFC 9457), elsewhere a page with the next step."""
    speak(request)
    if wants_json(request):
        return problem(error)
    words = {"title": error.say(), "next_step": error.say_next_step(), "link": error.link, "code": error.code}
    return page("error.html", status=error.status, headers=error.headers, **words)


def wants_json(request: AnyRequest) -> bool:
    """Programs get problem details: everything under /api, and pages' own scripts that ask for JSON."""
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def problem(error: DomainError) -> Response[dict[str, Any]]:
    """The error as application/problem+json."""
    return Response(problem_details(error), status_code=error.status, headers=error.headers, media_type="application/problem+json")


def problem_details(error: DomainError) -> dict[str, Any]:
    """The error for programs (RFC 9457), in the current language."""
    body: dict[str, Any] = {"type": "about:blank", "title": error.say(), "status": error.status, "code": error.code}
    if error.next_step:
        body["detail"] = error.say_next_step()
    if error.errors:
        body["errors"] = error.errors
    return body


def problem_for(request: AnyRequest, error: DomainError) -> Response[Any]:
    """The refusal as a handler's own answer: raised, it would travel through every layer of the framework first."""
    set_language(negotiate(None, None, request.headers.get("accept-language")))
    return problem(error)


def answer_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """The framework's own refusals: no such address, wrong method, body too large, input of the wrong shape."""
    if isinstance(error, ValidationException):
        fields = {str(e.get("key", "")): str(e.get("message", "")) for e in error.extra or [] if isinstance(e, dict)}
        return answer_domain_error(request, InvalidInput(errors=fields))
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer_domain_error(request, NotFound())
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return answer_domain_error(request, ContentTooLarge())
    answer = answer_domain_error(request, framework_refusal(error.status_code)())
    answer.headers.update(error.headers or {})
    return answer


def framework_refusal(status: int) -> type[DomainError]:
    """A refusal with the phrase HTTP has for the status."""
    phrase = HTTPStatus(status).phrase
    return type("Refusal", (DomainError,), {"status": status, "code": phrase.lower().replace(" ", "_"), "title": phrase})


def answer_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """A bug or an outage. What is logged names the place in the code, never what the guest typed."""
    if isinstance(error, asyncpg.DataError):
        return answer_domain_error(request, InvalidInput())
    cause = _cause(error)
    log.error("request failed", kind=type(cause).__name__, where=_places(cause))
    return answer_domain_error(request, Unavailable() if isinstance(cause, OUT_OF_SERVICE) else Broken())


def _cause(error: BaseException) -> BaseException:
    """The first of several errors at once: when a transaction loses its connection, closing it fails as well, and the framework
    reports both as a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _places(error: BaseException) -> list[str]:
    """Where it happened, as file:line function: a traceback without the values, which may be somebody's name."""
    return [f"{f.filename.rpartition('/events/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)][-8:]
