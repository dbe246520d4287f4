"""What an organiser's own programs may read: live places and the guest list."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from events.accounts.access import require_scope
from events.accounts.errors import ScopeMissing, TokenRequired
from events.accounts.model import ApiClient, Scope
from events.kit.database import Pool
from events.kit.errors import InvalidInput, NotFound
from events.kit.http import Unavailable, before_program
from events.kit.openapi import operation, refusals
from events.people.keys import search_words
from events.programme.access import event_for_client
from events.programme.model import EventStatus, Texts
from events.registration.model import RegistrationState

from .api_queries import ListedGuest, PlacesNow, guests_after, places_now

LARGEST_PAGE = 200
STATES = [state.value for state in RegistrationState]


class ContingentNow(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a contingent, those of contingents inside it included; `inside` names the one around it."""

    slug: str
    name: Texts
    inside: str | None
    capacity: int
    taken: int
    free: int
    waiting: int
    arrived: int
    present: int


class EventNow(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its live counts, all in guests: `taken` also counts places that are held or await approval; `arrived` are all
    who came, `present` those of them who are inside now."""

    slug: str
    status: EventStatus
    title: Texts
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    capacity: int
    taken: int
    free: int
    waiting: int
    arrived: int
    present: int
    contingents: list[ContingentNow]


class GuestPage(msgspec.Struct, frozen=True, kw_only=True):
    """Guests in the order of their names. `next` leads to those after them, null on the last page."""

    guests: list[ListedGuest]
    next: str | None


@get(
    "/events/{slug:str}",
    operation_class=operation(),
    operation_id="show_event",
    summary="An event with its live places",
    responses=refusals(TokenRequired, ScopeMissing, NotFound, Unavailable),
)
async def show_event(slug: FromPath[str], api_client: NamedDependency[ApiClient], pool: NamedDependency[Pool]) -> EventNow:
    """Capacity, taken, free, waiting, arrived and present for the event and for each contingent. Needs the scope `events:read`."""
    require_scope(api_client, Scope.READ_EVENTS)
    event = await event_for_client(pool, api_client, slug)
    whole, *contingents = await places_now(pool, event.id)
    return EventNow(
        slug=event.slug,
        status=event.status,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        capacity=whole.capacity,
        taken=whole.taken,
        free=whole.free,
        waiting=whole.waiting,
        arrived=whole.arrived,
        present=whole.present,
        contingents=[_contingent(places) for places in contingents],
    )


@get(
    "/events/{slug:str}/guests",
    operation_class=operation(),
    operation_id="list_guests",
    summary="The guest list",
    responses=refusals(TokenRequired, ScopeMissing, NotFound, InvalidInput, Unavailable),
)
async def list_guests(
    slug: FromPath[str],
    api_client: NamedDependency[ApiClient],
    pool: NamedDependency[Pool],
    *,
    q: Annotated[str, QueryParameter(max_length=200, description="Words of names or companies, in any script.")] = "",
    in_state: Annotated[
        str | None, QueryParameter(name="state", schema_extra={"enum": STATES}, description="Only guests in this state.")
    ] = None,
    after: Annotated[str | None, QueryParameter(max_length=2000, description="`next` of the page before.")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE, description="How many guests at most.")] = 50,
) -> GuestPage:
    """Guests in the order of their names, page by page. Needs the scope `guests:read`."""
    require_scope(api_client, Scope.READ_GUESTS)
    event = await event_for_client(pool, api_client, slug)
    words = search_words(q)
    if q.strip() and not words:
        return GuestPage(guests=[], next=None)
    found = await guests_after(pool, event.id, words=words, state=_state(in_state), after=_place(after), limit=limit + 1)
    more = len(found) > limit
    return GuestPage(guests=[guest for _key, guest in found[:limit]], next=_cursor(*found[limit - 1]) if more else None)


def _contingent(places: PlacesNow) -> ContingentNow:
    return msgspec.convert(places, ContingentNow, from_attributes=True)


def _state(name: str | None) -> RegistrationState | None:
    """The framework keeps the parameter name `state` for itself, so it cannot check this one."""
    if name is None:
        return None
    if name not in STATES:
        raise InvalidInput(errors={"state": f"Expected one of {', '.join(STATES)}"})
    return RegistrationState(name)


def _cursor(sort_key: str, guest: ListedGuest) -> str:
    """The last guest's place in the order. It is opaque for programs, so that the order may change."""
    return base64.urlsafe_b64encode(guest.id.bytes + sort_key.encode()).decode()


def _place(cursor: str | None) -> tuple[str, UUID] | None:
    if cursor is None:
        return None
    try:
        place = base64.b64decode(cursor, altchars=b"-_", validate=True)
        sort_key = place[16:].decode()
        if "\0" in sort_key:
            raise ValueError("no sort key")
        return sort_key, UUID(bytes=place[:16])
    except (binascii.Error, ValueError):
        raise InvalidInput(errors={"after": "Expected the value of `next` of an earlier page"}) from None


api = Router(
    path="/api/v1", route_handlers=[show_event, list_guests], tags=["events"], before_request=before_program, include_in_schema=True
)
