"""Contact exchange: a guest's card, meetings of two, and what a scanned or typed code means."""

import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from events.people.model import Person
from events.programme.model import Event

# Letters and digits that nobody mixes up on a badge or over the noise of a reception.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SHORT_CODE_LENGTH = 6
STAYS_OPEN = timedelta(hours=1)  # after the planned end: people exchange cards while they say goodbye
CARDS_STAY = timedelta(days=30)  # after the event; the words of the consent promise it

_ADDRESS = re.compile(r"\s*https?://[^/\s]+/t/([a-z2-7]{16})/?\s*", re.IGNORECASE)
_TICKET = re.compile(r"[A-Z2-7]{16}")
_SHORT = re.compile(f"[{ALPHABET}]{{{SHORT_CODE_LENGTH}}}")


class Share(StrEnum):
    """What a guest may add to the name by a tick."""

    COMPANY = "company"
    JOB_TITLE = "job_title"


class Stage(StrEnum):
    """Whether contacts can be exchanged at an event now."""

    OFF = "off"
    EARLY = "early"
    OPEN = "open"
    OVER = "over"


class CardDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest decides to share beside the name."""

    shares: tuple[Share, ...] = ()
    email: str = ""
    phone: str = ""


class Card(Person, frozen=True, kw_only=True):
    """What a guest shares at one event, with the guest's names as they stand now."""

    registration_id: UUID
    event_id: UUID
    guest_id: UUID
    consent_id: int
    key_hash: bytes
    short_code: str
    shares: tuple[Share, ...]
    email: str
    phone: str
    job_title: str
    updated_at: datetime

    @property
    def shared_company(self) -> str:
        return self.company if Share.COMPANY in self.shares else ""

    @property
    def shared_job_title(self) -> str:
        return self.job_title if Share.JOB_TITLE in self.shares else ""


class Meeting(Person, frozen=True, kw_only=True):
    """A meeting as one of the two sees it. The names are the other's, and empty until both have agreed."""

    id: UUID
    other_id: UUID
    number: int
    is_mine: bool
    asked_at: datetime
    agreed_at: datetime | None
    declined_at: datetime | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The place a code leads to. `event_id` may be another event's than the one asked about; `has_card` says who takes part."""

    registration_id: UUID
    event_id: UUID
    is_confirmed: bool
    has_card: bool


class Outcome(StrEnum):
    """What came of a scan. Nothing of the other guest is told before `AGREED`."""

    AGREED = "agreed"
    ALREADY = "already"
    ASKED = "asked"
    OWN = "own"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    CANCELLED = "cancelled"
    NO_CARD = "no_card"
    EARLY = "early"
    OVER = "over"
    OFF = "off"


def stage_of(event: Event, *, is_open: bool, now: datetime) -> Stage:
    """From the opening of the doors until an hour after the planned end, while the organiser has it switched on."""
    if now > closes_at(event):
        return Stage.OVER
    if not is_open:
        return Stage.OFF
    return Stage.OPEN if now >= event.doors_at else Stage.EARLY


def closes_at(event: Event) -> datetime:
    """Until when contacts can be exchanged; from then on the cards can be taken."""
    return event.ends_at + STAYS_OPEN


def ticket_code(text: str) -> str | None:
    """The ticket's code in what a camera read: its address, or the bare code."""
    address = _ADDRESS.fullmatch(text)
    bare = (address[1] if address else "".join(text.split()).replace("-", "")).upper()
    return bare if _TICKET.fullmatch(bare) else None


def short_code(text: str) -> str | None:
    """A short code as somebody typed it."""
    bare = "".join(text.split()).replace("-", "").upper()
    return bare if _SHORT.fullmatch(bare) else None


def new_short_code() -> str:
    """Random: 30 bits, which nobody guesses at twenty attempts in ten minutes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SHORT_CODE_LENGTH))


def new_number() -> int:
    return 100 + secrets.randbelow(900)


def spaced(code: str) -> str:
    """As people read it to each other: "K7Q 2M9"."""
    return f"{code[:3]} {code[3:]}"


def topic_of(registration_id: UUID) -> str:
    """What is marked when a guest's meetings change."""
    return f"contacts:{registration_id}"
