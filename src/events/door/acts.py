"""Acts of a phone that need more than a record: guests who are made at the door. Whoever knows how registers here.

A handler makes sure that the guest has a registration and answers its id, or the reason why there is none; asked twice about one scan
it answers the same. Entry or refusal is recorded afterwards, like any other.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Pool
from events.kit.tokens import Tokens

from .desk import CheckInDesk
from .model import Decided, Phone, Reason, Source


class PhoneScan(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone sent, understood: times are set right, `decided` is allowed to this phone."""

    id: UUID
    act: str
    at: datetime
    source: Source
    phone_at: datetime | None = None
    list_at: datetime | None = None
    code_hash: str | None = None
    registration_id: UUID | None = None
    check_in_id: UUID | None = None
    decided: Decided | None = None
    note: str = ""
    answers: dict[str, bool] = {}
    person: dict[str, Any] | None = None


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, and with what."""

    phone: Phone
    pool: Pool
    desk: CheckInDesk
    tokens: Tokens
    received_at: datetime


class Unreadable(Exception):
    """A scan that cannot be understood; it is kept for people to decide."""


Handler = Callable[[Acting, PhoneScan], Awaitable[UUID | Reason]]

ACTS: dict[str, Handler] = {}


def register(act: str) -> Callable[[Handler], Handler]:
    """Decorates the handler of an act."""

    def remember(handler: Handler) -> Handler:
        ACTS[act] = handler
        return handler

    return remember
