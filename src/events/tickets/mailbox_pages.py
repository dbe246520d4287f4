"""The mails that were kept instead of being sent, to read in the browser. Only a demonstration without a mail server has this page.

A mail is foreign HTML: it is shown in a frame of its own, sandboxed, and may load nothing, not even its pictures, from elsewhere.
"""

import asyncio
import base64
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from events.kit.errors import NotFound
from events.kit.http import CONTENT_SECURITY_POLICY
from events.kit.i18n import current_language
from events.kit.mail_folder import kept_mail, kept_names
from events.kit.templates import page
from events.kit.times import home_zone, moment_label

FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def mailbox(data_dir: Path) -> Router:
    """The pages for the mails in a data folder."""

    async def opened(name: str) -> EmailMessage:
        mail = await asyncio.to_thread(kept_mail, data_dir, name)
        if mail is None:
            raise NotFound(link="/mails")
        return mail

    @get("/mails")
    async def show_mails() -> Template:
        """The newest mail first."""
        return page("tickets/mails.html", mails=await asyncio.to_thread(_listed, data_dir))

    @get("/mails/{name:str}")
    async def show_mail(name: FromPath[str]) -> Template:
        """One mail with both its forms and its files."""
        mail = await opened(name)
        return page(
            "tickets/mail.html",
            headers={"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"},
            mail=_summary(name, mail),
            text=_body(mail, "plain"),
            files=[file.get_filename("") for file in mail.iter_attachments()],
        )

    @get("/mails/{name:str}/html")
    async def show_html(name: FromPath[str]) -> Response[str]:
        """The designed form, with the pictures that travel inside the mail."""
        mail = await opened(name)
        html = _with_pictures(_body(mail, "html"), mail).replace("<head>", '<head><base target="_blank">', 1)
        return Response(html, media_type="text/html", headers={"content-security-policy": FRAMED})

    @get("/mails/{name:str}/files/{place:int}")
    async def download_file(name: FromPath[str], place: FromPath[int]) -> Response[bytes]:
        """The attachment at a place of the list, counted from 0."""
        files = list((await opened(name)).iter_attachments())
        if not 0 <= place < len(files):
            raise NotFound(link="/mails")
        return _download(files[place])

    handlers: list[ControllerRouterHandler] = [show_mails, show_mail, show_html, download_file]
    return Router("/", route_handlers=handlers, include_in_schema=False)


def _listed(data_dir: Path) -> list[dict[str, Any]]:
    return [_summary(name, mail) for name in kept_names(data_dir) if (mail := kept_mail(data_dir, name))]


def _summary(name: str, mail: EmailMessage) -> dict[str, Any]:
    language = current_language()
    written_at = mail["Date"].datetime
    return {
        "name": name,
        "subject": mail["Subject"],
        "to": mail["To"],
        "sender": mail["From"],
        "reply_to": mail["Reply-To"] or "",
        "language": mail["Content-Language"],
        "written_at": moment_label(written_at, home_zone(language) or "UTC", locale=language),
    }


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _with_pictures(html: str, mail: EmailMessage) -> str:
    """References to parts of the mail (RFC 2392) become the parts themselves."""
    pictures = {str(part["Content-ID"]).strip("<> "): part for part in mail.walk() if part["Content-ID"]}

    def inside(reference: re.Match[str]) -> str:
        part = pictures.get(reference[1])
        content = part.get_payload(decode=True) if part else None
        if part is None or not isinstance(content, bytes):
            return reference[0]
        return f'"data:{part.get_content_type()};base64,{base64.b64encode(content).decode()}"'

    return re.sub(r'"cid:([^"]+)"', inside, html)


def _download(file: Any) -> Response[bytes]:
    name = quote(file.get_filename("file"), safe="")
    content = file.get_payload(decode=True) or b""
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(content, media_type="application/octet-stream", headers={"content-disposition": disposition})
