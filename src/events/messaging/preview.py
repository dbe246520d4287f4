"""A mail as its reader will see it, for a frame of its own: foreign HTML that may run nothing and load nothing."""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from markupsafe import Markup

from events.kit.i18n import gettext as _
from events.kit.i18n import use_language
from events.kit.mail import Attachment, Message
from events.people.model import Person
from events.programme.model import Event

from .kinds import MailKind
from .model import Envelope, Wording
from .stationery import Posting, Stationery

FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

_HEAD = Markup(
    '<div style="padding:14px 20px;border-bottom:1px solid #8b8f9e;background:Canvas;color:CanvasText">'
    '<span style="opacity:.75;font-size:13px">{}</span><br><b>{}</b></div>'
)
_TEXT = Markup(
    '<details style="margin:0 20px 24px;color:CanvasText"><summary>{}</summary>'
    '<pre style="white-space:pre-wrap;overflow-wrap:anywhere;font-size:14px">{}</pre></details>'
)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a preview is made of: a real event, invented guests."""

    kind: MailKind
    event: Event
    people: Sequence[Person]
    locale: str
    contact: str
    now: datetime


def previewed(scene: Scene, stationery: Stationery, wording: Wording) -> Message:
    """The real mail with these words."""
    envelope = Envelope(organiser_id=scene.event.organiser_id, kind=scene.kind.name, recipient="guest@example.com", locale=scene.locale)
    with use_language(scene.locale):
        words, pictures = scene.kind.sample(scene.event, stationery, scene.people)
        posting = Posting(
            stationery=stationery,
            envelope=envelope,
            wording=wording,
            message_id=f"{UUID(int=0).hex}@example.com",
            written_at=scene.now,
            unsubscribe_url=f"{stationery.base_url}/unsubscribe/preview" if scene.kind.courtesy else "",
        )
        return posting.message({**words, "contact": scene.contact}, reply_to=scene.contact, attachments=pictures)


def framed_html(message: Message) -> str:
    """The mail with its subject above and its text part below, pictures inside, links opening outside the frame."""
    html = with_pictures(message.html, message.attachments).replace("<head>", '<head><base target="_blank">', 1)
    head = _HEAD.format(_("Subject"), message.subject)
    text = _TEXT.format(_("As text"), message.text)
    return html.replace("<body>", f"<body>{head}", 1).replace("</body>", f"{text}</body>", 1)


def with_pictures(html: str, attachments: Sequence[Attachment]) -> str:
    """References to parts of the mail (RFC 2392) become the parts themselves."""
    pictures = {file.content_id: file for file in attachments if file.content_id}

    def inside(reference: re.Match[str]) -> str:
        file = pictures.get(reference[1])
        return f'"data:{file.content_type};base64,{base64.b64encode(file.content).decode()}"' if file else reference[0]

    return re.sub(r'"cid:([^"]+)"', inside, html)
