"""Delivery reports (RFC 3464): the mail they give up is marked, everything else is left alone."""

from pathlib import Path

import pytest

from events.commands.bounces import bounces
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.messaging.bounces import bounces_of, plain_reason
from events.programme.model import Event
from tests.builders import book, settings_for
from tests.messaging.conftest import Mailboxes

REPORT = """\
From: MAILER-DAEMON@mail.example.org
To: events@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

This is the mail system at host mail.example.org.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Thu, 22 Apr 2027 09:30:00 +0000

Final-Recipient: rfc822; nobody@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {told}

--b1
Content-Type: text/rfc822-headers

From: Empfang <events@example.com>
To: nobody@example.org
Message-ID: {message_id}
Subject: =?utf-8?b?6KaL5pys?=

--b1--
"""


def report(message_id: str, *, action: str = "failed", status: str = "5.1.1", told: str = "550 5.1.1 User unknown") -> bytes:
    text = REPORT.format(message_id=message_id, action=action, status=status, told=told)
    return text.replace("\n", "\r\n").encode()


async def test_report_marks_its_mail_once_and_no_other(  # noqa: PLR0917 (fixtures)
    pool: Pool, dsn: str, worker: Worker, mailboxes: Mailboxes, event: Event, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await book(pool, event, email="nobody@example.org")
    await book(pool, event, email="fine@example.org")
    await worker.run_until_idle()
    lost = next(mail for mail in mailboxes.received if mail["To"] == "nobody@example.org")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "1").write_bytes(report(str(lost["Message-ID"])))
    (folder / "2").write_bytes(b"Subject: Out of office\r\nIn-Reply-To: " + str(lost["Message-ID"]).encode() + b"\r\n\r\nBack on Monday.")
    for said in ("bounced", "known already"):
        assert await bounces(settings_for(dsn), sources=(str(folder),)) == 0
        assert capsys.readouterr().out == f"1: {said}: 550 5.1.1 User unknown\n"
    rows = await pool.fetch("select recipient, status, last_error from mails where event_id = $1 order by recipient", event.id)
    assert [tuple(row) for row in rows] == [
        ("fine@example.org", "sent", None),
        ("nobody@example.org", "bounced", "550 5.1.1 User unknown"),
    ]


def test_delay_and_foreign_reports_give_nothing_up() -> None:
    ours = "<mail.0123456789abcdef0123456789abcdef@testserver.local>"
    assert [bounce.key.hex for bounce in bounces_of(report(ours))] == ["0123456789abcdef0123456789abcdef"]
    assert bounces_of(report(ours, action="delayed", status="4.4.1")) == []
    assert bounces_of(report("<other@example.org>")) == []
    assert bounces_of(b"\xff\xfe not a mail at all") == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("550 5.1.1 <x@example.org>: User unknown", "This mailbox does not exist. Please check the address."),
        ("550 No such mailbox", "This mailbox does not exist. Please check the address."),
        ("452 4.2.2 Mailbox full", "The mailbox is full."),
        ("554 5.7.1 Blocked by policy", "The recipient's server does not take our mails. Please write to them another way."),
        ("451 Come back later", "The mail server could not take it yet; it is tried again by itself."),
        ("not an address that mail can be sent to: x@", "This is not a complete mail address."),
        ("RuntimeError", "The mail could not be written. Please tell whoever runs this service."),
        ("556 Something rare", "The recipient's server has refused it."),
        ("", ""),
    ],
)
def test_reasons_are_told_in_plain_words(error: str, words: str) -> None:
    assert plain_reason(error) == words


def test_what_was_given_up_is_not_said_to_be_tried_again() -> None:
    words = "The mail server did not take it, however often we tried. Please send it again later."
    assert [plain_reason(error, given_up=True) for error in ("451 4.7.1 Greylisted", "Connection refused")] == [words, words]
