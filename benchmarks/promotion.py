"""The waiting list moves up: a thousand parties of one are served at once, and one after the other."""

from time import perf_counter
from uuid import UUID, uuid4

import msgspec

from events.kit.clock import now
from events.kit.database import Connection
from events.registration.queries import claim_places

from .stage import add_event

PARTIES = 1000
BATCH = 32  # what one coalesced call of the service may carry


class Promotions(msgspec.Struct, frozen=True):
    """Parties a second: joining the line by the claim, served by one call when all places come at once, and one by one when each
    place is given back by somebody."""

    joining: float
    at_once: float
    one_by_one: float
    faults: list[str]


async def promotions(db: Connection, slug: str) -> Promotions:
    """Measures on two events of its own, with offers that wait for an answer."""
    joined, at_once, faults = await _at_once(db, f"{slug}-at-once")
    one_by_one, others = await _one_by_one(db, f"{slug}-one-by-one")
    return Promotions(joined, at_once, one_by_one, faults + others)


async def _at_once(db: Connection, slug: str) -> tuple[float, float, list[str]]:
    event_id = await _line(db, slug, filled=0)
    begun = perf_counter()
    await _join(db, event_id, PARTIES, waitlist=True)
    joined = PARTIES / (perf_counter() - begun)
    begun = perf_counter()
    await db.fetchval("select resize_pool($1, $1, $2, $3)", event_id, PARTIES, now())
    return joined, PARTIES / (perf_counter() - begun), await _faults(db, event_id)


async def _one_by_one(db: Connection, slug: str) -> tuple[float, list[str]]:
    event_id = await _line(db, slug, filled=PARTIES)
    await _join(db, event_id, PARTIES, waitlist=True)
    taken = await db.fetch("select id from registrations where event_id = $1 and state = 'confirmed' order by id", event_id)
    begun = perf_counter()
    for row in taken:
        await db.fetchval("select give_back_places($1, $2, 'cancelled', 'guest', '', $3)", event_id, [row["id"]], now())
    return PARTIES / (perf_counter() - begun), await _faults(db, event_id)


async def _line(db: Connection, slug: str, *, filled: int) -> UUID:
    """An event with so many places, all taken, that offers those that come free for a day."""
    event_id = await add_event(db, slug, filled)
    await db.execute("delete from pools where event_id = $1 and parent_id is not null", event_id)
    await db.execute("update events set offer_hours = 24 where id = $1", event_id)
    await _join(db, event_id, filled, waitlist=False)
    return event_id


async def _join(db: Connection, event_id: UUID, parties: int, *, waitlist: bool) -> None:
    for first in range(0, parties, BATCH):
        requests = [_request(waitlist=waitlist) for _ in range(min(BATCH, parties - first))]
        await claim_places(db, event_id, requests, None)


def _request(*, waitlist: bool) -> dict[str, object]:
    key = uuid4().hex
    guest = {"guest_id": uuid4(), "registration_id": uuid4(), "ticket_id": uuid4(), "code_hash": key + key, "family_name": "見本"}
    names = {"given_name": "花子", "search_key": "見本 花子", "sort_key": "みほん はなこ"}
    booking = {"key": f"bench:{key}", "request_hash": key, "booking_id": uuid4(), "token_hash": key + key, "locale": "ja"}
    return booking | {"email": "hanako.mihon@example.com", "source": "api", "waitlist": waitlist, "mail": True, "guests": [guest | names]}


async def _faults(db: Connection, event_id: UUID) -> list[str]:
    """Everybody in line has an offer now, in the order of the line, and no place was given twice."""
    offered = await db.fetchval("select count(*) from registrations where event_id = $1 and state = 'offered'", event_id)
    pool = await db.fetchrow("select taken, waiting from pools where id = $1", event_id)
    waiting = await db.fetchval("select count(*) from waitlist_entries where event_id = $1 and state = 'waiting'", event_id)
    found = (offered, tuple(pool or ()), waiting)
    return [] if found == (PARTIES, (PARTIES, 0), 0) else [f"waiting list of {PARTIES}: {found}"]
