"""How many of the degraded frames the scanner's own worker reads in a real browser, and how long a frame takes."""

import base64
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, Page, Route

from events.kit.assets import BUILT_FOLDER, asset

from .frames import FOLDER, code_of

# The page hands each frame to the worker as the scanner does, and hears the text or nothing. The first frame waits for the decoder.
READ = """
async ({ worker, decoder, frames }) => {
  const reader = new Worker(worker, { type: "module" });
  const answer = () => new Promise((resolve) => reader.addEventListener("message", ({ data }) => resolve(data), { once: true }));
  const ready = answer();
  reader.postMessage({ decoder });
  await ready;
  const found = [];
  for (const frame of frames) {
    const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const began = performance.now();
    const answered = answer();
    reader.postMessage({ frame: bitmap }, [bitmap]);
    const { text } = await answered;
    found.push({ text, ms: performance.now() - began });
  }
  reader.terminate();
  return found;
}
"""


class Decoded(msgspec.Struct, frozen=True):
    """What was read of the committed frames."""

    frames: int
    read: int
    misread: int
    by_kind: dict[str, tuple[int, int]]
    p50_ms: float
    p95_ms: float


async def decode_frames(browser: Browser) -> Decoded:
    """Every committed frame once, in the order of its name."""
    files = _frames()
    page = await _worker_page(browser)
    wanted = {
        "worker": asset("door.worker.js"),
        "decoder": asset("zxing_reader.wasm"),
        "frames": [base64.b64encode(file.read_bytes()).decode() for file in files],
    }
    found = await page.evaluate(READ, wanted)
    await page.close()
    return _summed(files, found)


def _frames() -> list[Path]:
    return sorted(FOLDER.glob("*.jpg"))


async def _worker_page(browser: Browser) -> Page:
    """A page of a site that is nothing but our built assets; workers need an origin."""
    page = await browser.new_page()

    async def answer(route: Route) -> None:
        path = route.request.url.split("/static/")[-1]
        file = BUILT_FOLDER / path
        if file.is_file():
            await route.fulfill(path=file)
        else:
            await route.fulfill(body="<!doctype html><title>frames</title>", content_type="text/html")

    await page.route("**/*", answer)
    await page.goto("http://localhost/")
    return page


def _summed(files: list[Path], found: list[dict[str, Any]]) -> Decoded:
    seen, read, misread = Counter[str](), Counter[str](), 0
    for file, answer in zip(files, found, strict=True):
        kind, _step, number = file.stem.split("-")
        seen[kind] += 1
        read[kind] += answer["text"] == code_of(int(number))
        misread += answer["text"] not in (None, code_of(int(number)))
    times = sorted(float(answer["ms"]) for answer in found)
    return Decoded(
        frames=len(files),
        read=read.total(),
        misread=misread,
        by_kind={kind: (read[kind], seen[kind]) for kind in seen},
        p50_ms=statistics.median(times),
        p95_ms=times[int(len(times) * 0.95)],
    )
