"""What must hold after every step around invitations, told from two looks at the tables: before the step and after it.

It knows nothing of how answers are carried out. It remembers only what a plain reader of the pages would: which answers were given
and taken, and who lost a place by somebody else's word.
"""

from dataclasses import dataclass, field
from uuid import UUID

from events.kit.database import Executor

OVER = frozenset({"cancelled", "expired"})

Want = tuple[UUID, UUID | None]
"""What somebody queues for: an event and a contingent there."""


@dataclass(frozen=True)
class Waiting:
    """A party in line."""

    entry: int
    booking: UUID
    want: Want
    size: int
    rank: tuple[int, int]


@dataclass(frozen=True)
class Place:
    """A guest's registration. Applications that keep no place have none."""

    booking: UUID
    guest: UUID
    want: Want
    state: str
    placed: bool


@dataclass
class Look:
    """One look at the tables."""

    places: dict[UUID, Place]
    line: dict[int, Waiting]
    answers: dict[tuple[UUID, UUID], list[str]]
    pools: list[tuple[UUID, int, int]]


@dataclass
class Ledger:
    """What was answered, and who lost the place that came of it: (invitation, event)."""

    lost: set[tuple[UUID, UUID]] = field(default_factory=set)


async def look(db: Executor, events: list[UUID]) -> Look:
    places = await db.fetch("select * from registrations where event_id = any ($1)", events)
    line = await db.fetch("select * from waitlist_entries where event_id = any ($1) and state = 'waiting'", events)
    answers = await db.fetch("select invitation_id, event_id, answer from answers where event_id = any ($1) order by id", events)
    pools = await db.fetch("select id, capacity, taken from pools where event_id = any ($1)", events)
    given: dict[tuple[UUID, UUID], list[str]] = {}
    for row in answers:
        given.setdefault((row["invitation_id"], row["event_id"]), []).append(row["answer"])
    return Look(
        places={
            row["id"]: Place(
                row["booking_id"], row["guest_id"], (row["event_id"], row["wanted_pool_id"]), row["state"], row["pool_id"] is not None
            )
            for row in places
        },
        line={
            row["id"]: Waiting(
                row["id"], row["booking_id"], (row["event_id"], row["pool_id"]), row["party_size"], (-row["priority"], row["id"])
            )
            for row in line
        },
        answers=given,
        pools=[(row["id"], row["capacity"], row["taken"]) for row in pools],
    )


def oversold(after: Look) -> list[str]:
    """Pools with more taken than there is."""
    return [f"{pool}: {taken} of {capacity}" for pool, capacity, taken in after.pools if taken > capacity]


def doubled(after: Look) -> list[str]:
    """Guests with two live places at one event."""
    live = [(place.guest, place.want[0]) for place in after.places.values() if place.state not in OVER]
    return [f"{guest} at {event}" for guest, event in set(live) if live.count((guest, event)) > 1]


def forgotten(before: Look, after: Look) -> list[str]:
    """Answers that are not there any more, or not as they were."""
    return [f"{key}: {given}" for key, given in before.answers.items() if after.answers.get(key, [])[: len(given)] != given]


def overtaken(before: Look, after: Look) -> list[str]:
    """Parties that still wait, although somebody behind them who wanted the same, and no fewer places, has got some meanwhile."""
    still = [before.line[entry] for entry in before.line.keys() & after.line.keys() if after.line[entry].size == before.line[entry].size]
    waited = {entry.booking: entry for entry in before.line.values()}
    found = []
    for booking, want, number in _placed_now(before, after):
        own = waited.get(booking)
        for other in still:
            behind = other.booking != booking and (own is None or other.rank < own.rank)
            if behind and other.want == want and other.size <= number:
                found.append(f"{other.booking} by {booking}")
    return found


def moved_up(before: Look, after: Look) -> list[int]:
    """Entries whose party has left the line for places of its own."""
    placed = {booking for booking, _want, _number in _placed_now(before, after)}
    return [entry for entry, party in before.line.items() if entry not in after.line and party.booking in placed]


def _placed_now(before: Look, after: Look) -> list[tuple[UUID, Want, int]]:
    """Bookings that came to places in this step, with how many."""
    fresh: dict[tuple[UUID, Want], int] = {}
    for registration, place in after.places.items():
        earlier = before.places.get(registration)
        if place.placed and not (earlier and earlier.placed):
            fresh[place.booking, place.want] = fresh.get((place.booking, place.want), 0) + 1
    return [(booking, want, number) for (booking, want), number in fresh.items()]
