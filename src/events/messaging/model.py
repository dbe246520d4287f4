"""Mails on their way, and the words organisers choose for them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class MailStatus(StrEnum):
    """`failed`: given up after many tries; `bounced`: refused for good by the recipient's side; `suppressed`: unsubscribed."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a mail goes to and what it is about. `kind` is also the folder of its templates: `mail/<kind>/`.

    `courtesy` marks mails nobody has to receive (reminders of invitations, thanks, news): they carry a link to unsubscribe, and
    are not sent to those who did. Tickets, answers and changes never are.
    """

    organiser_id: UUID
    kind: str
    recipient: str
    locale: str
    event_id: UUID | None = None
    booking_id: UUID | None = None
    invitation_id: UUID | None = None
    courtesy: bool = False


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The organiser's own words for one kind of mail, with {placeholders}; a part that is None keeps the house's words."""

    subject: str | None = None
    lead: str | None = None
    body: str | None = None
    closing: str | None = None


PARTS: tuple[str, ...] = Wording.__struct_fields__


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as an attempt to send it finds it; `key` never changes over retries."""

    id: int
    key: UUID
    status: MailStatus
    created_at: datetime


class SavedText(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's words as they are kept. Two editors who started from the same version cannot both save."""

    wording: Wording
    version: int
