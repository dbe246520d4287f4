"""A mail as the rooms write it, the form it takes on the wire, and what may happen to it on the way.

Where it goes is a `Transport`: `mail_smtp` delivers it, `mail_folder` keeps it on disk where there is no server.
"""

import re
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Protocol

import css_inline
import msgspec


class _OneLine(UnstructuredHeader, BaseHeader):
    """A header with one long address: folded by the library, its end would become an encoded word, which no mailbox reads."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OneLine)
# Every part in seven bits: not every server on the way takes eight (RFC 6152).
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


class MailRefused(Exception):
    """Refused for good: sending it again would be refused again. The text is what the server said."""


class MailDelayed(Exception):
    """Not sent now, worth another try later: the server is away, busy or not set up."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the mail; with a `content_id` it is shown inside the HTML as `cid:…` instead of being listed."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one address. `message_id` is stable over retries, without the angle brackets."""

    message_id: str
    written_at: datetime
    to: str
    sender: str
    subject: str
    text: str
    html: str
    locale: str
    reply_to: str = ""
    unsubscribe_url: str = ""
    """For mails nobody has to receive; empty for all others."""
    attachments: tuple[Attachment, ...] = ()


class Transport(Protocol):
    """Takes a mail over or raises `MailRefused` or `MailDelayed`."""

    async def send(self, message: Message) -> None: ...


def wire_message(message: Message) -> EmailMessage:
    """The RFC 5322 form, headers in ASCII with encoded words. Raises `MailRefused` for an address no header can carry."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = mailbox(message.sender)
    mail["To"] = mailbox(message.to)
    if message.reply_to:
        mail["Reply-To"] = mailbox(message.reply_to)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps away out-of-office replies
    if message.unsubscribe_url:  # RFC 8058: the mailbox's own button posts to the address, without a page in between
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    mail.add_alternative(css_inline.inline(message.html, keep_at_rules=True), subtype="html")
    _add_files(mail, message.attachments)
    mail["Content-Language"] = message.locale  # last: Content-… headers wander off into the parts
    return mail


def mailbox(written: str) -> Address:
    """`Name <address>` or a bare address; names in any script, international domains in their ASCII form (RFC 5891)."""
    name, address = parseaddr(written)
    local, _at, domain = address.rpartition("@")
    understood = written.strip() == address or written.endswith(f"<{address}>")
    if not local or not understood or not local.isascii() or re.search(r"[\x00-\x1f\x7f]", written) or " " in address:
        raise MailRefused(f"not an address that mail can be sent to: {address or written!r}")
    try:
        return Address(display_name=name, username=local, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, UnicodeError) as reason:
        raise MailRefused(f"not an address that mail can be sent to: {address}") from reason


def _add_files(mail: EmailMessage, attachments: tuple[Attachment, ...]) -> None:
    shown = [file for file in attachments if file.content_id]
    listed = [file for file in attachments if not file.content_id]
    html = mail.get_body(("html",))
    for file in shown:
        maintype, subtype = file.content_type.split("/")
        assert isinstance(html, EmailMessage)
        html.add_related(file.content, maintype, subtype, cid=f"<{file.content_id}>", filename=file.name, disposition="inline")
    for file in listed:
        maintype, subtype = file.content_type.split("/")
        charset = {"charset": "utf-8"} if maintype == "text" else {}
        mail.add_attachment(file.content, maintype, subtype, filename=file.name, params=charset)
