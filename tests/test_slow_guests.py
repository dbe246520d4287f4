"""Guests whose forms arrive slowly, or never to their end, keep nobody out."""

import asyncio
from collections.abc import AsyncIterator

from tests.staff import browser, running_app

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_slow_forms_hold_no_connection(dsn: str) -> None:
    finish = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"next_page="
        await finish.wait()
        yield b"/organiser"

    async with running_app(dsn, pool_size=2) as app, browser(app) as client:
        slow = [asyncio.create_task(client.post("/sign-in/invented", content=slowly(), headers=FORM)) for _ in range(4)]
        await asyncio.sleep(0.1)
        try:
            async with asyncio.timeout(5):
                quick = [(await client.get("/")).status_code, (await client.post("/sign-in/invented")).status_code]
        finally:
            finish.set()
        assert (quick, [(await each).status_code for each in slow]) == ([200, 410], [410] * 4)
