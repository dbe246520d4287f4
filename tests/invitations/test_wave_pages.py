"""The pages of waves: the letter before it is sent, the wave while it goes, reminders by themselves, letters on paper."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
import zxingcpp
from litestar import Litestar
from pypdf import PdfReader

from events.invitations import waves
from events.invitations.model import invitation_token
from events.invitations.wave_stream import wave_stream
from events.kit import clock
from events.kit.database import Pool
from events.kit.live import Live
from events.programme.model import Event
from tests.builders import BASE_URL, TOKENS, make_event
from tests.invitations.builders import make_invitation
from tests.invitations.test_list import fields_of, home, note_mail
from tests.invitations.wave_builders import Mailboxes, answer, mail_server, scope_of, send_wave, states, wave_worker, work_off
from tests.kit.glyphs import boxes
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def event(pool: Pool) -> Event:
    await pool.execute("truncate jobs")
    return await make_event(pool)


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        yield client


async def test_letter_is_looked_at_in_each_language_and_sent_as_it_was_seen(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(pool, event, locale="de", email="erika@example.com")
    await make_invitation(pool, event, locale="ja", email="hanako@example.com", family_name="髙見本", given_name="一郎", honorific="")
    await make_invitation(pool, event, email="")
    form = await organiser.get(f"{home(event)}/waves/new?kind=invitation&which=all")
    frames = [unescape(address) for address in re.findall(r'<iframe[^>]* src="([^"]+)"', form.text)]
    letters = [await organiser.get(address) for address in frames]
    before = await pool.fetchval("select count(*) from wave_mails m join waves w on w.id = m.wave_id where w.event_id = $1", event.id)

    sent = await organiser.post(f"{home(event)}/waves", data=fields_of(form, "/waves") | {"when": "now", "phone": "+49 361 000000"})
    mailboxes = Mailboxes()
    async with mail_server(mailboxes) as url:
        await work_off(pool, wave_worker(pool, url))

    assert ("2 guests are written to." in form.text, "1 × No mail address" in form.text, len(frames), before) == (True, True, 3, 0)
    assert [
        letter.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'") for letter in letters
    ] == [True] * 3
    assert any("髙見本 一郎 様" in letter.text for letter in letters)
    assert (sent.status_code, mailboxes.recipients) == (303, ["erika@example.com", "hanako@example.com"])


async def test_wave_can_be_sent_later_on_the_clock_of_the_event(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(pool, event)
    typed = f"{datetime.now(ZoneInfo('Asia/Tokyo')) + timedelta(days=2):%Y-%m-%dT09:00}"

    await organiser.post(f"{home(event)}/waves", data={"kind": "invitation", "when": "later", "send_at": typed})

    send_at = await pool.fetchval("select send_at from waves where event_id = $1", event.id)
    assert f"{send_at.astimezone(ZoneInfo('Asia/Tokyo')):%Y-%m-%dT%H:%M}" == typed


async def test_wave_to_nobody_is_not_made(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(pool, event)

    refused = await organiser.post(f"{home(event)}/waves", data={"kind": "invitation", "which": "ticked", "when": "now"})

    assert (refused.status_code, await pool.fetchval("select count(*) from waves where event_id = $1", event.id)) == (422, 0)


async def test_wave_is_paused_resumed_and_stopped_from_its_page(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    wave = await send_wave(pool, await scope_of(pool, event=event), [await make_invitation(pool, event)])
    here = f"{home(event)}/waves/{wave.id}"
    seen = []
    for deed in ("pause", "resumption", "stop"):
        code = (await organiser.post(f"{here}/{deed}")).status_code
        seen.append((code, await pool.fetchval("select state from waves where id = $1", wave.id)))
    page = await organiser.get(here)

    assert seen == [(303, "paused"), (303, "running"), (303, "stopped")]
    assert ("Stopped" in page.text, (await organiser.post(f"{here}/pause")).status_code) == (True, 409)


async def test_wave_of_somebody_else_is_not_found(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool)
    wave = await send_wave(pool, await scope_of(pool, event=foreign), [await make_invitation(pool, foreign)])
    theirs = f"{home(foreign)}/waves/{wave.id}"

    codes = [
        (await organiser.get(f"{home(event)}/waves/{wave.id}")).status_code,
        (await organiser.get(theirs)).status_code,
        (await organiser.get(f"{theirs}/stream")).status_code,
        (await organiser.post(f"{home(event)}/waves/{wave.id}/stop")).status_code,
    ]

    assert (codes, await pool.fetchval("select state from waves where id = $1", wave.id)) == ([404] * 4, "running")


async def test_progress_moves_while_one_looks(pool: Pool, dsn: str, event: Event) -> None:
    wave = await send_wave(pool, await scope_of(pool, event=event), [await make_invitation(pool, event, email="a@example.com")])
    live = Live(dsn)
    await live.start()
    stream = wave_stream(live, pool, wave, home="/w", language="en", lifetime_seconds=20)
    first = await _next_board(stream)
    mailboxes = Mailboxes()
    async with mail_server(mailboxes) as url:
        await work_off(pool, wave_worker(pool, url))
    second = await _next_board(stream)
    await live.stop()
    await stream.aclose()

    assert ("0 of 1" in first, "1 of 1" in second, "1 sent" in second) == (True, True, True)


async def test_unclear_and_bounced_mails_are_shown_with_the_reason_and_sent_again(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    guest = await make_invitation(pool, event, email="old@example.com")
    wave = await send_wave(pool, await scope_of(pool, event=event), [guest])
    mailboxes = Mailboxes()
    mailboxes.refusals["old@example.com"] = "550 no such user"
    async with mail_server(mailboxes) as url:
        await work_off(pool, wave_worker(pool, url))
        page = await organiser.get(f"{home(event)}/waves/{wave.id}")
        in_list = await organiser.get(f"{home(event)}?group=troubled")
        corrected = await organiser.post(f"{home(event)}/{guest.id}/address", data={"email": "new@example.com"})
        await work_off(pool, wave_worker(pool, url))

    assert ("550 no such user" in page.text, "550 no such user" in in_list.text, "Save and send again" in in_list.text) == (
        True,
        True,
        True,
    )
    assert (corrected.headers["location"].endswith("done=sent_again"), mailboxes.recipients) == (True, ["new@example.com"])
    assert await states(pool, wave) == {"sent": 1}


async def test_planned_reminder_goes_once_to_the_silent_who_were_written_to(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_by = clock.now() + timedelta(days=10)
    guests = {
        name: await make_invitation(pool, event, email=f"{name}@example.com", answer_by=answer_by)
        for name in ("silent", "answered", "never-written", "yesterday")
    }
    guests["german"] = await make_invitation(pool, event, email="german@example.com", locale="de", answer_by=answer_by)
    for name in ("silent", "answered", "yesterday", "german"):
        await note_mail(pool, guests[name].id, "sent")
    await pool.execute("update mails set created_at = now() - interval '3 days' where recipient <> 'yesterday@example.com'")
    await answer(pool, guests["answered"], event, "accepted")
    await organiser.post(f"{home(event)}/reminder-plans", data={"days_before": "5", "audience": "silent"})
    evening = (answer_by - timedelta(days=4)).astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=19)
    await pool.execute("update mails set created_at = $1 where recipient = 'yesterday@example.com'", evening - timedelta(hours=12))
    too_early = await _reminded(pool, event, monkeypatch, at=evening - timedelta(days=3))
    german_afternoon = await _reminded(pool, event, monkeypatch, at=evening - timedelta(hours=21))  # night at the event
    once = await _reminded(pool, event, monkeypatch, at=evening)
    twice = await _reminded(pool, event, monkeypatch, at=evening + timedelta(hours=1))

    both = ["german@example.com", "silent@example.com"]
    assert (too_early, german_afternoon, once, twice) == ([], ["german@example.com"], both, both)
    plan_id = await pool.fetchval("select id from reminder_plans where event_id = $1", event.id)
    ended = await organiser.post(f"{home(event)}/reminder-plans/{plan_id}/end")
    assert (ended.status_code, await pool.fetchval("select ended_at is not null from reminder_plans where id = $1", plan_id)) == (303, True)


async def test_letters_on_paper_carry_names_and_codes(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    names = [
        ("葛󠄀例", "三郎", "ja"),
        ("𠮷例", "次郎", "ja"),
        ("Müßig-Großäcker", "Jörg", "de"),
        ("Przykład", "Łukasz", "en"),
        ("Contoh", "", "en"),
    ]
    guests = [
        await make_invitation(pool, event, email="", family_name=family, given_name=given, locale=locale, honorific="")
        for family, given, locale in names
    ]
    form = await organiser.get(f"{home(event)}/letters?group=no_address&which=all")
    made = await organiser.post(f"{home(event)}/letters.pdf", data=fields_of(form, "/letters.pdf") | {"phone": "+49 361 000000"})

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages]
    codes = {found.text for page in pdfium.PdfDocument(made.content) for found in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
    assert (made.headers["content-type"], len(pages), boxes(made.content)) == ("application/pdf", 5, 0)
    assert all(any(family in page and given in page for page in pages) for family, given, _locale in names)
    assert codes == {f"{BASE_URL}/i/{invitation_token(TOKENS, guest.id, 1)}" for guest in guests}
    assert ["+49 361 000000" in page for page in pages] == [True] * 5
    assert "By letter" in (await organiser.get(home(event))).text


async def _reminded(pool: Pool, event: Event, monkeypatch: pytest.MonkeyPatch, *, at: datetime) -> list[str]:
    """Who is in a planned reminder after the sweep ran at that moment."""
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: at)
        await waves.remind_as_planned(pool)
    rows = await pool.fetch(
        """
        select i.email
        from wave_mails m
        join waves w on w.id = m.wave_id
        join invitations i on i.id = m.invitation_id
        where w.event_id = $1 and w.plan_id is not null
        """,
        event.id,
    )
    return sorted(row["email"] for row in rows)


async def _next_board(stream: AsyncIterator[bytes]) -> str:
    async with asyncio.timeout(10):
        async for message in stream:
            if message.startswith(b"event: board"):
                return message.decode()
    raise AssertionError("the stream ended")
