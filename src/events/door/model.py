"""What happens at the door: a scan comes in, a verdict goes out, and who is inside follows from the records."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from events.programme.model import Texts

# An event's day and the days around it; a clock further off says nothing.
OLDEST_SCAN = timedelta(days=7)

LONGEST_CODE = 500  # a scanner may read any QR code there is; ours has about 50 characters

_ADDRESS = re.compile(r"\s*https?://[^/\s]+/t/([a-z2-7]{16})/?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-‐-―_.]+")
# Base32 (RFC 4648) has no 0 and no 8, so whoever types one means the letter that looks like it.
_MISTAKEN = str.maketrans("08", "OB")


class Verdict(StrEnum):
    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why somebody is refused. The states of a registration keep their own names."""

    UNKNOWN = "unknown"
    REPLACED = "replaced"
    OTHER_EVENT = "other_event"
    HELD = "held"
    OFFERED = "offered"
    AWAITING_APPROVAL = "awaiting_approval"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ID_REUSED = "id_reused"


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One check-in as it was asked for: by a code as it was read or typed, or by a guest found by name."""

    id: UUID
    at: datetime
    operator: str
    code: str | None = None
    registration_id: UUID | None = None
    gate_id: UUID | None = None
    device_id: UUID | None = None


class Entrant(msgspec.Struct, frozen=True, kw_only=True):
    """What the door needs to know to receive a guest. Of a guest who belongs to another event only the name is known."""

    family_name: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    family_name_latin: str = ""
    given_name_latin: str = ""
    honorific: str = ""
    registration_id: UUID | None = None
    company: str = ""
    job_title: str = ""
    table_name: str | None = None
    host: str = ""
    flags: list[str] = []
    diet: str = ""
    access_needs: str = ""


class FirstEntry(msgspec.Struct, frozen=True):
    """The entry that counts: when, and at which gate if one was named."""

    at: datetime
    gate: str | None


class OtherEvent(msgspec.Struct, frozen=True):
    """The event of the same organiser that a ticket is for."""

    title: Texts
    starts_at: datetime
    time_zone: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on one scan; `replayed` when it had been made before."""

    verdict: Verdict
    reason: Reason | None
    replayed: bool
    guest: Entrant | None
    first: FirstEntry | None
    other_event: OtherEvent | None


class Attendance(msgspec.Struct, frozen=True):
    """How full the house is: guests inside, confirmed guests still expected, and confirmed guests in all."""

    inside: int
    expected: int
    confirmed: int


class FoundGuest(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the door's search: who, where their registration stands, and since when they are inside."""

    guest: Entrant
    state: str
    inside_since: datetime | None


def ticket_code(text: str) -> str | None:
    """The code in what was scanned or typed: the ticket's address in any case, or the bare code with blanks or dashes."""
    address = _ADDRESS.fullmatch(text)
    bare = address[1] if address else _BETWEEN.sub("", text).translate(_MISTAKEN)
    return bare.upper() if re.fullmatch(r"[a-zA-Z2-7]{16}", bare) else None


def corrected_time(at: datetime | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """The moment of a scan by the server's clock.

    A phone whose clock is wrong is wrong about `sent_at` by as much, so that difference is added. What then lies in the
    future or more than a week back is drawn to the nearest moment that can be true.
    """
    if at is None:
        return received_at
    try:
        moment = at + (received_at - sent_at) if sent_at else at
        return min(max(moment, received_at - OLDEST_SCAN), received_at)
    except OverflowError:  # the year 9999 has no later
        return received_at


class Standing(StrEnum):
    """Whether a phone may work at the door: yes; not at this hour, or no more; taken back by the organiser."""

    LIVE = "live"
    OVER = "over"
    REVOKED = "revoked"


class PhoneRole(StrEnum):
    """What a phone may do: check guests in; also against the rules, with a reason; or only greet whoever shows a ticket."""

    STEWARD = "steward"
    SUPERVISOR = "supervisor"
    KIOSK = "kiosk"


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A paired phone and all it may touch: one gate of one event, within its hours."""

    id: UUID
    name: str
    event_id: UUID
    gate_id: UUID
    gate: str
    event_title: Texts
    event_hue: int
    time_zone: str
    last_seen_at: datetime | None
    role: PhoneRole = PhoneRole.STEWARD
    valid_from: datetime | None = None
    valid_until: datetime
    revoked_at: datetime | None = None

    @property
    def operator(self) -> str:
        """How check-ins name the phone."""
        return f"device:{self.id}"

    @property
    def is_kiosk(self) -> bool:
        return self.role == PhoneRole.KIOSK

    def standing(self, now: datetime) -> Standing:
        """Where the phone stands at this moment."""
        if self.revoked_at:
            return Standing.REVOKED
        began = self.valid_from is None or self.valid_from <= now
        return Standing.LIVE if began and now < self.valid_until else Standing.OVER

    def lease_until(self, now: datetime, hours: int) -> datetime:
        """Until when the phone may show a list that it fetches now."""
        return min(now + timedelta(hours=hours), self.valid_until)


class ListedPhone(msgspec.Struct, frozen=True, kw_only=True):
    """A phone as its organiser sees it."""

    id: UUID
    name: str
    gate: str
    pairing_expires_at: datetime | None
    paired_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """'revoked', 'paired', 'waiting' (its code can be used) or 'missed' (nobody used it in time)."""
        if self.revoked_at:
            return "revoked"
        if self.paired_at:
            return "paired"
        return "waiting" if self.pairing_expires_at and now < self.pairing_expires_at else "missed"
