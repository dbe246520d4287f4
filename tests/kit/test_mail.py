"""Mails on the wire: names, attachments and refusals, against a real SMTP server on a local port."""

import asyncio
import errno
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd import smtp

from events.kit.mail import Attachment, MailDelayed, MailRefused, Message, wire_message
from events.kit.mail_folder import FolderTransport, kept_mail, kept_names
from events.kit.mail_smtp import SmtpTransport

PNG = b"\x89PNG\r\n\x1a\n not really"
MESSAGE = Message(
    message_id="019.7@example.com",
    written_at=datetime(2027, 4, 1, 9, 30, tzinfo=UTC),
    to="見本 花子 <hanako@example.com>",
    sender="Thüringen-Büro <events@example.com>",
    reply_to="Łukasz Przykład <lukasz@example.com>",
    subject="ご登録ありがとうございます:光技術交流ディナー、2027年4月22日(木)、横浜みなとみらい、ハーバーテラス",
    text="葛󠄀例 三郎 様\n\n𠮷例 次郎 様、髙見本 一郎 様、Jörg Müßig-Großäcker",
    html='<html><head><style>p{color:#123456}</style></head><body><p>葛󠄀例 三郎 様</p><img src="cid:qr1" alt=""></body></html>',
    locale="ja",
    attachments=(
        Attachment(name="チケット.pdf", content_type="application/pdf", content=b"%PDF-1.7 \xff"),
        Attachment(name="event.ics", content_type="text/calendar", content="SUMMARY:光".encode()),
        Attachment(name="qr.png", content_type="image/png", content=PNG, content_id="qr1"),
    ),
)


