"""What happens at the door: a scan comes in, a verdict goes out, and who is inside follows from the records."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

import msgspec

from events.programme.model import Texts

# An event's day and the days around it; a clock further off says nothing.
OLDEST_SCAN = timedelta(days=7)

ONE_TICK = timedelta(microseconds=1)
LONGEST_TIE = 500 * ONE_TICK  # of the largest queue

LONGEST_CODE = 500  # a scanner may read any QR code there is; ours has about 50 characters

_ADDRESS = re.compile(r"\s*https?://[^/\s]+/t/([a-z2-7]{16})/?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-‐-―_.]+")
# Base32 (RFC 4648) has no 0 and no 8, so whoever types one means the letter that looks like it.
_MISTAKEN = str.maketrans("08", "OB")


class Act(StrEnum):
    """What a scan is for."""

    ENTRY = "entry"
    EXIT = "exit"
    UNDO = "undo"


class Verdict(StrEnum):
    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    LEFT = "left"
    REFUSED = "refused"
    UNDONE = "undone"


LETS_PASS = (Verdict.ADMITTED, Verdict.LEFT)
"""Somebody moves: what a phone has shown of these has happened."""


class Reason(StrEnum):
    """Why somebody is refused. The states of a registration keep their own names.

    `newer_than_list` is a phone's own: a ticket that its list does not have, seen while nobody could be asked.
    """

    UNKNOWN = "unknown"
    REPLACED = "replaced"
    OTHER_EVENT = "other_event"
    HELD = "held"
    OFFERED = "offered"
    AWAITING_APPROVAL = "awaiting_approval"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    LEFT = "left"
    QUESTION_OPEN = "question_open"
    QUESTION_REFUSED = "question_refused"
    HOUSE_FULL = "house_full"
    FULL = "full"
    WALK_INS_OFF = "walk_ins_off"
    NO_COMPANIONS = "no_companions"
    NOT_INSIDE = "not_inside"
    EXITS_OFF = "exits_off"
    NEWER_THAN_LIST = "newer_than_list"
    NOT_YOURS = "not_yours"
    NOT_ADMITTED = "not_admitted"
    ID_REUSED = "id_reused"


class Decider(StrEnum):
    """Who decided: the server; a phone by its list before the server knew; a supervisor against the rules; a list on paper."""

    SERVER = "server"
    PHONE = "phone"
    SUPERVISOR = "supervisor"
    PAPER = "paper"


class Source(StrEnum):
    """How the guest was found."""

    SCAN = "scan"
    TYPED = "typed"
    SEARCH = "search"
    GROUP = "group"
    WALK_IN = "walk_in"
    KIOSK = "kiosk"
    PAPER = "paper"
    API = "api"


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What has been shown already, without the server: it is recorded as it happened."""

    verdict: Verdict
    by: Decider
    reason: Reason | None = None


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One act at the door as it was asked for: by a code as it was read or typed, by its hash, or by a guest found by name.

    An undo names the entry or exit that it takes back. `at` is the server's time; what the phone's clock said is in `phone_at`.
    """

    id: UUID
    at: datetime
    operator: str
    act: Act = Act.ENTRY
    code: str | None = None
    code_hash: str | None = None
    registration_id: UUID | None = None
    undoes: UUID | None = None
    gate_id: UUID | None = None
    device_id: UUID | None = None
    source: Source = Source.SCAN
    decided: Decided | None = None
    note: str = ""
    answers: dict[str, bool] = {}
    phone_at: datetime | None = None
    list_at: datetime | None = None
    may_undo_any: bool = False


def shown_id(scan_id: UUID) -> UUID:
    """The id of the second record of a scan: the server had refused it, its answer was lost, and the phone let the guest in."""
    return uuid5(scan_id, "shown")


def sent_away_id(scan_id: UUID) -> UUID:
    """Under which an entry is taken back whose "admitted" never reached the phone: it had sent the guest away."""
    return uuid5(scan_id, "sent away")


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
    """The decision on one scan; `replayed` when it had been made before.

    `would_be` is what the server says itself where a phone has refused somebody.
    """

    verdict: Verdict
    reason: Reason | None
    replayed: bool
    guest: Entrant | None
    first: FirstEntry | None
    other_event: OtherEvent | None
    act: Act = Act.ENTRY
    would_be: str | None = None

    @property
    def kind(self) -> str:
        """The word of the verdict shown."""
        if self.verdict == Verdict.LEFT:
            return "goodbye"
        if self.verdict != Verdict.REFUSED:
            return self.verdict
        return "not_undone" if self.act == Act.UNDO else self.reason or Reason.UNKNOWN


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """How full the house is: who is inside now, who has come at all, and which confirmed guests are still expected.

    `free` is how many places of the event nobody has; the fire limit counts people, the crew among them.
    """

    inside: int
    arrived: int
    expected: int
    confirmed: int
    walk_ins: int = 0
    fire_limit: int | None = None
    crew_inside: int = 0
    free: int = 0


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that contradicts the records: 'twice', 'not_valid' or 'over_limit', and the entry it meets, if it is one."""

    check_in_id: UUID
    registration_id: UUID | None
    kind: str
    at: datetime
    gate: str
    first_check_in_id: UUID | None = None
    first_at: datetime | None = None
    first_gate: str = ""
    resolved_at: datetime | None = None
    decision: str | None = None


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


def told_apart(moments: Iterable[datetime]) -> list[datetime]:
    """The moments of one queue. Those that are the same, as when a wrong clock was drawn to one, follow each other in its order."""
    apart: list[datetime] = []
    for moment in moments:
        collides = apart and apart[-1] - LONGEST_TIE <= moment <= apart[-1]
        apart.append(apart[-1] + ONE_TICK if collides else moment)
    return apart


def phones_topic(event_id: UUID) -> str:
    """What is marked when a phone says something about itself; the event's own topic is for guests."""
    return f"phones:{event_id}"


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
