"""Mail by SMTP: one connection a mail, and every answer of the server told apart as “never” or “later”."""

from urllib.parse import unquote, urlsplit

import aiosmtplib

from .mail import MailDelayed, MailRefused, Message, wire_message

TIMEOUT_SECONDS = 30
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class SmtpTransport:
    """Delivers to the server of an `smtp://` or `smtps://` address.

    Plain `smtp` turns to TLS when the server offers it; a password is sent to another machine under TLS only.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.port = parts.port
        self.username = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        self.use_tls = parts.scheme == "smtps"

    async def send(self, message: Message) -> None:
        mail = wire_message(message)
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                use_tls=self.use_tls,
                start_tls=self._start_tls(),
                timeout=TIMEOUT_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError) as reason:
            raise _verdict(reason) from reason

    def _start_tls(self) -> bool | None:
        if self.use_tls:
            return False
        return True if self.username and self.host not in _THIS_MACHINE else None


def _verdict(reason: Exception) -> MailRefused | MailDelayed:
    """Only what the server says about the recipient or the mail itself is final (RFC 5321 §4.2.1: 5yz).

    A refused sender, password or handshake is our own set-up, which somebody can repair before the next try.
    """
    if isinstance(reason, aiosmtplib.SMTPRecipientsRefused) and reason.recipients:
        refused = reason.recipients[0]
        return _by_code(refused.code, refused.message)
    if isinstance(reason, aiosmtplib.SMTPDataError):
        return _by_code(reason.code, reason.message)
    return MailDelayed(str(reason) or type(reason).__name__)


def _by_code(code: int, said: str) -> MailRefused | MailDelayed:
    final = code // 100 == 5
    return MailRefused(f"{code} {said}") if final else MailDelayed(f"{code} {said}")
