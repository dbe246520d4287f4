"""What every mail of this installation is written with, and how its templates and the organiser's words become one mail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from jinja2 import Environment

from events.kit.i18n import use_language
from events.kit.mail import Attachment, Message
from events.kit.templates import new_environment
from events.kit.tokens import Tokens

from .markup import as_html, as_html_lines, as_line, as_text
from .model import Envelope, Wording


class Stationery(msgspec.Struct, frozen=True, kw_only=True):
    """The same for every mail."""

    templates: Environment
    tokens: Tokens
    base_url: str
    sender: str


def new_stationery(tokens: Tokens, *, base_url: str, sender: str) -> Stationery:
    """With the templates of the house."""
    return Stationery(templates=new_environment(), tokens=tokens, base_url=base_url, sender=sender)


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One mail about to be written: what of it does not depend on its kind. `message_id` and `written_at` stay over retries."""

    stationery: Stationery
    envelope: Envelope
    wording: Wording
    message_id: str
    written_at: datetime
    unsubscribe_url: str = ""

    def message(self, words: Mapping[str, Any], *, reply_to: str, attachments: Sequence[Attachment] = ()) -> Message:
        """The mail from the templates `mail/<kind>/{subject.txt,body.txt,body.html}`, in the envelope's language.

        `words` is what the templates may say; see `placeholder_values` for what organisers may refer to in it.
        """
        envelope, own = self.envelope, placeholder_values(words)
        given = {**words, "unsubscribe_url": self.unsubscribe_url}
        with use_language(envelope.locale):
            return Message(
                message_id=self.message_id,
                written_at=self.written_at,
                to=envelope.recipient,
                sender=self.stationery.sender,
                reply_to=reply_to,
                subject=self._subject(given, own),
                text=self._template("body.txt").render(given, own=text_words(self.wording, own)),
                html=self._template("body.html").render(given, own=html_words(self.wording, own)),
                locale=envelope.locale,
                attachments=tuple(attachments),
                unsubscribe_url=self.unsubscribe_url,
            )

    def _template(self, part: str) -> Any:
        return self.stationery.templates.get_template(f"mail/{self.envelope.kind}/{part}")

    def _subject(self, given: Mapping[str, Any], own: Mapping[str, str]) -> str:
        if self.wording.subject is not None:
            return as_line(self.wording.subject, own)
        return str(self._template("subject.txt").render(given))


def placeholder_values(words: Mapping[str, Any]) -> dict[str, str]:
    """What organisers may refer to, from what the templates are given: `name`, `event` (title, when, doors, venue, address,
    organiser), `link` (the guest's page) and, where there are any, `event_url`, `deadline`, `places`, `position`, `inviter`, `invitee`."""
    event = words["event"]
    return {
        "name": words["name"],
        "event": event["title"],
        "date": event["when"],
        "doors": event.get("doors", ""),
        "place": ", ".join(part for part in (event["venue"], event.get("address")) if part),
        "organiser": event["organiser"],
        "link": words.get("link", ""),
        "event_link": words.get("event_url", ""),
        "deadline": words.get("deadline", ""),
        "places": str(words.get("party", "")),
        "position": str(words.get("position") or ""),
        "inviter": words.get("inviter", ""),
        "invitee": words.get("invitee", ""),
    }


def text_words(wording: Wording, values: Mapping[str, str]) -> dict[str, str | None]:
    """The organiser's words for the text part; None where the house speaks."""
    return {
        "lead": None if wording.lead is None else as_line(wording.lead, values),
        "body": None if wording.body is None else as_text(wording.body, values),
        "closing": None if wording.closing is None else as_text(wording.closing, values),
    }


def html_words(wording: Wording, values: Mapping[str, str]) -> dict[str, str | None]:
    """The same for the HTML part; what is no markup is escaped by the template."""
    return {
        "lead": None if wording.lead is None else as_line(wording.lead, values),
        "body": None if wording.body is None else as_html(wording.body, values),
        "closing": None if wording.closing is None else as_html_lines(wording.closing, values),
    }
