"""Nothing that is logged names a guest: neither names nor addresses nor links, whatever happens."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from litestar import Litestar

from events.kit.database import Pool
from events.kit.jobs import insert_job
from events.privacy import party_pages, people_pages
from events.registration import booking_pages
from tests.builders import TOKENS
from tests.staff import browser, make_session, make_staff, running_app

from .builders import EMAIL, NEEDLES, Known, make_known_person

SECRET = "a-token-that-nobody-may-read"


@pytest.fixture
async def app(dsn: str, pool: Pool, tmp_path: Path) -> AsyncIterator[Litestar]:
    await pool.execute("truncate rate_limits, jobs")
    async with running_app(dsn, data_dir=tmp_path) as running:
        yield running


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that any logger says while the test runs."""
    paper = io.StringIO()
    handler = logging.StreamHandler(paper)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # the test's own browser, which says where it goes
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(paper), cache_logger_on_first_use=False)
    yield paper
    structlog.configure(**before)
    root.setLevel(level)
    root.removeHandler(handler)


async def use_everything(app: Litestar, pool: Pool, known: Known) -> list[int]:
    """Typical requests of a guest and an organiser with personal words in address, form and header, good and bad ones."""
    token = TOKENS.token("booking", known.outcome.booking_id)
    staff = await make_staff(pool, known.organiser_id, email=f"staff.{EMAIL}")
    statuses = []
    async with browser(app, await make_session(pool, staff)) as client:
        for path in (f"/b/{token}", f"/b/{token}/privacy", f"/b/{SECRET}", f"/organiser/people?q={EMAIL}", f"/consents/{SECRET}"):
            statuses.append((await client.get(path)).status_code)
        form = {"family_name": NEEDLES[0], "email": EMAIL, "guests": str(known.guest_id), "purpose": NEEDLES[0]}
        paths = (f"/e/{known.ahead.slug}/registrations", f"/b/{token}/guests/{known.guest_id}", f"/b/{token}/erasure", "/sign-in")
        for path in (*paths, f"/b/{token}/guests/{known.guest_id}/consents"):
            statuses.append((await client.post(path, data=form)).status_code)
    return statuses


async def break_down(*_arguments: Any, **_words: Any) -> None:
    raise RuntimeError(f"no such guest: {NEEDLES[0]} {EMAIL} {SECRET}")


async def test_requests_and_refusals_leave_no_personal_word(app: Litestar, pool: Pool, written: io.StringIO) -> None:
    known = await make_known_person(pool)
    statuses = await use_everything(app, pool, known)
    await app.state.worker.run_until_idle()
    told = written.getvalue()
    token = TOKENS.token("booking", known.outcome.booking_id)
    assert (sorted({status // 100 for status in statuses}), [word for word in (*NEEDLES, SECRET, token) if word in told]) == ([2, 3, 4], [])


async def test_faults_are_logged_with_their_place_and_without_what_was_typed(
    app: Litestar, pool: Pool, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await make_known_person(pool)
    token = TOKENS.token("booking", known.outcome.booking_id)
    async with browser(app, await make_session(pool, await make_staff(pool, known.organiser_id))) as client:
        monkeypatch.setattr(booking_pages, "_found", break_down)
        monkeypatch.setattr(party_pages, "_found", break_down)
        monkeypatch.setattr(people_pages, "_someone", break_down)
        paths = (f"/b/{token}/guests/{known.guest_id}", f"/b/{token}/privacy", f"/organiser/people/guests/{known.guest_id}")
        statuses = [(await client.get(path)).status_code for path in paths]
    monkeypatch.setitem(app.state.worker._handlers, "consent_mail", break_down)
    async with pool.acquire() as connection:
        await insert_job(connection, "consent_mail", {"consent_id": 1})
    await app.state.worker.run_until_idle()
    told = written.getvalue()
    assert (statuses, [word for word in (*NEEDLES, SECRET, token) if word in told], "break_down" in told, "job failed" in told) == (
        [500] * 3,
        [],
        True,
        True,
    )
