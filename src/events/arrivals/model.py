"""Hosts, their guests, and what of an arrival they are told."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from events.kit.tokens import Tokens
from events.people.model import Person
from events.registration.model import OVER, RegistrationState

LINK_LASTS = timedelta(days=7)  # after the event; by then nobody waits for a guest any more
TOLD_LATE = timedelta(minutes=1)  # a phone at the door was without a connection: the host learns when it really was

LONGEST_NOTE = 300


class HostDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What the organiser enters about a host. `sees_all` is protocol: every guest of the event."""

    name: str
    email: str = ""
    locale: str = "en"
    wants_mail: bool = False
    sees_all: bool = False


class Host(HostDetails, frozen=True, kw_only=True):
    """Who receives guests at one event. `issue` counts the links there have been."""

    id: UUID
    organiser_id: UUID
    event_id: UUID
    issue: int
    seen_at: datetime | None
    revoked_at: datetime | None


class ListedHost(Host, frozen=True, kw_only=True):
    """A host in the organiser's list, with the number of guests assigned and of those who have come."""

    guests: int
    arrived: int


class HostedGuest(Person, frozen=True, kw_only=True):
    """A guest as the host may see one: who it is, where the place stands, and the arrival that counts.

    `told_at` is when the service heard of the arrival; `has_left` says that the last movement at the door was an exit.
    """

    registration_id: UUID
    job_title: str = ""
    state: RegistrationState = RegistrationState.CONFIRMED
    table_name: str | None = None
    flags: tuple[str, ...] = ()
    note: str = ""
    arrived_at: datetime | None = None
    told_at: datetime | None = None
    gate: str | None = None
    has_left: bool = False

    @property
    def is_late_news(self) -> bool:
        """Whether the service heard of the arrival noticeably later than it was."""
        return self.arrived_at is not None and self.told_at is not None and self.told_at - self.arrived_at >= TOLD_LATE


class Candidate(Person, frozen=True, kw_only=True):
    """A guest whom the organiser assigns, or has assigned: with the names of all hosts, and the note for this one."""

    registration_id: UUID
    state: RegistrationState
    hosts: tuple[str, ...] = ()
    note: str = ""

    @property
    def comes(self) -> bool:
        return self.state not in OVER


def host_token(tokens: Tokens, host_id: UUID, issue: int) -> str:
    """The secret of the host's page, `/h/{token}`. Every issue has another one."""
    return tokens.token(f"host {issue}", host_id)
