"""The two mails that ask a mailbox for a yes. Nothing else is in them: no advertisement, no ticket."""

from datetime import datetime
from typing import Any

from jinja2 import Environment

from events.kit.i18n import local, use_language
from events.kit.mail import Message
from events.people.names import address

from .consent_proofs import Question


def consent_mail(templates: Environment, question: Question, *, url: str, sender: str, message_id: str, now: datetime) -> Message:
    """Asks whether the address wants news, with the words that were agreed to."""
    with use_language(question.locale):
        words = {"name": address(question, question.locale), "words": question.words, "url": url, "contact": question.organiser_email}
        words["organiser"] = local(question.organiser_name)
    return _message(
        templates, "marketing_consent", words, to=question.address, locale=question.locale, sender=sender, message_id=message_id, now=now
    )


def erasure_mail(
    templates: Environment, words: dict[str, Any], *, to: str, locale: str, sender: str, message_id: str, now: datetime
) -> Message:
    """Asks whether the guests named in `words` are really to be forgotten."""
    return _message(templates, "erasure", words, to=to, locale=locale, sender=sender, message_id=message_id, now=now)


def _message(
    templates: Environment, folder: str, words: dict[str, Any], *, to: str, locale: str, sender: str, message_id: str, now: datetime
) -> Message:
    with use_language(locale):
        render = templates.get_template
        return Message(
            message_id=message_id,
            written_at=now,
            to=to,
            sender=sender,
            reply_to=words["contact"],
            subject=render(f"mail/{folder}/subject.txt").render(words),
            text=render(f"mail/{folder}/body.txt").render(words),
            html=render(f"mail/{folder}/body.html").render(words),
            locale=locale,
        )
