"""The mails of invitations: an invitation, a reminder of it."""

from events.kit.i18n import use_language
from events.kit.mail import Message
from events.messaging.model import Envelope
from events.messaging.stationery import Posting

from .letters import Letter, letter_words

TEMPLATES = {"invitation": "invitation", "reminder": "invitation_reminder"}


def envelope_of(letter: Letter) -> Envelope:
    """Whom a letter goes to: the delegate where there is one. Nobody has to receive it, so it can be unsubscribed from."""
    invitation = letter.invitation
    return Envelope(
        organiser_id=invitation.organiser_id,
        kind=TEMPLATES[letter.kind],
        recipient=invitation.mail_address,
        locale=invitation.locale,
        event_id=letter.events[0].event.id if letter.host.title is None else None,
        invitation_id=invitation.id,
        courtesy=True,
    )


def write_letter(letter: Letter, posting: Posting) -> Message:
    """The mail of a letter, in the invitee's language. Needs no database."""
    stationery = posting.stationery
    with use_language(letter.language):
        words = letter_words(letter, stationery.tokens, stationery.base_url)
    return posting.message(words, reply_to=letter.host.email)
