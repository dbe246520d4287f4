"""Phones at a door as browsers of their own: they lose the network and the server for real, and are switched off and on again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Playwright, Route, expect
from playwright.async_api import Error as PlaywrightError

from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from events.programme.model import Event
from tests.chromium import switch_on_chromium
from tests.door.builders import make_phone

from .conftest import PHONE, Server

OpenPhone = Callable[..., Awaitable["DoorPhone"]]


DUMP = """
async () => {
  const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const text = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
    if (value instanceof CryptoKey || typeof value !== "object" || value === null) return String(value);
    return Object.entries(value).map(([name, inner]) => `${name}=${text(inner)}`).join(" ");
  };
  const database = await settled(indexedDB.open("door"));
  const found = {};
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name);
    const [keys, values] = [await settled(store.getAllKeys()), await settled(database.transaction(name).objectStore(name).getAll())];
    found[name] = keys.map((key, place) => `${key}: ${text(values[place])}`);
  }
  database.close();
  return found;
}
"""


class DoorPhone:
    """A phone with its browser's folder, so that everything it stores outlives the browser."""

    def __init__(self, playwright: Playwright, server: Server, folder: Path, **context: Any) -> None:
        self.server = server
        self._playwright, self._folder, self._options = playwright, folder, context
        self._scripts: list[str] = []
        self.is_on = False
        self.context: BrowserContext
        self.page: Page

    async def switch_on(self, *, online: bool = True) -> None:
        """Starts the browser with what it had stored."""
        options: dict[str, Any] = {"base_url": self.server.url, "viewport": PHONE, "locale": "en-GB", "has_touch": True} | self._options
        self.context = await switch_on_chromium(self._playwright, self._folder, **options)
        for script in self._scripts:
            await self.context.add_init_script(script)
        await self.context.set_offline(not online)
        self.is_on = True
        self.page = self.context.pages[0]

    async def switch_off(self) -> None:
        self.is_on = False
        await self.context.close()

    async def always_run(self, script: str) -> None:
        """Runs the script before any page's own, from the next page on."""
        self._scripts.append(script)
        await self.context.add_init_script(script)

    async def open_scanner(self) -> None:
        """Opens the scanner and waits until it holds its list and could be opened without a network."""
        await self.page.goto("/door")
        await expect(self.page.locator("[data-net] [data-list-at]")).not_to_be_empty()
        await self.wait_for_shell()

    async def wait_for_shell(self) -> None:
        for _attempt in range(100):
            if "/door" in await self.cached():
                return
            await self.page.wait_for_timeout(50)
        raise AssertionError("the scanner was not kept")

    async def cached(self) -> list[str]:
        """Every address in the browser's caches."""
        return list(
            await self.page.evaluate(
                """async () => {
                  const found = [];
                  for (const name of await caches.keys())
                    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
                  return found;
                }"""
            )
        )

    async def databases(self) -> list[str]:
        return list(await self.page.evaluate("indexedDB.databases().then(found => found.map(({ name }) => name))"))

    async def stored(self) -> list[str]:
        """The names of the stores that hold anything at all."""
        return [name for name, rows in (await self._records()).items() if rows]

    async def raw_records(self) -> str:
        """Every byte that lies in the database, as somebody sees it who opens it without the key's help."""
        return str(await self._records())

    async def _records(self) -> dict[str, list[str]]:
        return dict(await self.page.evaluate(DUMP))

    async def type_code(self, code: str) -> None:
        await self.page.get_by_role("button", name="Type code").click()
        await self.page.get_by_label("Code on the ticket").fill(code)
        await self.page.keyboard.press("Enter")

    async def expect_verdict(self, kind: str, name: str = "") -> None:
        """Waits until this verdict is on the screen."""
        verdict = self.page.locator(f"[data-verdicts][data-kind={kind}] section")
        await expect(verdict).to_be_visible()
        if name:
            await expect(verdict).to_contain_text(name)

    async def next_guest(self) -> None:
        await self.page.locator("[data-verdicts] [data-next]").click()

    async def scan(self, code: str, kind: str, name: str = "") -> None:
        """Types a code, sees the verdict, and goes on."""
        await self.type_code(code)
        await self.expect_verdict(kind, name)
        await self.next_guest()

    async def expect_queue(self, waiting: int) -> None:
        word = self.page.locator("[data-net-word]")
        if waiting:
            await expect(word).to_contain_text(f"Waiting to be sent: {waiting}", timeout=15_000)
        else:
            await expect(word).not_to_contain_text("Waiting", timeout=15_000)

    async def expect_inside(self, guests: int) -> None:
        await expect(self.page.locator("[data-figure=inside]").first).to_have_text(str(guests), timeout=10_000)


class Outage:
    """Takes the server and the network away from phones, and gives them back."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.phones: list[DoorPhone] = []

    async def begin(self, *phones: DoorPhone) -> None:
        self.phones = list(phones)
        for phone in phones:
            await phone.context.set_offline(offline=True)
        await self.server.stop()

    async def end(self, *phones: DoorPhone) -> None:
        if self.server.process and self.server.process.returncode is not None:
            await self.server.start()
        for phone in [phone for phone in phones or self.phones if phone.is_on]:
            await phone.context.set_offline(offline=False)


@pytest.fixture
async def outage(server: Server) -> AsyncIterator[Outage]:
    broken = Outage(server)
    yield broken
    if server.process and server.process.returncode is not None:
        await server.start()


@pytest.fixture
async def open_phone(playwright: Playwright, server: Server, pool: Pool, tmp_path: Path) -> AsyncIterator[OpenPhone]:
    """`await open_phone(event, gate="Garden gate", name="Jonas")`: a paired phone with its list."""
    async with AsyncExitStack() as stack:
        phones = 0

        async def open_one(
            event: Event, *, gate: str = "Main entrance", name: str = "Aiko", opened: bool = True, **context: Any
        ) -> DoorPhone:
            nonlocal phones
            phones += 1
            phone = DoorPhone(playwright, server, tmp_path / f"phone-{phones}", **context)
            await phone.switch_on()
            stack.push_async_callback(phone.switch_off)
            async with pool.acquire() as connection:
                _, token = await make_phone(connection, event, gate=gate, name=name)
            cookie = {"name": PHONE_COOKIE, "value": token, "url": f"{server.url}/door", "httpOnly": True, "expires": 2_000_000_000}
            await phone.context.add_cookies([cookie])  # type: ignore[list-item]
            if opened:
                await phone.open_scanner()
            return phone

        yield open_one


async def lose_answers(phone: DoorPhone, lost: int) -> Callable[[], int]:
    """The next calls that hand scans over are carried out, and their answers never arrive. Answers how many were lost so far."""
    seen = 0

    async def lose(route: Route) -> None:
        nonlocal seen
        scans = (route.request.post_data_json or {}).get("scans")
        if not scans or seen >= lost:
            return await route.continue_()
        try:
            await route.fetch()
        except PlaywrightError:  # the server is not there yet
            return await route.abort()
        seen += 1
        return await route.abort()

    await phone.context.route("**/door/scans", lose)
    return lambda: seen
