"""What guests agree to, in the words they see. A stored consent carries the hash of these words, so that it can be proved what was said.

Whoever changes a text changes its hash; earlier consents keep pointing at the words they were given for. The words behind every
hash are kept in the database (`privacy.consents.keep_texts`), so that a hash can be read again years later.
"""

import hashlib
from enum import StrEnum

from events.kit.i18n import N_, use_language
from events.kit.i18n import gettext as _


class Purpose(StrEnum):
    PRIVACY = "privacy"
    SENSITIVE = "sensitive"
    GUEST_LIST = "guest_list"
    MARKETING = "marketing"
    FOLLOW_UP = "follow_up"
    CONTACTS = "contacts"


# Food and access needs go this many days after somebody's last event at the latest: the words below promise it.
SENSITIVE_DETAILS_STAY_DAYS = 7

TEXTS: dict[Purpose, str] = {
    Purpose.PRIVACY: N_("I have read the privacy notice and agree that my details are used to organise this event."),
    Purpose.SENSITIVE: N_(
        "I agree that what I wrote about food and access is used to look after me at this event. It is deleted seven days afterwards."
    ),
    Purpose.GUEST_LIST: N_("Show my name and company in the guest list that other guests can see."),
    Purpose.MARKETING: N_("Please write to me about further events of this organiser. I can end this at any time with one press."),
    Purpose.FOLLOW_UP: N_("After the event, the organiser may contact me about what we talked about there."),
    Purpose.CONTACTS: N_(
        "Guests with whom I exchange contacts at this event receive my name, in every script I gave, and what I have chosen here. I can"
        " end this until the event is over; the service deletes all cards thirty days after it."
    ),
}

# Given for one event each, on the page of the ticket; elsewhere it can only be taken back.
OF_ONE_EVENT = frozenset({Purpose.CONTACTS})

# What concerns the person who is written to, not each guest of a booking.
OF_THE_CONTACT = frozenset({Purpose.MARKETING, Purpose.FOLLOW_UP})


def consent_text(purpose: Purpose) -> str:
    """The words in the current language."""
    return _(TEXTS[purpose])


def text_hash(purpose: Purpose, locale: str) -> bytes:
    """SHA-256 of the words as somebody reading `locale` saw them."""
    with use_language(locale):
        return hashlib.sha256(consent_text(purpose).encode()).digest()
