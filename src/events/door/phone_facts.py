"""What a phone says about itself: how old its list is, how much it has not handed over, how long it will last."""

from datetime import UTC, datetime
from typing import Any

import msgspec

LONGEST_QUEUE = 1_000_000


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one moment; what is none was not said."""

    list_at: datetime | None = None
    queue: int | None = None
    battery: int | None = None
    charging: bool | None = None
    wiped: bool = False


def facts_of(given: Any) -> Facts:
    """What of it can be read. A phone that says nonsense about itself is served all the same."""
    said = given if isinstance(given, dict) else {}
    return Facts(
        list_at=_moment(said.get("list_at")),
        queue=_number(said.get("queue"), LONGEST_QUEUE),
        battery=_number(said.get("battery"), 100),
        charging=said.get("charging") if isinstance(said.get("charging"), bool) else None,
        wiped=said.get("wiped") is True,
    )


def _number(given: Any, most: int) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most:
        return None
    return round(given)


def _moment(given: Any) -> datetime | None:
    try:
        moment = msgspec.convert(given, datetime)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
