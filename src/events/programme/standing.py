"""Where an event stands for somebody who would like to come."""

from datetime import datetime
from enum import StrEnum

import msgspec

from .model import Event, EventStatus


class GuestPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """Places as guests without a contingent see them: `free` leaves out what is kept for others."""

    capacity: int
    free: int
    waiting: int

    @property
    def taken(self) -> int:
        return self.capacity - self.free


class Standing(StrEnum):
    """The first three take sign-ups."""

    OPEN = "open"
    FEW = "few"
    WAITING_LIST = "waiting_list"
    FULL = "full"
    UPCOMING = "upcoming"
    CLOSED = "closed"
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def takes_sign_ups(self) -> bool:
        return self in (Standing.OPEN, Standing.FEW, Standing.WAITING_LIST)


def standing(event: Event, places: GuestPlaces, now: datetime) -> Standing:
    """The state a guest is told. A published event whose registration is over stays visible until it ends."""
    if event.status == EventStatus.CANCELLED:
        return Standing.CANCELLED
    if now >= event.ends_at:
        return Standing.ENDED
    if now >= event.registration_closes_at:
        return Standing.CLOSED
    if not event.takes_sign_ups(now):
        return Standing.UPCOMING
    if places.free <= 0:
        return Standing.WAITING_LIST if event.waiting_list else Standing.FULL
    return Standing.FEW if places.free <= few(places.capacity) else Standing.OPEN


def few(capacity: int) -> int:
    """How many free places are worth a word: a tenth, at least five, never more than half of a small table."""
    return min(max(5, capacity // 10), capacity // 2)
