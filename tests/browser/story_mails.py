"""The mails of a running server as people read them: found by whom they went to, and their links followed as scanners do."""

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import httpx

from events.kit.mail_folder import FOLDER

WITHIN_SECONDS = 20.0
_LINK = re.compile(r"https?://[^\s<>\"']+")


class Mailbox:
    """Everybody's mail from now on."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self._old = set(self.folder.glob("*.eml"))

    def mails(self, to: str = "") -> list[EmailMessage]:
        """What went to the address (or to anybody), oldest first."""
        found = []
        for path in sorted({*self.folder.glob("*.eml")} - self._old):
            mail = message_from_bytes(path.read_bytes(), policy=SMTP)
            assert isinstance(mail, EmailMessage)
            if to in ("", str(mail["To"].addresses[0].addr_spec)):
                found.append(mail)
        return found

    async def newest(self, to: str, saying: str) -> EmailMessage:
        """The newest mail to the address with these words in subject or text, as soon as it is there."""
        deadline = asyncio.get_running_loop().time() + WITHIN_SECONDS
        while True:
            mails = self.mails(to)
            found = [mail for mail in mails if saying in str(mail["Subject"]) or saying in text_of(mail)]
            if found:
                return found[-1]
            assert asyncio.get_running_loop().time() < deadline, f"no “{saying}” to {to}, but {[str(mail['Subject']) for mail in mails]}"
            await asyncio.sleep(0.1)

    def links(self) -> list[str]:
        """Every link of every mail, once."""
        return sorted({str(link).rstrip(".,;)") for mail in self.mails() for link in _LINK.findall(text_of(mail))})

    async def scan(self, *, times: int = 2) -> dict[int, int]:
        """Opens every link as the scanner of a mail server does, with its redirects. Answers how often each status came."""
        seen: dict[int, int] = {}
        async with httpx.AsyncClient(follow_redirects=True, timeout=30) as scanner:
            for link in self.links() * times:
                status = (await scanner.get(link)).status_code
                seen[status] = seen.get(status, 0) + 1
        return seen


def text_of(mail: EmailMessage) -> str:
    """The part without pictures."""
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def link_in(mail: EmailMessage, path: str) -> str:
    """The first link of the mail whose path starts so, such as /i/."""
    found = [str(link) for link in _LINK.findall(text_of(mail)) if re.match(rf"https?://[^/]+{re.escape(path)}", link)]
    assert found, f"no link to {path} in: {text_of(mail)}"
    return found[0]
