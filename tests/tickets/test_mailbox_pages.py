"""The mails of a demonstration, read in the browser."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from events.kit.clock import now
from events.kit.mail import Attachment, Message
from events.kit.mail_folder import FolderTransport
from tests.staff import browser, running_app


def message(**changes: str) -> Message:
    return Message(
        message_id=changes.get("subject", "1") + "@example.com",
        written_at=now() - timedelta(minutes=len(changes.get("subject", ""))),
        to="見本 花子 <hanako@example.com>",
        sender="Empfang <events@example.com>",
        subject=changes.get("subject", "Your place is confirmed"),
        text="Nur Text: Jörg Müßig-Großäcker",
        html='<html><head><title>x</title></head><body><b>designed</b><img src="cid:qr@empfang.invalid"></body></html>',
        locale="de",
        attachments=(
            Attachment(name="チケット.pdf", content_type="application/pdf", content=b"%PDF-1.7"),
            Attachment(name="event.ics", content_type="text/calendar", content=b"BEGIN:VCALENDAR"),
            Attachment(name="qr.png", content_type="image/png", content=b"png", content_id="qr@empfang.invalid"),
        ),
    )


@pytest.fixture
async def client(dsn: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with running_app(dsn, data_dir=tmp_path, demo=True) as app, browser(app) as opened:
        yield opened


async def test_list_shows_the_newest_mail_first(client: httpx.AsyncClient, tmp_path: Path) -> None:
    for subject in ("Older by far", "Newer"):
        await FolderTransport(tmp_path).send(message(subject=subject))
    answer = await client.get("/mails")
    assert re.findall(r'<a href="/mails/[^"]+" lang="de">([^<]+)</a>', answer.text) == ["Newer", "Older by far"]
    assert "見本 花子 &lt;hanako@example.com&gt;" in answer.text


async def test_empty_list_says_how_to_get_a_mail(client: httpx.AsyncClient) -> None:
    assert "Nothing has been written yet" in (await client.get("/mails")).text


async def test_mail_shows_text_frame_and_files(client: httpx.AsyncClient, tmp_path: Path) -> None:
    path = await _kept(client, tmp_path)
    answer = await client.get(path)
    assert "Nur Text: Jörg Müßig-Großäcker" in answer.text
    assert f'src="{path}/html"' in answer.text
    assert answer.headers["content-security-policy"].endswith("; frame-src 'self'")
    pdf, ics, nothing = [await client.get(f"{path}/files/{place}") for place in range(3)]
    assert (pdf.content, pdf.headers["content-disposition"]) == (
        b"%PDF-1.7",
        "attachment; filename*=UTF-8''%E3%83%81%E3%82%B1%E3%83%83%E3%83%88.pdf",
    )
    assert (ics.content, ics.headers["content-type"], nothing.status_code) == (b"BEGIN:VCALENDAR", "application/octet-stream", 404)


async def test_frame_is_sealed_off_and_brings_its_own_pictures(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await client.get(f"{await _kept(client, tmp_path)}/html")
    policy = answer.headers["content-security-policy"].split("; ")
    assert ("default-src 'none'" in policy, "img-src data:" in policy, any("allow-scripts" in rule for rule in policy)) == (
        True,
        True,
        False,
    )
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert 'src="data:image/png;base64,cG5n"' in answer.text


@pytest.mark.parametrize("name", ["..%2Fsecret", "secret.key", "20270401T093000000000-0123456789ab", "%2e%2e"])
async def test_other_files_of_the_data_folder_are_not_found(client: httpx.AsyncClient, tmp_path: Path, name: str) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "secret.eml").write_text("Subject: secret\r\n\r\n")
    assert [(await client.get(f"/mails/{name}{part}")).status_code for part in ("", "/html", "/files/0")] == [404, 404, 404]


@pytest.mark.parametrize("settings", [{"demo": False}, {"demo": True, "smtp_url": "smtp://127.0.0.1:9"}])
async def test_nobody_reads_mails_outside_a_demonstration(dsn: str, tmp_path: Path, settings: dict[str, object]) -> None:
    await FolderTransport(tmp_path).send(message())
    async with running_app(dsn, data_dir=tmp_path, **settings) as app, browser(app) as guest:
        assert (await guest.get("/mails")).status_code == 404


async def _kept(client: httpx.AsyncClient, data_dir: Path) -> str:
    await FolderTransport(data_dir).send(message())
    [path] = re.findall(r'href="(/mails/\d[^"]+)"', (await client.get("/mails")).text)
    return str(path)
