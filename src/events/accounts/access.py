"""Who is asking: the person behind a session cookie, the program behind a bearer token.

Handlers ask for the dependencies `staff` and `api_client`. Both look the caller up as guards do (`kit.callers`), before anything
else is opened, on a connection that is given back at once.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.response import Redirect

from events.kit import clock
from events.kit.database import Executor, Pool
from events.kit.http import problem, wants_json
from events.kit.tokens import token_hash

from . import queries
from .errors import ScopeMissing, SignInRequired, TokenRequired
from .model import ApiClient, Scope, Staff

AnyRequest = Request[Any, Any, State]

SESSION_COOKIE = "session"
SESSION_LASTS = timedelta(days=14)  # after the last visit; an organiser's programme is eight days
SESSION_IS_WRITTEN_AFTER = timedelta(hours=1)  # so that a board that is looked at all evening costs a write an hour
TOKEN_KEPT_SECONDS = 3.0  # how long a revoked API token may still work in a process that has just seen it
TOKENS_KEPT = 1000
WAIT_FOR_CONNECTION_SECONDS = 10.0


async def provide_staff(request: AnyRequest, state: State) -> Staff:
    """The signed-in person; `SignInRequired` without a live session."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise SignInRequired
    pool: Pool = state.pool
    async with pool.acquire(timeout=WAIT_FOR_CONNECTION_SECONDS) as connection:
        return await staff_of_session(connection, cookie, clock.now())


async def staff_of_session(db: Executor, cookie: str, now: datetime) -> Staff:
    """The person behind a cookie. A session in use moves its end along, written at most once an hour."""
    hashed = token_hash(cookie)
    session = await queries.session_by_token(db, hashed, now)
    if session is None:
        raise SignInRequired
    if now - session.last_seen_at > SESSION_IS_WRITTEN_AFTER:
        await queries.touch_session(db, hashed, now, now + SESSION_LASTS)
    return session.staff


class ApiClients:
    """Verifies bearer tokens and remembers a verified one for three seconds.

    A client that signs up a thousand guests in a burst is looked up a few times, not a thousand; a revoked token is out
    everywhere after three seconds. Unknown tokens are never remembered.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[ApiClient, float]] = {}

    async def provide(self, request: AnyRequest, state: State) -> ApiClient:
        """The dependency `api_client`; `TokenRequired` without a valid token."""
        return await self.identify(state.pool, bearer_token(request.headers), clock.now())

    def remembered(self, authorization: str) -> ApiClient | None:
        """The client of an Authorization header, if it was verified within the last three seconds."""
        return self._remembered(token_hash(authorization[len("Bearer ") :])) if authorization.startswith("Bearer ") else None

    def _remembered(self, hashed: bytes) -> ApiClient | None:
        kept = self._kept.get(hashed)
        return kept[0] if kept and kept[1] > time.monotonic() else None

    async def identify(self, db: Executor, token: str, now: datetime) -> ApiClient:
        hashed = token_hash(token)
        if known := self._remembered(hashed):
            return known
        client = await queries.client_by_token(db, hashed, now)
        if client is None:
            self._kept.pop(hashed, None)
            raise TokenRequired
        if len(self._kept) >= TOKENS_KEPT:
            self._kept.clear()
        self._kept[hashed] = (client, time.monotonic() + TOKEN_KEPT_SECONDS)
        return client


def bearer_token(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header (RFC 6750, section 2.1)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRequired
    return token.strip()


def require_scope(client: ApiClient, scope: Scope | str) -> None:
    """Raises `ScopeMissing` unless the token was issued with the scope."""
    if scope not in client.scopes:
        raise ScopeMissing(scope=str(scope))


def answer_sign_in_required(request: AnyRequest, error: SignInRequired) -> Response[Any]:
    """Pages lead to the sign-in form and back afterwards; scripts get problem details."""
    if wants_json(request):
        return problem(error)
    wanted = request.url.path if request.method == "GET" else "/organiser"
    return Redirect(f"/sign-in?next_page={wanted}", status_code=303)


def answer_token_required(_request: AnyRequest, error: TokenRequired) -> Response[Any]:
    """Problem details, with the challenge that RFC 9110 asks of every 401."""
    response = problem(error)
    response.headers["www-authenticate"] = "Bearer"
    return response