class Server:
    """Keeps what arrives and answers as told."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[EmailMessage] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        return self.answers.get("DATA", "250 OK")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def transport(server: Server) -> AsyncIterator[SmtpTransport]:
    listening = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(server), "127.0.0.1", 0)
    async with listening:
        yield SmtpTransport(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}")


async def test_names_texts_and_files_arrive_as_written(server: Server, transport: SmtpTransport) -> None:
    await transport.send(MESSAGE)
    [mail] = server.received
    assert [(a.display_name, a.addr_spec) for a in (mail["From"].addresses + mail["To"].addresses + mail["Reply-To"].addresses)] == [
        ("Thüringen-Büro", "events@example.com"),
        ("見本 花子", "hanako@example.com"),
        ("Łukasz Przykład", "lukasz@example.com"),
    ]
    assert mail["Subject"] == MESSAGE.subject
    assert (mail["Message-ID"], mail["Content-Language"]) == ("<019.7@example.com>", "ja")
    assert _content(mail, "plain") == MESSAGE.text + "\n"
    assert '<p style="color: #123456;">葛󠄀例 三郎 様</p>' in _content(mail, "html")
    assert {part.get_filename(): part.get_content() for part in mail.iter_attachments()} == {
        "チケット.pdf": b"%PDF-1.7 \xff",
        "event.ics": "SUMMARY:光",
    }


async def test_picture_of_the_html_travels_inside_it(server: Server, transport: SmtpTransport) -> None:
    await transport.send(MESSAGE)
    related = [part for part in server.received[0].walk() if part["Content-ID"] == "<qr1>"]
    assert [(part.get_content_type(), part.get_content()) for part in related if isinstance(part, EmailMessage)] == [("image/png", PNG)]


def test_wire_form_is_ascii_in_short_lines() -> None:
    lines = wire_message(MESSAGE).as_bytes().split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize(
    ("where", "answer", "expected"),
    [
        ("RCPT", "550 No such mailbox", MailRefused),
        ("DATA", "554 Not wanted", MailRefused),
        ("RCPT", "451 Greylisted", MailDelayed),
        ("DATA", "452 Disk full", MailDelayed),
    ],
)
async def test_refusal_for_good_is_told_from_one_for_now(
    server: Server, transport: SmtpTransport, where: str, answer: str, expected: type[Exception]
) -> None:
    server.answers[where] = answer
    with pytest.raises(expected, match=answer):
        await transport.send(MESSAGE)


async def test_server_that_is_away_delays() -> None:
    with pytest.raises(MailDelayed):
        await SmtpTransport("smtp://127.0.0.1:9").send(MESSAGE)


async def test_password_is_not_sent_in_the_clear_to_another_machine() -> None:
    assert SmtpTransport("smtp://user:p%40ss@mail.example.com:587")._start_tls() is True
    assert SmtpTransport("smtp://user:p%40ss@mail.example.com:587").password == "p@ss"
    assert SmtpTransport("smtps://user:p@mail.example.com")._start_tls() is False
    assert SmtpTransport("smtp://mail.example.com")._start_tls() is None


@pytest.mark.parametrize(
    "address",
    ["a@example.com\r\nBcc: all@example.com", "A\nB <a@example.com>", "nobody", "jörg@example.com", "a@", "a b@example.com", ""],
)
def test_address_that_no_header_can_carry_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        wire_message(msgspec.structs.replace(MESSAGE, to=address))


def test_line_break_in_a_subject_starts_no_header() -> None:
    mail = wire_message(msgspec.structs.replace(MESSAGE, subject="Dinner\r\nBcc: all@example.com"))
    assert (mail["Subject"], mail["Bcc"]) == ("Dinner Bcc: all@example.com", None)


def test_international_domain_takes_its_ascii_form() -> None:
    mail = wire_message(msgspec.structs.replace(MESSAGE, to="guest@müßig.example"))
    assert mail["To"] == "guest@xn--mssig-kva.example"


async def test_folder_keeps_a_mail_once_and_newest_first(tmp_path: Path) -> None:
    later = msgspec.structs.replace(MESSAGE, message_id="8@example.com", written_at=datetime(2027, 4, 2, tzinfo=UTC), subject="Later")
    for message in (MESSAGE, later, MESSAGE):
        await FolderTransport(tmp_path).send(message)
    names = kept_names(tmp_path)
    kept = [kept_mail(tmp_path, name) for name in names]
    assert [mail and mail["Subject"] for mail in kept] == ["Later", MESSAGE.subject]
    assert sorted(path.name for path in (tmp_path / "mails").iterdir()) == sorted(f"{name}.eml" for name in names)


async def test_full_disk_delays_and_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MailDelayed, match="No space left on device"):
        await FolderTransport(tmp_path).send(MESSAGE)
    assert list((tmp_path / "mails").iterdir()) == []


def test_names_outside_the_folder_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "secret.eml").write_text("Subject: secret\r\n\r\n")
    (tmp_path / "mails" / "20270401T093000000000-0123456789ab.txt").write_text("not a mail")
    assert [kept_mail(tmp_path, name) for name in ("../secret", "secret", "20270401T093000000000-0123456789ab")] == [None, None, None]
    assert kept_names(tmp_path) == []


def _content(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    text: str = body.get_content().replace("\r\n", "\n")
    return text


class Counting:
    """Counts connections and keeps what arrives on each."""

    def __init__(self) -> None:
        self.connections = 0
        self.mails: list[str] = []
        self.closed = 0

    def protocol(self) -> smtp.SMTP:
        counter = self

        class Counted(smtp.SMTP):
            def connection_made(self, transport: Any) -> None:
                counter.connections += 1
                super().connection_made(transport)

            def connection_lost(self, error: Any) -> None:
                counter.closed += 1
                super().connection_lost(error)

        return Counted(self)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.rcpt_tos[0])
        return "250 OK"


async def test_connection_is_used_again_and_ends_when_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.kit.mail_smtp.MOST_MAILS", 4)
    monkeypatch.setattr("events.kit.mail_smtp.IDLE_SECONDS", 0.2)
    counting = Counting()
    listening = await asyncio.get_running_loop().create_server(counting.protocol, "127.0.0.1", 0)
    async with listening:
        transport = SmtpTransport(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        for number in range(6):
            await transport.send(msgspec.structs.replace(MESSAGE, to=f"{number}@example.com"))
        assert (counting.connections, counting.mails) == (2, [f"{number}@example.com" for number in range(6)])
        await asyncio.sleep(0.6)
        assert counting.closed == 2
        await asyncio.gather(*(transport.send(msgspec.structs.replace(MESSAGE, to=f"{number}@example.com")) for number in range(3)))
        assert (counting.connections, len(counting.mails)) == (5, 9)
        await asyncio.sleep(0.5)


async def test_connection_that_died_meanwhile_is_replaced() -> None:
    counting = Counting()
    listening = await asyncio.get_running_loop().create_server(counting.protocol, "127.0.0.1", 0)
    async with listening:
        transport = SmtpTransport(f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        await transport.send(MESSAGE)
        transport._idle[0].client.transport.abort()  # type: ignore[union-attr]  # as a server or a router in between does
        await asyncio.sleep(0.05)
        await transport.send(MESSAGE)
        assert (counting.connections, len(counting.mails)) == (2, 2)
        await asyncio.sleep(0.7)
