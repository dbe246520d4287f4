"""What a move of an event does to those who come: which of their other events it clashes with now, and did not before."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from events.kit.database import Executor
from events.kit.i18n import ngettext
from events.programme.editing import EventDetails, Foresight
from events.programme.model import Event, TimeAndPlace

from . import queries
from .clashes import clashes_among
from .model import Clash, KnownWays, Stay
from .notices import answer_to, clash_words


async def foreseen(db: Executor, event: Event, details: EventDetails) -> Foresight | None:
    """How many guests could hardly come to this and another of their events after the change; nothing if it makes no difference."""
    attended = await queries.other_events_of_guests(db, event.id)
    others = await queries.stays_of_events(db, {one for ids in attended.values() for one in ids})
    here = await queries.stays_of_events(db, [event.id])
    if not here or not others:
        return None
    [before] = here
    venue_name, place = await queries.place_of_venue(db, details.venue_id) if details.venue_id else (None, None)
    after = replace(
        before,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        time_zone=details.time_zone,
        venue_id=details.venue_id,
        venue_name=venue_name,
        place=place,
    )
    known = await queries.known_ways(db, {stay.venue_id for stay in (before, after, *others) if stay.venue_id})
    return _foresight(attended, _new_clashes(before, after, others, known))


async def clashes_by_move(db: Executor, booking_id: UUID, event_id: UUID, former: TimeAndPlace) -> list[str]:
    """The same for one party after the move, in sentences for its mail."""
    others = await queries.stays_of_events(db, await queries.other_events_of_booking(db, booking_id, event_id))
    here = await queries.stays_of_events(db, [event_id])
    if not here or not others:
        return []
    [after] = here
    before = replace(after, starts_at=former.starts_at, ends_at=former.ends_at, time_zone=former.time_zone)
    if former.venue_name != after.venue_name:  # nobody remembers where that was; the way from here is news
        before = replace(before, venue_id=None, place=None)
    known = await queries.known_ways(db, {stay.venue_id for stay in (after, *others) if stay.venue_id})
    return [clash_words(clash) for clash in _new_clashes(before, after, others, known).values()]


def _new_clashes(before: Stay, after: Stay, others: Sequence[Stay], known: KnownWays) -> dict[UUID, Clash]:
    """By the event that clashes now and did not before, or not in this way."""
    found: dict[UUID, Clash] = {}
    for other in others:
        were = {clash.kind for clash in clashes_among([before, other], known)}
        for clash in clashes_among([after, other], known):
            if clash.kind not in were:
                found[other.event_id] = clash
    return found


def _foresight(attended: Mapping[UUID, Sequence[UUID]], clashes: Mapping[UUID, Clash]) -> Foresight | None:
    guests = sum(any(event_id in clashes for event_id in ids) for ids in attended.values())
    if not guests:
        return None
    words = ngettext(
        "With this change %(num)s guest can hardly come to everything they are registered for.",
        "With this change %(num)s guests can hardly come to everything they are registered for.",
        guests,
    )
    ordered = sorted(clashes.values(), key=lambda clash: (clash.first.starts_at, clash.pair))
    return Foresight(summary=words % {"num": guests}, sentences=[clash_words(clash) for clash in ordered], answer=answer_to(ordered))
