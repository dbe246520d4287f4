"""What holds at an event's doors: when they open, whether people leave and come back, how many the house takes, what is asked."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.programme.model import Texts

SHORTEST_NOTE = 3  # characters with which a supervisor says why; a dot is no reason


class Exits(StrEnum):
    """What leaving means: nothing is recorded, people come back, or whoever left has left."""

    OFF = "off"
    REENTRY = "reentry"
    FINAL = "final"


class DoorRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one event. The defaults are those of an event that has set none: doors open, nobody counted out."""

    doors_open_at: datetime | None = None
    exits: Exits = Exits.OFF
    fire_limit: int | None = None
    crew_inside: int = 0
    walk_ins: bool = False
    walk_in_pool_id: UUID | None = None
    lease_hours: int = 12
    prints_badges: bool = False
    """Whether the organiser has set badges up, so that phones may ask for one."""


class DoorQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question the steward answers with yes or no; a required one must be a yes. Without flags everybody is asked."""

    id: UUID
    label: Texts
    required: bool = False
    only_flags: list[str] = []

    def concerns(self, flags: list[str]) -> bool:
        """Whether a guest with these flags is asked."""
        return not self.only_flags or bool(set(self.only_flags) & set(flags))
