"""Who came through the door, and when: for events of the past, and for the one under way as far as it has got."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from events.door.model import Scan
from events.kit.ids import new_id
from events.programme.model import Event

SCANNED_TWICE = 2  # guests who show their ticket at the other gate as well
EARLIEST, LATEST = timedelta(minutes=-8), timedelta(minutes=40)  # around the opening of the doors and the beginning


def scans(
    event: Event, codes: list[str], strangers: list[str], *, no_shows: int, phones: list[tuple[UUID, UUID]], now: datetime
) -> list[Scan]:
    """The scans up to now, oldest first: most guests within half an hour, some twice, a few tickets that are not for this door.

    `phones` are pairs of device and gate. The same event has the same arrivals each time.
    """
    dice = Random(event.slug)  # noqa: S311 (a story, not a secret)
    coming = dice.sample(codes, max(len(codes) - no_shows, 0))
    moments = [(_moment(event, dice), code) for code in coming]
    again = dice.sample(moments, min(SCANNED_TWICE, len(moments)))
    moments += [(moment + timedelta(seconds=dice.randint(20, 240)), code) for moment, code in again]
    moments += [(_moment(event, dice), code) for code in strangers]
    return [_scan(moment, code, dice.choice(phones)) for moment, code in sorted(moments) if moment <= now]


def _moment(event: Event, dice: Random) -> datetime:
    first, last = event.doors_at + EARLIEST, event.starts_at + LATEST
    most = event.doors_at + (event.starts_at - event.doors_at) * 0.7
    seconds = dice.triangular(0, (last - first).total_seconds(), (most - first).total_seconds())
    return first + timedelta(seconds=round(seconds))


def _scan(moment: datetime, code: str, phone: tuple[UUID, UUID]) -> Scan:
    device_id, gate_id = phone
    return Scan(id=new_id(), at=moment, operator=f"device:{device_id}", code=code, gate_id=gate_id, device_id=device_id)
