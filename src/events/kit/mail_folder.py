"""Mails kept as files where there is no SMTP server: `<data folder>/mails/<time>-<hash>.eml`, newest name last."""

import asyncio
import hashlib
import os
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from .mail import MailDelayed, Message, wire_message

FOLDER = "mails"
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{12}")
_SHOWN = 200  # newest mails of the list; a demo sends a few hundred at most


class FolderTransport:
    """Writes each mail once: a retry has the same time and message id, hence the same file. A folder that takes no more delays."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    async def send(self, message: Message) -> None:
        try:
            await asyncio.to_thread(_keep, self.folder, message)
        except OSError as reason:
            raise MailDelayed(f"{self.folder}: {reason.strerror}") from reason


def kept_names(data_dir: Path) -> list[str]:
    """Names of the newest kept mails, newest first."""
    found = (path.stem for path in (data_dir / FOLDER).glob("*.eml"))
    return sorted((name for name in found if _NAME.fullmatch(name)), reverse=True)[:_SHOWN]


def kept_mail(data_dir: Path, name: str) -> EmailMessage | None:
    """The mail of that name; None for a name this folder would never give, so no path can leave it."""
    if not _NAME.fullmatch(name):
        return None
    try:
        raw = (data_dir / FOLDER / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def _keep(folder: Path, message: Message) -> None:
    """Written beside its place and moved there, so that a reader never sees half a mail."""
    digest = hashlib.sha256(message.message_id.encode()).hexdigest()[:12]
    path = folder / f"{message.written_at:%Y%m%dT%H%M%S%f}-{digest}.eml"
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    try:
        draft.write_bytes(wire_message(message).as_bytes())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
