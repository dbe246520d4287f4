"""What people do with badges: print sheets, ask for one at the door, print it at a station."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection, Executor
from events.kit.errors import NotFound
from events.kit.ids import new_id
from events.programme.model import Event

from . import queries, station_queries
from .errors import BadgeTakenElsewhere
from .model import Bearer, Look, Waiting


async def note_printed(tx: Connection, event: Event, staff: Staff, bearers: Sequence[Bearer], look: Look, *, now: datetime) -> None:
    """Writes down whose badges were printed, when and by whom; doing it again is another record."""
    ids = [new_id() for _ in bearers]
    people = [one.registration_id for one in bearers]
    await queries.insert_prints(tx, ids, people, event_id=event.id, layout=look.layout, actor=staff.actor, now=now)
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action="badges_printed",
        subject=f"event:{event.id}",
        detail={"badges": len(bearers), "layout": look.layout.value},
    )


async def request_badge(
    db: Executor, *, event_id: UUID, registration_id: UUID, actor: str, now: datetime, request_id: UUID | None = None
) -> Waiting:
    """Asks the event's stations for a guest's badge; they hear of it when the handler marks the event's live topic.

    The id is made by whoever asks: the same one again is the same request. Without an id a badge of the guest that waits already
    is answered. Raises `NotFound` for guests who have no place at this event, and for an id that stands for another badge.
    """
    known = None if request_id else await station_queries.open_request_of(db, event_id, registration_id)
    chosen = request_id or known or new_id()
    found = await station_queries.insert_request(db, chosen, event_id=event_id, registration_id=registration_id, actor=actor, now=now)
    waiting = await station_queries.request_by_id(db, event_id, chosen) if found == (event_id, registration_id) else None
    if waiting is None:
        raise NotFound
    return waiting


async def take_next(tx: Connection, event_id: UUID, station_id: UUID, *, now: datetime, request_id: UUID | None = None) -> Waiting | None:
    """The badge this station prints now: the oldest one that nobody prints, or the named one. None when there is none."""
    await station_queries.ask_for_arrivals(tx, event_id)
    taken = await station_queries.take_request(tx, event_id, station_id, now, request_id=request_id)
    return await station_queries.request_by_id(tx, event_id, taken) if taken else None


async def finish(tx: Connection, request_id: UUID, *, station_id: UUID, look: Look, actor: str, now: datetime) -> None:
    """The badge came out of this station's printer. Raises `BadgeTakenElsewhere` if it is not the station's, or was withdrawn."""
    done = await station_queries.finish_request(tx, request_id, new_id(), station_id=station_id, layout=look.layout, actor=actor, now=now)
    if not done:
        raise BadgeTakenElsewhere
