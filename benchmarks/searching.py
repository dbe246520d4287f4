"""How soon the search at the door answers a keystroke: 5,000 guests on the phone, its processor slowed down six times."""

import asyncio
import itertools
import secrets
from uuid import UUID, uuid4

import msgspec
from playwright.async_api import Browser, CDPSession, Page, expect

from events.demo.people import people
from events.door.access import PHONE_COOKIE
from events.door.actions import add_phone, pair, pairing_code
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.tokens import Tokens, token_hash
from events.people.keys import search_key, sort_key
from events.registration.model import GuestDetails
from events.registration.queries import claim_places

from .stage import add_event

GUESTS = 5000
SLOWER = 6
BATCH = 32
LONGEST_MS = 100  # the aim for every keystroke
QUERIES = ["satou", "Mueller", "optik", "佐藤花子", "さとう", "ヤマモト", "tanaka ichiro", "e", "xqz"]

# From the event to the frame that shows its answer: the task after the next frame has been painted.
WATCH = """
() => {
  globalThis.keystrokes = [];
  const painted = new MessageChannel();
  let began = 0;
  painted.port1.onmessage = () => globalThis.keystrokes.push(performance.now() - began);
  addEventListener("input", ({ timeStamp }) => {
    began = timeStamp;
    requestAnimationFrame(() => painted.port2.postMessage(null));
  }, { capture: true });
}
"""


class Searched(msgspec.Struct, frozen=True):
    """Milliseconds from a keystroke to the frame with its answer; `busy_ms` is what a keystroke costs the page's own thread on average,
    however busy the machine is otherwise."""

    guests: int
    keystrokes: int
    p50_ms: float
    p95_ms: float
    longest_ms: float
    busy_ms: float


async def search_keystrokes(browser: Browser, db: Connection, url: str, slug: str) -> Searched:
    """Types every query letter by letter at a phone of the service at `url`; the first query only warms up."""
    phone = await _phone(db, await crowded_event(db, slug))
    context = await browser.new_context(base_url=url, viewport={"width": 390, "height": 844}, locale="en-GB")
    await context.add_cookies([{"name": PHONE_COOKIE, "value": phone, "url": f"{url}/door", "httpOnly": True}])
    page = await context.new_page()
    await page.goto("/door")
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty(timeout=60_000)
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.get_by_role("button", name="Find name").click()
    await page.evaluate(WATCH)
    times = [await _typed(page, query) for query in [QUERIES[0], *QUERIES]][1:]
    busy = await _busy(devtools, page)
    await context.close()
    return _summed(sorted(itertools.chain.from_iterable(times)), busy)


async def crowded_event(db: Connection, slug: str) -> UUID:
    """An event with the demo's people as guests, again and again until there are enough."""
    event_id = await add_event(db, slug, GUESTS)
    known = itertools.cycle([person.guest for group in people().values() for person in group])
    requests = [_request(guest) for guest in itertools.islice(known, GUESTS)]
    for first in range(0, GUESTS, BATCH):
        await claim_places(db, event_id, requests[first : first + BATCH], None)
    return event_id


async def _phone(db: Connection, event_id: UUID) -> str:
    tokens = Tokens(secrets.token_bytes(32))
    phone_id = await add_phone(db, tokens, event_id=event_id, name="Phone", gate="Main entrance", now=now())
    return await pair(db, pairing_code(tokens, phone_id), name="", now=now())


def _request(guest: GuestDetails) -> dict[str, object]:
    ids = {name: uuid4() for name in ("guest_id", "registration_id", "ticket_id")}
    keys = {"search_key": search_key(guest), "sort_key": sort_key(guest), "code_hash": token_hash(ids["ticket_id"].hex).hex()}
    made = msgspec.structs.asdict(guest) | ids | keys | {"consents": [], "answers": [], "known": False}
    key = uuid4().hex
    booking = {
        "key": f"bench:{key}",
        "request_hash": key,
        "booking_id": uuid4(),
        "token_hash": key + key,
        "locale": "en",
        "waitlist": False,
    }
    return booking | {"email": "guest@example.com", "source": "api", "mail": False, "guests": [made]}


async def _typed(page: Page, query: str) -> list[float]:
    field = page.get_by_label("Name or company")
    await field.fill("")
    await asyncio.sleep(0.3)
    await page.evaluate("() => void (globalThis.keystrokes.length = 0)")
    for number, letter in enumerate(query, start=1):
        await page.keyboard.insert_text(letter)
        await page.wait_for_function("count => globalThis.keystrokes.length >= count", arg=number)
    return [float(ms) for ms in await page.evaluate("() => globalThis.keystrokes")]


async def _busy(devtools: CDPSession, page: Page) -> float:
    """What a keystroke costs the page's own thread, whatever else the machine does meanwhile: measured at full speed, told as slowed."""
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _task_seconds(devtools)
    typed = [await _typed(page, query) for query in QUERIES]
    return (await _task_seconds(devtools) - before) * 1000 * SLOWER / sum(map(len, typed))


async def _task_seconds(devtools: CDPSession) -> float:
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def _summed(times: list[float], busy: float) -> Searched:
    return Searched(
        guests=GUESTS,
        keystrokes=len(times),
        p50_ms=times[len(times) // 2],
        p95_ms=times[int(len(times) * 0.95)],
        longest_ms=times[-1],
        busy_ms=busy,
    )
