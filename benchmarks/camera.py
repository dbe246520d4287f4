"""From a ticket in the camera's view to the verdict on the screen, without a network, and where the time goes."""

import tempfile
from pathlib import Path

import msgspec
from playwright.async_api import Page, Playwright, expect

from events.door.access import PHONE_COOKIE
from events.kit.database import Connection
from events.kit.tokens import token_hash
from tests.browser.film import shoot
from tests.chromium import launch_chromium

from .phones import pair_phones
from .searching import crowded_event

TICKETS = 20
IN_VIEW_SECONDS, BETWEEN_SECONDS = 1.0, 1.8  # longer than a ticket must be away to be read anew

# When the middle of the picture turns bright a ticket has come into view; the worker tells what it read; the verdict's own element tells
# that it shows. Every moment is taken from the page's one clock.
WATCH = """
() => {
  globalThis.moments = [];
  const note = (what) => globalThis.moments.push([what, performance.now()]);
  const surface = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const video = document.querySelector("video");
  let bright = false;
  const look = () => {
    surface.drawImage(video, video.videoWidth / 2 - 8, video.videoHeight * 0.28, 16, 8, 0, 0, 1, 1);
    const now = surface.getImageData(0, 0, 1, 1).data[1] > 170;
    if (now && !bright) note("in view");
    bright = now;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  new MutationObserver(() => document.querySelector("[data-verdicts] section") && note("verdict"))
    .observe(document.querySelector("[data-verdicts]"), { childList: true });
}
"""
LISTEN = """
(() => {
  const listen = Worker.prototype.addEventListener;
  Worker.prototype.addEventListener = function (kind, heard, ...rest) {
    const told = (event) => {
      if (event.data?.text) globalThis.moments?.push(["read", performance.now()]);
      return heard.call(this, event);
    };
    return listen.call(this, kind, kind === "message" ? told : heard, ...rest);
  };
})();
"""


class Seen(msgspec.Struct, frozen=True):
    """Milliseconds at the 50th and 95th percentile: until the code is read, from there to the verdict, and both together."""

    tickets: int
    read_ms: tuple[float, float]
    verdict_ms: tuple[float, float]
    whole_ms: tuple[float, float]


async def verdicts_by_camera(playwright: Playwright, db: Connection, url: str, slug: str) -> Seen:
    """Shows tickets to the fake camera of a phone that has 5,000 guests and no network."""
    event_id = await crowded_event(db, slug)
    some = "select t.code_hash from tickets t join registrations r using (guest_id) where r.event_id = $1 limit $2"
    rows = await db.fetch(some, event_id, TICKETS)
    codes = await _codes_for(db, [row[0] for row in rows])
    [phone, *_others] = await pair_phones(db, event_id)
    with tempfile.TemporaryDirectory() as folder:
        scenes = [scene for code in codes for scene in ((f"HTTPS://EMPFANG.EXAMPLE/T/{code}", IN_VIEW_SECONDS), (None, BETWEEN_SECONDS))]
        film = shoot(Path(folder) / "door.mjpeg", (None, 3.0), *scenes)
        flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}")
        browser = await launch_chromium(playwright, *flags)
        context = await browser.new_context(base_url=url, viewport={"width": 390, "height": 844}, locale="en-GB", permissions=["camera"])
        await context.add_cookies([{"name": PHONE_COOKIE, "value": phone, "url": f"{url}/door", "httpOnly": True}])
        await context.add_init_script(LISTEN)
        page = await context.new_page()
        moments = await _film_seen(page)
        await browser.close()
    return _summed(moments)


async def _codes_for(db: Connection, hashes: list[bytes]) -> list[str]:
    """The crowd's codes are known to nobody; these guests get codes that are."""
    codes = [f"BENCH{place:03}".translate(str.maketrans("0189", "ABCD")).ljust(16, "Z") for place in range(len(hashes))]
    for code, known in zip(codes, hashes, strict=True):
        await db.execute("update tickets set code_hash = $2 where code_hash = $1", known, token_hash(code))
    return codes


async def _film_seen(page: Page) -> list[tuple[str, float]]:
    await page.goto("/door")
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty(timeout=60_000)
    await page.context.set_offline(offline=True)
    await page.get_by_role("button", name="Start scanning").click()
    await expect(page.locator(".scanner[data-camera=on]")).to_be_visible(timeout=20_000)
    await page.evaluate(WATCH)
    await page.wait_for_timeout(1000 * (3 + TICKETS * (IN_VIEW_SECONDS + BETWEEN_SECONDS)))
    return [(str(what), float(at)) for what, at in await page.evaluate("() => globalThis.moments")]


def _summed(moments: list[tuple[str, float]]) -> Seen:
    reading, deciding, whole = [], [], []
    in_view = read = 0.0
    for what, at in moments:
        if what == "in view":
            in_view, read = at, 0.0
        elif what == "read" and in_view and not read:
            read = at
        elif what == "verdict" and read:
            reading.append(read - in_view)
            deciding.append(at - read)
            whole.append(at - in_view)
            in_view = read = 0.0
    return Seen(tickets=len(whole), read_ms=_spread(reading), verdict_ms=_spread(deciding), whole_ms=_spread(whole))


def _spread(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
