"""Mail by SMTP: connections used again while there is more to send, and every answer of the server told apart as “never” or “later”."""

import asyncio
from urllib.parse import unquote, urlsplit

import aiosmtplib

from .mail import MailDelayed, MailRefused, Message, wire_message

TIMEOUT_SECONDS = 30
IDLE_SECONDS = 0.5  # long enough for the next mail of a wave, short enough that nobody's server has to close it
MOST_MAILS = 50  # on one connection: many servers close it after a hundred
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
        self._idle: list[_Line] = []

    async def send(self, message: Message) -> None:
        mail = wire_message(message)
        line = await self._line()
        try:
            await line.client.send_message(mail)
        except (aiosmtplib.SMTPException, OSError) as reason:
            line.client.close()
            raise _verdict(reason) from reason
        except BaseException:
            line.client.close()  # what the server takes the next words for is unknown
            raise
        self._put_back(line)

    async def _line(self) -> "_Line":
        """A connection that answers: an idle one, else a new one. Nothing of a mail was said yet, so trying again is safe."""
        while self._idle:
            line = self._idle.pop()
            line.closing.cancel()
            try:
                await line.client.noop()
            except (aiosmtplib.SMTPException, OSError):
                line.client.close()
            else:
                return line
        client = self._new_client()
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as reason:
            client.close()
            raise _verdict(reason) from reason
        return _Line(client)

    def _put_back(self, line: "_Line") -> None:
        line.mails += 1
        line.closing = asyncio.create_task(self._close(line, IDLE_SECONDS if line.mails < MOST_MAILS else 0))
        if line.mails < MOST_MAILS:
            self._idle.append(line)

    async def _close(self, line: "_Line", after: float) -> None:
        """Takes leave of the server, unless somebody takes the connection up again first and cancels this."""
        try:
            await asyncio.sleep(after)
        except asyncio.CancelledError:
            if line in self._idle:  # the whole programme ends
                line.client.close()
            raise
        if line in self._idle:
            self._idle.remove(line)
        try:
            await line.client.quit(timeout=IDLE_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            line.client.close()

    def _new_client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.use_tls,
            start_tls=self._start_tls(),
            timeout=TIMEOUT_SECONDS,
        )

    def _start_tls(self) -> bool | None:
        if self.use_tls:
            return False
        return True if self.username and self.host not in _THIS_MACHINE else None


class _Line:
    """One connection, how many mails it took, and the task that ends it when nothing more comes."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self.client = client
        self.mails = 0
        self.closing: asyncio.Task[None]


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
