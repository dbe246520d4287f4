"""The measurements that need a real browser: what the scanner reads, how soon it decides, how soon its search answers."""

import asyncpg
import click
from playwright.async_api import async_playwright

from events.kit.database import prepare_connection
from events.settings import Settings
from tests.chromium import launch_chromium

from .camera import Seen, verdicts_by_camera
from .decoding import Decoded, decode_frames
from .searching import LONGEST_MS, Searched, search_keystrokes
from .stage import stage

VERDICT_MS = 300  # the aim for the 95th percentile of a ticket in view to its verdict


async def bench_browser(settings: Settings) -> int:
    """Measures and prints. Answers 1 when an aim is missed or a code was read wrongly."""
    async with stage(settings) as built, async_playwright() as playwright:
        db = await asyncpg.connect(built.dsn)
        await prepare_connection(db)
        browser = await launch_chromium(playwright)
        url = f"http://127.0.0.1:{built.service}"
        decoded = await decode_frames(browser)
        searched = await search_keystrokes(browser, db, url, "searched")
        await browser.close()
        seen = await verdicts_by_camera(playwright, db, url, "seen")
        await db.close()
    for line in _told(decoded, searched, seen):
        click.echo(line)
    reached = seen.whole_ms[1] <= VERDICT_MS and searched.longest_ms <= LONGEST_MS and not decoded.misread
    click.echo("reached" if reached else f"MISSED: {VERDICT_MS} ms to a verdict (p95), {LONGEST_MS} ms a keystroke, no code read wrongly")
    return 0 if reached else 1


def _told(decoded: Decoded, searched: Searched, seen: Seen) -> list[str]:
    kinds = ", ".join(f"{kind} {read}/{count}" for kind, (read, count) in decoded.by_kind.items())
    return [
        f"degraded frames: {decoded.read} of {decoded.frames} read, {decoded.misread} wrongly; {kinds}",
        f"  a frame takes {decoded.p50_ms:.0f} ms (p95 {decoded.p95_ms:.0f})",
        f"camera to verdict without a network, {seen.tickets} tickets, 5,000 guests: {_pair(seen.whole_ms)}",
        f"  until the code is read {_pair(seen.read_ms)}; from there {_pair(seen.verdict_ms)}",
        f"search, {searched.keystrokes} keystrokes, processor slowed down six times: "
        f"{_pair((searched.p50_ms, searched.p95_ms))}, longest {searched.longest_ms:.0f} ms",
    ]


def _pair(times: tuple[float, float]) -> str:
    return f"p50 {times[0]:.0f} ms, p95 {times[1]:.0f} ms"
