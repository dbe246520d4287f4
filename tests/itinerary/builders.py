"""Builders of itineraries: events at known places and hours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from events.itinerary.choosing import same_guest
from events.itinerary.model import Place, Stay
from events.itinerary.queries import guests_of_party
from events.kit.clock import now
from events.kit.database import Executor
from events.kit.ids import new_id
from events.kit.tokens import random_token
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration.actions import register
from events.registration.claims import ClaimDesk
from events.registration.model import GuestDetails, Outcome, SignUp
from tests.builders import TOKENS, make_event, make_guest

HANEDA = Place(35.5494, 139.7798)
YOKOHAMA = Place(35.4550, 139.6330)
OSAKA = Place(34.7025, 135.4959)
EIGHT_O_CLOCK = datetime(2027, 4, 22, 8, 0, tzinfo=UTC) - timedelta(hours=9)  # in Tokyo
IN_A_MONTH = (now() + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)  # nine o'clock in Tokyo


def stay(begins: float, hours: float = 1.0, *, at: Place | None = HANEDA, venue_id: UUID | None = None, **changes: Any) -> Stay:
    """An event that begins so many hours after eight o'clock in Tokyo."""
    starts_at = EIGHT_O_CLOCK + timedelta(hours=begins)
    given: dict[str, Any] = {
        "event_id": new_id(),
        "slug": "visit",
        "title": {"en": "Visit", "de": "Besuch", "ja": "見学"},
        "time_zone": "Asia/Tokyo",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "venue_id": venue_id or new_id(),
        "venue_name": {"en": "Haneda"},
        "place": at,
    }
    return Stay(**(given | changes))


async def make_event_at(db: Executor, begins: float, hours: float = 1.0, *, at: Place | None = None, **changes: Any) -> Event:
    """A published event so many hours after nine o'clock in a month, at a venue of its own."""
    starts_at = IN_A_MONTH + timedelta(hours=begins)
    event = await make_event(db, starts_at=starts_at, **({"closes_at": starts_at - timedelta(days=1)} | changes))
    await db.execute("update events set ends_at = $2 where id = $1", event.id, starts_at + timedelta(hours=hours))
    if at is not None:
        await place_venue(db, event, at)
    changed = await event_by_id(db, event.id)
    assert changed is not None
    return changed


async def venue_of(db: Executor, event: Event) -> UUID:
    venue_id = await db.fetchval("select venue_id from events where id = $1", event.id)
    assert isinstance(venue_id, UUID)
    return venue_id


async def place_venue(db: Executor, event: Event, place: Place) -> None:
    await db.execute(
        "update venues set latitude = $2, longitude = $3 where id = $1", await venue_of(db, event), place.latitude, place.longitude
    )


async def book_together(
    db: Executor, events: Sequence[Event], *guests: GuestDetails, lead: Outcome | None = None, **booking: Any
) -> list[Outcome]:
    """One party at several events: the first booking leads, unless a lead is given; guests who have a ticket come with it."""
    outcomes: list[Outcome] = []
    for event in events:
        first = lead or (outcomes[0] if outcomes else None)
        lead_id = first.booking_id if first else None
        known = await guests_of_party(db, lead_id) if lead_id else []
        wanted = list(guests) or [make_guest()]
        party = [next((replace(guest, guest_id=one.guest_id) for one in known if same_guest(one.guest, guest)), guest) for guest in wanted]
        given: dict[str, Any] = {"email": "guest@example.com", "locale": "en", "source": "form", "accept_waitlist": True, "mail": False}
        sign_up = SignUp(key=f"test:{random_token()}", guests=party, lead_id=lead_id, **(given | booking))
        outcomes.append(await register(ClaimDesk(db, TOKENS), event, sign_up))  # type: ignore[arg-type]  # a connection serves as well
    return outcomes
