"""Consents that need a proof: the question that a mail asks, and the answer with the words it was given to."""

from datetime import datetime
from uuid import UUID

from events.people.model import Person
from events.programme.model import Texts


class Question(Person, frozen=True, kw_only=True):
    """What an address is asked before anybody writes to it."""

    id: int
    address: str
    locale: str
    words: str
    organiser_id: UUID
    organiser_name: Texts
    organiser_email: str
    confirmed_at: datetime | None = None


class MarketingConsent(Person, frozen=True, kw_only=True):
    """Somebody who may be written to: the tick, the yes from the mailbox, and the words."""

    id: int
    address: str
    locale: str
    given_at: datetime
    confirmed_at: datetime
    channel: str
    words: str
    organiser_name: Texts
