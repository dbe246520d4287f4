"""The whole evening as a stranger sees it: `events run`, then a guest's phone, the door's phone and the organiser's board."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, Playwright, expect

from tests.chromium import launch_chromium

from .conftest import PHONE, _free_port
from .film import shoot

STARTS_WITHIN_SECONDS = 120


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The guest's, organiser's and door's links as `events run` prints them, and the base they start with."""
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SMTP_URL")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "events", "run", stdout=PIPE, env=environ | {"PORT": str(port), "EVENTS_DATA_DIR": str(tmp_path / "var")}
    )
    try:
        yield {"base": f"http://127.0.0.1:{port}"} | await asyncio.wait_for(_printed_links(running), STARTS_WITHIN_SECONDS)
    finally:
        running.terminate()
        assert await asyncio.wait_for(running.wait(), timeout=10) == 0


async def _printed_links(running: Process) -> dict[str, str]:
    assert running.stdout is not None
    found: dict[str, str] = {}
    while len(found) < 3:
        line = (await running.stdout.readline()).decode()
        assert line, "events run ended early"
        if link := re.match(r"\s+(guest|organiser|door)\s+(http\S+)$", line, re.IGNORECASE):
            found[link[1].lower()] = link[2]
    return found


async def open_page(browser: Browser, link: str, **context: object) -> Page:
    opened = await browser.new_context(**context)  # type: ignore[arg-type]
    page = await opened.new_page()
    await page.goto(link)
    return page


async def figure(board: Page, name: str) -> int:
    return int(re.sub(r"\D", "", await board.locator(f"dl [data-figure='{name}']").inner_text()))


async def sign_up(guest: Page) -> None:
    for name, value in {"family_name": "葛󠄀例", "given_name": "三郎", "family_name_kana": "クズレイ", "given_name_kana": "サブロウ"}.items():
        await guest.locator(f"[name={name}]").fill(value)
    await guest.locator("[name=email]").fill("saburo@example.com")
    await guest.locator("[name=company]").fill("株式会社みほん光学")
    await guest.locator("[name=privacy]").check()
    await guest.locator("form.form-card button.button-primary").click()
    await guest.wait_for_url(re.compile(r"/b/"))


async def seen_code(guest: Page, folder: Path) -> str:
    """What a camera reads off the guest's screen."""
    picture = folder / "screen.png"
    await guest.locator("[aria-labelledby], .ticket-page").first.wait_for()
    await guest.screenshot(path=picture, full_page=True)
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    return code.text


async def test_guest_signs_up_in_japanese_and_is_welcomed_once(links: dict[str, str], playwright: Playwright, tmp_path: Path) -> None:
    browser = await launch_chromium(playwright)
    board = await open_page(browser, links["organiser"], viewport={"width": 1280, "height": 900}, locale="de-DE")
    await board.locator("main form button").click()
    await expect(board.locator("[data-live='live']")).to_be_visible()
    before = {name: await figure(board, name) for name in ("arrived", "expected", "free")}
    assert before["free"] > 0

    guest = await open_page(browser, links["guest"], viewport=PHONE, locale="ja-JP", has_touch=True)
    await sign_up(guest)
    await expect(guest.locator("main")).to_contain_text("葛󠄀例 三郎")
    booking_url = guest.url
    await expect(board.locator("dl [data-figure='free']")).to_contain_text(str(before["free"] - 1), timeout=3000)
    assert await figure(board, "expected") == before["expected"] + 1

    await guest.go_back()
    await guest.locator("form.form-card button.button-primary").click()
    await guest.wait_for_url(re.compile(r"/b/"))
    assert guest.url.split("?")[0] == booking_url.split("?")[0]

    mails = await open_page(browser, links["base"] + "/mails", viewport=PHONE, locale="ja-JP")
    for _ in range(20):
        if await mails.locator("main").filter(has_text="saburo@example.com").count():
            break
        await asyncio.sleep(0.5)
        await mails.reload()
    await mails.locator("main a[href^='/mails/']").first.click()
    await expect(mails.locator("main")).to_contain_text("saburo@example.com")
    await expect(mails.locator("main")).to_contain_text(".pdf")

    await guest.locator("a.button[href*='/t/']").first.click()
    await guest.wait_for_url(re.compile(r"/t/"))
    code = await seen_code(guest, tmp_path)
    assert re.fullmatch(re.escape(links["base"].upper()) + r"/T/[A-Z2-7]{16}", code)

    film = shoot(tmp_path / "door.mjpeg", (code, 2.0), (None, 4.0))
    door_browser = await launch_chromium(
        playwright,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    door = await open_page(door_browser, links["door"], viewport=PHONE, locale="en-GB", permissions=["camera"])
    await door.locator("main form button").click()
    await door.locator("[data-start] button").first.click()
    await expect(door.locator("[data-verdict='admitted']")).to_be_visible(timeout=20000)
    await expect(door.locator("[data-verdict='admitted']")).to_contain_text("葛󠄀例 三郎")
    await expect(board.locator("dl [data-figure='arrived']")).to_contain_text(str(before["arrived"] + 1), timeout=3000)
    await expect(board.locator("[data-fragment='scans']")).to_contain_text("葛󠄀例 三郎")

    await door.locator("[data-verdict='admitted'] .verdict-button-solid").click()
    await expect(door.locator("[data-verdict='already-in']")).to_be_visible(timeout=20000)
    await asyncio.sleep(0.5)
    assert await figure(board, "arrived") == before["arrived"] + 1
    assert await figure(board, "expected") == before["expected"]
    await door_browser.close()
    await browser.close()
