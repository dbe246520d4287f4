"""Browser tests: the real application as a process, real Chromium, phones with a fake camera.

`server` is the application with the module's own database, `chromium` a browser for all tests, `open_page` a fresh page in it
(phone-sized unless told otherwise), `scanner` such a page paired to an event's door, and `phone_with_camera` a browser of its own
that sees a film.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from events.programme.model import Event
from tests.chromium import launch_chromium
from tests.door.builders import make_phone

from .film import shoot

PHONE = {"width": 390, "height": 844}
STARTS_WITHIN_SECONDS = 30

Scene = tuple[str | None, float]
OpenPage = Callable[..., Awaitable[Page]]
PhoneWithCamera = Callable[..., Awaitable[Page]]
Scanner = Callable[..., Awaitable[Page]]


@dataclass
class Server:
    """A running application; `stop` and `start` it again on the same port to take the network away for real."""

    url: str
    dsn: str
    command: list[str]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(*self.command)
        deadline = asyncio.get_running_loop().time() + STARTS_WITHIN_SECONDS
        async with httpx.AsyncClient(base_url=self.url) as client:
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                assert self.process.returncode is None, "the application did not start"
                assert asyncio.get_running_loop().time() < deadline, "the application is not ready"
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


@pytest.fixture(scope="module")
async def server(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    port = _free_port()
    command = [sys.executable, "-m", "tests.browser.server", dsn, str(port), str(tmp_path_factory.mktemp("data"))]
    running = Server(f"http://127.0.0.1:{port}", dsn, command)
    await running.start()
    yield running
    await running.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as started:
        yield started


@pytest.fixture(scope="session")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await launch_chromium(playwright)
    yield browser
    await browser.close()


@pytest.fixture
async def open_page(chromium: Browser, server: Server) -> AsyncIterator[OpenPage]:
    """`await open_page("/path", locale="ja", …)`: a page in a browser context of its own, cookies and all."""
    async with AsyncExitStack() as stack:

        async def open_one(path: str = "/", **context: Any) -> Page:
            page = await _context_page(stack, chromium, server, **context)
            await page.goto(path)
            return page

        yield open_one


@pytest.fixture
async def phone_with_camera(playwright: Playwright, server: Server, tmp_path: Path) -> AsyncIterator[PhoneWithCamera]:
    """`await phone_with_camera(("HTTPS://…/T/CODE", 2.0), (None, 2.0), …)`: a phone whose camera sees these scenes in turn."""
    async with AsyncExitStack() as stack:
        films = 0

        async def open_one(*scenes: Scene, **context: Any) -> Page:
            nonlocal films
            films += 1
            film = shoot(tmp_path / f"film-{films}.mjpeg", *scenes)
            camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}")
            browser = await launch_chromium(playwright, *camera)
            stack.push_async_callback(browser.close)
            return await _context_page(stack, browser, server, permissions=["camera"], **context)

        yield open_one


@pytest.fixture
def scanner(open_page: OpenPage, server: Server, pool: Pool) -> Scanner:
    """`await scanner(event, gate="Garden gate", …)`: a phone without a camera, paired, on the scanner's page."""

    async def open_one(event: Event, *, gate: str = "Main entrance", **context: Any) -> Page:
        page = await open_page("/door/pair", **context)
        await pair(page, server, pool, event, gate=gate)
        await page.goto("/door")
        return page

    return open_one


async def pair(page: Page, server: Server, pool: Pool, event: Event, *, gate: str = "Main entrance") -> None:
    """Makes the page's browser a phone of the event."""
    async with pool.acquire() as connection:
        _, token = await make_phone(connection, event, gate=gate)
    await page.context.add_cookies([{"name": PHONE_COOKIE, "value": token, "url": f"{server.url}/door", "httpOnly": True}])


async def _context_page(stack: AsyncExitStack, browser: Browser, server: Server, **context: Any) -> Page:
    given: dict[str, Any] = {"base_url": server.url, "viewport": PHONE, "locale": "en-GB", "has_touch": True} | context
    opened: BrowserContext = await browser.new_context(**given)
    stack.push_async_callback(opened.close)
    return await opened.new_page()
