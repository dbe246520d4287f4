"""An application, a reception that is on with the exchange switched on, and guests with a phone each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from events.contacts.queries import switch
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, make_event
from tests.contacts.phones import GuestPhone
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Visitor

NewPhone = Callable[..., Awaitable[GuestPhone]]


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    """A reception that began an hour ago."""
    reception = await make_event(pool, starts_at=now() - timedelta(hours=1), closes_at=now() + timedelta(hours=1))
    async with pool.acquire() as connection:
        await switch(connection, reception.id, is_open=True, actor="staff:test", now=now())
    return reception


@pytest.fixture
async def new_phone(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[NewPhone]:
    """`await new_phone(make_guest(…), email=…, share=…)`: a guest of the event with a phone; with `share` the exchange is on."""
    async with AsyncExitStack() as stack:

        async def new(*guests: Any, at: Event = event, share: dict[str, str] | None = None, **booking: Any) -> GuestPhone:
            outcome = await book(pool, at, *guests, mail=False, **booking)
            client = await stack.enter_async_context(browser(app))
            phone = GuestPhone(Visitor(client), outcome, at)
            if share is not None:
                assert (await phone.share(**share)).status == 200
            return phone

        yield new


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[Visitor]:
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    async with browser(app, session) as client:
        yield Visitor(client)
