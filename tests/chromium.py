"""Finds the machine's Chromium or Chrome for browser tests; without one they are skipped, in CI they fail."""

import os
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, BrowserContext, Playwright
from playwright.async_api import Error as PlaywrightError

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_PLACES: Final = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")


async def launch_chromium(playwright: Playwright, *arguments: str) -> Browser:
    """Starts a headless browser: `CHROMIUM` names one, else the machine's own, else the one Playwright has downloaded."""
    try:
        # Root, as in a container, may not use Chromium's sandbox; the pages are our own.
        return await playwright.chromium.launch(executable_path=_path(), args=["--no-sandbox", *arguments])
    except PlaywrightError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"No Chromium or Chrome here, so nothing was tried in a browser ({str(error).splitlines()[0]}).")


async def switch_on_chromium(playwright: Playwright, folder: Path, **context: Any) -> BrowserContext:
    """Starts a browser with everything that an earlier one has stored in the folder."""
    return await playwright.chromium.launch_persistent_context(folder, executable_path=_path(), args=["--no-sandbox"], **context)


def _path() -> str | None:
    if named := os.environ.get("CHROMIUM"):
        return named
    found = [path for name in NAMES if (path := shutil.which(name))]
    return next(iter([*found, *(place for place in MAC_PLACES if Path(place).exists())]), None)
