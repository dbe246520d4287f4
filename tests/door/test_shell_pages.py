"""The scanner as an app: what a browser needs to install it, and to open it without a network."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.staff import browser, running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def test_worker_looks_after_the_door_and_is_never_stale(app: Litestar) -> None:
    answer = await browser(app).get("/door/shell.worker.js")
    assert answer.headers["service-worker-allowed"] == "/door"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(("language", "name"), [("en", "Door"), ("de", "Einlass"), ("ja", "受付")])
async def test_manifest_is_installable_and_in_the_phones_language(app: Litestar, language: str, name: str) -> None:
    anybody = browser(app)
    manifest = (await anybody.get("/door/manifest.webmanifest", headers={"accept-language": language})).json()
    assert (manifest["name"], manifest["lang"]) == (name, language)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/door", "/door", "standalone")
    icons = {(icon["sizes"], icon["purpose"]): icon["src"] for icon in manifest["icons"]}
    assert set(icons) == {(size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")}
    for address in icons.values():
        picture = await anybody.get(address)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
