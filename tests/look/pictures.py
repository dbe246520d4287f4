"""Photographs the samples for the eye: `python -m tests.look.pictures FOLDER [SAMPLE…]`."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from tests.chromium import launch_chromium

from .rendering import SAMPLES, sample_page, show

WIDTHS = {"phone": 390, "desk": 1280}


async def photograph(folder: Path, samples: list[str]) -> None:
    """One picture for each sample, view, scheme and language."""
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await launch_chromium(playwright)
        for view, width in WIDTHS.items():
            for scheme, language in (("light", "en"), ("dark", "de"), ("light", "ja")):
                page = await sample_page(browser, width, "dark" if scheme == "dark" else "light")
                for sample in samples:
                    await show(page, sample, language)
                    await page.screenshot(path=folder / f"{sample}-{view}-{scheme}-{language}.png", full_page=True)
                await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(photograph(Path(sys.argv[1]), sys.argv[2:] or list(SAMPLES)))
