"""The mail with the sign-in link."""

from datetime import datetime

from jinja2 import Environment

from events.kit.i18n import gettext as _
from events.kit.i18n import use_language
from events.kit.mail import Message


def sign_in_mail(
    templates: Environment, *, url: str, name: str, email: str, locale: str, sender: str, message_id: str, now: datetime
) -> Message:
    """The link in the person's language. It is as good as a password for a quarter of an hour, so nothing else is in the mail."""
    with use_language(locale):
        words = {"url": url, "name": name}
        return Message(
            message_id=message_id,
            written_at=now,
            to=email,
            sender=sender,
            subject=_("Your link to sign in"),
            text=templates.get_template("mail/sign_in/text.txt").render(words),
            html=templates.get_template("mail/sign_in/page.html").render(words),
            locale=locale,
        )
