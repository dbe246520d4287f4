"""Which events do not go together for one guest: those that overlap, and those with too little time for the way between them."""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any
from uuid import UUID

from events.kit.database import Executor

from . import queries
from .model import Clash, ClashKind, KnownWays, Stay
from .ways import way_between

_NOTHING_KNOWN: KnownWays = {}


def clashes_among(stays: Iterable[Stay], known: KnownWays = _NOTHING_KNOWN) -> list[Clash]:
    """Every pair that one guest can hardly attend both, in order of time. An event may begin the moment another ends, if there is
    no way between them."""
    found = []
    for first, second in combinations(sorted(stays, key=lambda stay: (stay.starts_at, stay.event_id)), 2):
        way = way_between(first, second, known)
        if second.starts_at < first.ends_at:
            found.append(Clash(kind=ClashKind.OVERLAP, first=first, second=second, way=way))
        elif second.starts_at - first.ends_at < way.time:
            found.append(Clash(kind=ClashKind.WAY, first=first, second=second, way=way))
    return found


async def clashes_of_events(db: Executor, event_ids: Collection[UUID]) -> list[Clash]:
    """The clashes if one guest went to all of these. Events that are called off clash with nothing."""
    stays = await queries.stays_of_events(db, event_ids)
    return clashes_among(stays, await queries.known_ways(db, _venues(stays)))


async def clashes_of_guests(db: Executor, chosen: Mapping[Any, Collection[UUID]]) -> list[Clash]:
    """The clashes of several guests (named by anything), each with the events they go to. A pair of events that several of them cannot
    attend both is told once."""
    stays = {stay.event_id: stay for stay in await queries.stays_of_events(db, {one for ids in chosen.values() for one in ids})}
    known = await queries.known_ways(db, _venues(stays.values()))
    of_guests = [clashes_among([stays[one] for one in set(ids) if one in stays], known) for ids in chosen.values()]
    found = {clash.pair: clash for clashes in of_guests for clash in clashes}
    return sorted(found.values(), key=lambda clash: (clash.first.starts_at, clash.second.starts_at, clash.pair))


async def clashes_of_party(db: Executor, lead_booking_id: UUID, *, also: Collection[UUID] = ()) -> list[Clash]:
    """The clashes over everything that the guests of a party have or wait for, and over events that all of them would join."""
    attended = await queries.events_of_guests(db, lead_booking_id)
    return await clashes_of_guests(db, {guest: {*events, *also} for guest, events in attended.items()})


def _venues(stays: Iterable[Stay]) -> set[UUID]:
    return {stay.venue_id for stay in stays if stay.venue_id}
