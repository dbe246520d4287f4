"""Programs for tests: what talks to the JSON API with a bearer token."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar

from events.accounts.actions import issue_token
from events.accounts.model import Scope
from events.kit.database import Pool
from tests.builders import BASE_URL


async def make_token(pool: Pool, organiser_id: UUID, scopes: Iterable[Scope] = tuple(Scope)) -> str:
    """A bearer token of the organiser, by default with every scope."""
    async with pool.acquire() as connection, connection.transaction():
        slug = await connection.fetchval("select slug from organisers where id = $1", organiser_id)
        return await issue_token(connection, slug, scopes)


def program(app: Litestar, token: str | None = None) -> httpx.AsyncClient:
    """A client of the API."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)


def party(*names: str, contingent: str | None = None, accept_waitlist: bool = False, locale: str = "en", **changes: Any) -> dict[str, Any]:
    """The body of a sign-up for guests of these family names."""
    return (
        {
            "registrant": {"email": "hanako.mihon@example.com", "locale": locale},
            "guests": [{"family_name": name, "given_name": "Hanako"} for name in names or ("Mihon",)],
            "accept_waitlist": accept_waitlist,
        }
        | ({"contingent": contingent} if contingent else {})
        | changes
    )
