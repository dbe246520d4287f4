"""Staff and programs for tests: people with roles, their sessions, API tokens, and a browser that is signed in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import ReviewRole, Role, Staff
from events.accounts.queries import insert_session
from events.app import create_app
from events.kit.clock import now
from events.kit.database import Executor
from events.kit.ids import new_id
from events.kit.tokens import random_token, token_hash
from tests.builders import BASE_URL, settings_for


async def make_staff(
    db: Executor,
    organiser_id: UUID,
    *,
    role: Role = Role.ORGANISER,
    reviews: Sequence[ReviewRole] = (),
    email: str | None = None,
    locale: str = "en",
) -> Staff:
    """Somebody who works for the organiser."""
    staff = Staff(
        id=new_id(),
        email=email or f"{random_token()[:12].lower()}@example.com",
        name="Ada",
        locale=locale,
        roles={organiser_id: role},
        reviews={organiser_id: [*reviews]} if reviews else {},
    )
    await db.execute("insert into staff (id, email, name, locale) values ($1, $2, $3, $4)", staff.id, staff.email, staff.name, staff.locale)
    await db.execute(
        "insert into memberships (organiser_id, staff_id, role, reviews) values ($1, $2, $3, $4)", organiser_id, staff.id, role, [*reviews]
    )
    return staff


async def make_session(db: Executor, staff: Staff) -> str:
    """The cookie of somebody who has just signed in."""
    token = random_token()
    await insert_session(db, token_hash(token), staff.id, now(), now() + timedelta(days=14))
    return token


@asynccontextmanager
async def running_app(dsn: str, **settings: Any) -> AsyncIterator[Litestar]:
    """The application with its resources, without background work."""
    app, ready, over = create_app(settings_for(dsn, **settings), run_jobs=False), asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            ready.set()
            await over.wait()

    # In a task of its own: what the lifespan opened must be closed where it was opened, and a fixture ends elsewhere.
    life = asyncio.create_task(live())
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if life.done():
            await life
        yield app
    finally:
        over.set()
        waiting.cancel()
        await life


def browser(app: Litestar, session: str | None = None) -> httpx.AsyncClient:
    """A client that keeps cookies and does not follow redirects; with a session cookie if one is given."""
    cookies = {SESSION_COOKIE: session} if session else None
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, cookies=cookies)
