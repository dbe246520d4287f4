"""What mail servers say when a mail cannot be delivered: their reports read, their codes in plain words."""

import re
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from uuid import UUID

import msgspec

from events.kit.i18n import N_

_OUR_ID = re.compile(r"<mail\.([0-9a-f]{32})@[^\s<>]+>")
_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_LONGEST_REASON = 500
_ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"})

# Enhanced status codes (RFC 3463) and, where a server gives none, the words they use. The first that fits.
_REASONS: tuple[tuple[str, str], ...] = (
    (r"not an address that mail can be sent to", N_("This is not a complete mail address.")),
    (r"\b5\.1\.[12346]\b|user unknown|no such (user|mailbox)|does not exist|unknown (user|recipient)|recipient (address )?rejected",
     N_("This mailbox does not exist. Please check the address.")),
    (r"\b5\.1\.2\b|\b5\.4\.4\b|domain (name )?not found|host (or domain )?(name )?not found|nxdomain",
     N_("There is no mail server for this address. Please check the part after the @.")),
    (r"\b[45]\.2\.2\b|mailbox (is )?full|over ?quota|quota exceeded", N_("The mailbox is full.")),
    (r"\b5\.2\.1\b|disabled|inactive", N_("The mailbox has been closed.")),
    (r"\b5\.[23]\.[34]\b|too (large|big)|size (limit|exceed)", N_("The mail is too large for this mailbox.")),
    (r"\b5\.7\.\d+\b|spam|policy|blocked|blacklist|reputation|dmarc|spf",
     N_("The recipient's server does not take our mails. Please write to them another way.")),
    (r"\b5\.4\.7\b|\b4\.4\.7\b|delivery time expired|message expired", N_("The recipient's server could not be reached for days.")),
)  # fmt: skip
_BUSY = N_("The mail server could not take it yet; it is tried again by itself.")
_GIVEN_UP = N_("The mail server did not take it, however often we tried. Please send it again later.")
_OTHER = N_("The recipient's server has refused it.")
_OURS = N_("The mail could not be written. Please tell whoever runs this service.")


class Bounce(msgspec.Struct, frozen=True):
    """One mail that did not arrive after all: its key, and what the server said."""

    key: UUID
    told: str


def bounces_of(raw: bytes) -> list[Bounce]:
    """The mails a delivery report (RFC 3464) gives up. None for anything else: a delay, an out-of-office reply, somebody's letter."""
    report = message_from_bytes(raw, policy=default)
    key = _key_of(report, raw)
    if key is None:
        return []
    told = [_told(fields) for fields in _recipients(report) if str(fields.get("Action", "")).strip().lower() == "failed"]
    return [Bounce(key, told[0][:_LONGEST_REASON])] if told else []


def plain_reason(error: str, *, given_up: bool = False) -> str:
    """A msgid for what a server said about a recipient; empty for no error."""
    if not error:
        return ""
    said = error.lower()
    for pattern, words in _REASONS:
        if re.search(pattern, said):
            return words
    if re.match(r"4\d\d\b", error) or ((match := _CODE.search(error)) and match[1] == "4"):
        return _GIVEN_UP if given_up else _BUSY
    if re.fullmatch(r"[A-Z]\w+", error):  # the name of an exception of ours
        return _OURS
    if re.match(r"5\d\d\b", error) or _CODE.search(error):
        return _OTHER
    return _GIVEN_UP if given_up else _BUSY


def _key_of(report: Message, raw: bytes) -> UUID | None:
    """The Message-ID of the mail that is reported on. It comes with the original mail or its headers (RFC 3462), else anywhere in it."""
    for part in report.walk():
        if part.get_content_type() in _ORIGINALS and (inside := _OUR_ID.search(part.as_string())):
            return UUID(inside[1])
    found = _OUR_ID.search(raw.decode("ascii", "replace"))
    return UUID(found[1]) if found else None


def _recipients(report: Message) -> list[Message]:
    """The groups of fields about one recipient each; the first group is about the whole mail."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            content = part.get_payload()
            return [fields for fields in content if isinstance(fields, Message | EmailMessage)] if isinstance(content, list) else []
    return []


def _told(fields: Message) -> str:
    """The server's own words without the type of the code before them: "smtp; 550 5.1.1 …"."""
    diagnostic = " ".join(str(fields.get("Diagnostic-Code", "")).split()).partition(";")[2].strip()
    return diagnostic or str(fields.get("Status", "")).strip() or "5.0.0"
