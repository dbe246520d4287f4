"""Waves: one sending of invitations or reminders to many, and how far it is."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class WaveKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"


class Audience(StrEnum):
    """For whom a wave is, asked again for each mail before it goes out: whoever has answered meanwhile is not reminded."""

    EVERYONE = "everyone"
    SILENT = "silent"
    PROVISIONAL = "provisional"


class WaveState(StrEnum):
    """`running` also before its time has come."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class MailState(StrEnum):
    """`sending` is written before the mail server is spoken to. After a crash it becomes `unclear`: nobody knows whether the
    mail went out, so a person decides whether to send again."""

    WAITING = "waiting"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SKIPPED = "skipped"
    UNCLEAR = "unclear"


class Skipped(StrEnum):
    """Why somebody was not written to."""

    WITHDRAWN = "withdrawn"
    NO_ADDRESS = "no_address"
    UNSUBSCRIBED = "unsubscribed"
    DECLINED = "declined"
    ANSWERED = "answered"
    OVER = "over"
    STOPPED = "stopped"


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """Belongs to a programme or to one event. `plan_id`: sent by itself, as planned."""

    id: UUID
    organiser_id: UUID
    programme_id: UUID | None
    event_id: UUID | None
    plan_id: UUID | None
    kind: WaveKind
    audience: Audience
    state: WaveState
    send_at: datetime
    created_at: datetime
    finished_at: datetime | None = None
    co_host_id: UUID | None = None

    @property
    def live_topic(self) -> str:
        return f"wave:{self.id}"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the recipients are where; `open` are still to be written to."""

    recipients: int
    open: int
    sent: int
    bounced: int
    failed: int
    unclear: int
    skipped: int


class WaveMail(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient's part in a wave, with what decides whether they are written to."""

    wave: Wave
    invitation_id: UUID
    round: int
    state: MailState
    withdrawn: bool
    reachable: bool
    silent: bool
    declined: bool
    provisional: bool

    @property
    def reason_to_skip(self) -> Skipped | None:
        """Why this mail must not go out as things stand now."""
        wanted = {Audience.EVERYONE: True, Audience.SILENT: self.silent, Audience.PROVISIONAL: self.provisional}
        reasons = (
            (Skipped.STOPPED, self.wave.state == WaveState.STOPPED),
            (Skipped.WITHDRAWN, self.withdrawn),
            (Skipped.NO_ADDRESS, not self.reachable),
            (Skipped.DECLINED, self.declined),
            (Skipped.ANSWERED, not wanted[self.wave.audience]),
        )
        return next((reason for reason, holds in reasons if holds), None)


class ReminderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Reminds by itself, at nine in the morning where the guest is, some days before the answer is due."""

    id: UUID
    organiser_id: UUID
    programme_id: UUID | None
    event_id: UUID | None
    audience: Audience
    days_before: int


class TroubledMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail of a wave that did not go out, for the page of the wave."""

    invitation_id: UUID
    honorific: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    family_name_latin: str
    given_name_latin: str
    address: str
    state: MailState
    reason: str
    error: str
