"""Guessed links: slowed down for whoever guesses, and for nobody else."""

import time
from pathlib import Path

import httpx
import pytest

from events.kit import guesses
from events.kit.database import Pool
from events.kit.guesses import WRONG_LINKS_PER_MINUTE, Guesses
from tests.builders import book, make_event
from tests.staff import running_app


@pytest.mark.parametrize("address", ["/b/{}", "/t/{}", "/consents/{}", "/erasures/{}"])
async def test_guessing_is_slowed_down_for_the_one_who_guesses(pool: Pool, dsn: str, tmp_path: Path, address: str) -> None:
    booked = await book(pool, await make_event(pool))
    async with running_app(dsn, data_dir=tmp_path) as app:

        async def opened(host: str, path: str) -> int:
            transport = httpx.ASGITransport(app, client=(host, 5))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
                return (await client.get(path)).status_code

        missed = {await opened("198.51.100.7", address.format(f"guess-{n}")) for n in range(WRONG_LINKS_PER_MINUTE)}
        assert missed <= {404, 410}
        assert await opened("198.51.100.7", address.format("guess")) == 429
        assert await opened("198.51.100.7", f"/b/{booked.token}") == 429  # a right guess does not show
        assert await opened("198.51.100.8", f"/b/{booked.token}") == 200
        assert await opened("198.51.100.7", "/sign-in") == 200


def test_after_a_minute_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, moment = Guesses(), 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    for _ in range(WRONG_LINKS_PER_MINUTE):
        counted.note("/b/x", "2001:db8:1:2::1", 404)
    assert counted.too_many("/b/y", "2001:db8:1:2::9")
    assert not counted.too_many("/e/y", "2001:db8:1:2::9")
    moment += 61
    assert not counted.too_many("/b/y", "2001:db8:1:2::9")
    counted.note("/b/x", "2001:db8:1:2::1", 404)
    assert not counted.too_many("/b/y", "2001:db8:1:2::1")


def test_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "NETWORKS_KEPT", 10)
    counted = Guesses()
    for n in range(100):
        counted.note("/b/x", f"198.51.100.{n}", 404)
    assert len(counted._missed) <= 10
