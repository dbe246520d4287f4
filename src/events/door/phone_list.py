"""The phones of an event as its organiser sees them: where each stands, and what it last said about itself."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from events.kit.i18n import N_

from .model import PhoneRole

IN_TOUCH_WITHIN = timedelta(minutes=2)  # an open phone speaks every few seconds; one that missed that long has lost us
LOW_BATTERY = 20


class PhoneState(StrEnum):
    """Where a phone stands."""

    WAITING = "waiting"
    MISSED = "missed"
    IN_TOUCH = "in_touch"
    SILENT = "silent"
    OFF_DUTY = "off_duty"
    REMOVED = "removed"
    ASKED_TO_FORGET = "asked_to_forget"
    FORGOT = "forgot"


ROLES = {
    PhoneRole.STEWARD: (N_("Steward"), N_("Checks guests in.")),
    PhoneRole.SUPERVISOR: (
        N_("Supervisor"),
        N_("May also let somebody in against the rules, with a reason, and take back what others entered."),
    ),
    PhoneRole.KIOSK: (N_("Kiosk"), N_("Stands there alone: guests show their own ticket. It has no names and no search.")),
}


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone is for: who carries it, at which gate, and when it may work; without hours until twelve hours after the event."""

    name: str
    gate: str
    role: PhoneRole = PhoneRole.STEWARD
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class ListedPhone(msgspec.Struct, frozen=True, kw_only=True):
    """A phone with its hours and facts. `waiting_scans` are those that nobody has decided about."""

    id: UUID
    name: str
    gate: str
    role: PhoneRole
    valid_from: datetime | None
    valid_until: datetime | None
    works_until: datetime
    pairing_expires_at: datetime | None
    paired_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    wiped_at: datetime | None
    list_at: datetime | None
    queue_length: int | None
    battery_percent: int | None
    is_charging: bool | None
    waiting_scans: int

    def state(self, now: datetime) -> PhoneState:
        """What its chip says."""
        if self.revoked_at:
            return self._farewell()
        if not self.paired_at:
            return PhoneState.WAITING if self.pairing_expires_at and now < self.pairing_expires_at else PhoneState.MISSED
        if now >= self.works_until or (self.valid_from and now < self.valid_from):
            return PhoneState.OFF_DUTY
        return PhoneState.IN_TOUCH if self.last_seen_at and now - self.last_seen_at < IN_TOUCH_WITHIN else PhoneState.SILENT

    def _farewell(self) -> PhoneState:
        if not self.paired_at:
            return PhoneState.REMOVED
        return PhoneState.FORGOT if self.wiped_at else PhoneState.ASKED_TO_FORGET

    @property
    def is_low(self) -> bool:
        """Whether somebody should bring a charger."""
        return self.battery_percent is not None and self.battery_percent < LOW_BATTERY and not self.is_charging


IS_OPEN = frozenset({PhoneState.IN_TOUCH, PhoneState.SILENT, PhoneState.OFF_DUTY})
"""States of a phone that is connected and may be changed."""
