"""What an organiser does with events and their places, one verb each. Every one leaves an audit entry."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.i18n import gettext as _
from events.kit.ids import new_id

from . import editing_queries, queries
from .editing import IN_CALENDAR, ContingentDetails, EventDetails, changed_fields
from .errors import CapacityRefused, EventIsCancelled, SlugTaken
from .model import Event, EventStatus, Pool, Texts

LONGEST_SLUG = 60
RESERVED_SLUGS = frozenset({"new"})  # /organiser/events/new is the form for a new event
FIRST_GATE = "Main entrance"


async def create_event(tx: Connection, staff: Staff, details: EventDetails, *, slug: str, capacity: int) -> str:
    """Writes a draft with its places and a first gate; answers its slug. `SlugTaken` when a chosen one is in use."""
    event_id = new_id()
    chosen = slug or suggested_slug(details.title) or "event"
    try:
        await _insert(tx, event_id, chosen, details)
    except (asyncpg.UniqueViolationError, SlugTaken) as error:
        if slug:
            raise SlugTaken(errors={"slug": _("Another event already has this address.")}) from error
        chosen = f"{chosen[: LONGEST_SLUG - 9]}-{event_id.hex[-8:]}"
        await _insert(tx, event_id, chosen, details)
    await editing_queries.insert_root_pool(tx, event_id, capacity)
    await editing_queries.insert_gate(tx, new_id(), event_id, FIRST_GATE)
    await insert_audit_entry(
        tx,
        organiser_id=details.organiser_id,
        actor=staff.actor,
        action="event_created",
        subject=f"event:{chosen}",
        detail={"capacity": capacity},
    )
    return chosen


async def edit_event(tx: Connection, staff: Staff, event: Event, details: EventDetails, *, tell_guests: bool) -> None:
    """Replaces an event's description. A new time or venue makes a new version of the calendar entry, and with `tell_guests`
    every booking of a published event gets it by mail."""
    _programme_id, former = await editing_queries.place_of(tx, event.id)
    venue_id = await _venue(tx, details)
    changed = changed_fields(event, details, venue_id=venue_id, former_venue_id=former)
    is_new_version = not IN_CALENDAR.isdisjoint(changed)
    await editing_queries.update_event(tx, event.id, details, venue_id=venue_id, is_new_version=is_new_version)
    is_told = tell_guests and is_new_version and event.status == EventStatus.PUBLISHED
    if is_told:
        await editing_queries.order_moved_mails(tx, event.id, event.time_and_place)
        await editing_queries.order_moved_invitations(tx, event.id, event.time_and_place)
    await _note(tx, staff, event, "event_changed", {"fields": sorted(changed), "guests_told": is_told})


async def publish_event(tx: Connection, staff: Staff, event: Event) -> None:
    """Shows a draft to guests. Raises `EventIsCancelled`, also for an event that was cancelled while its page was open."""
    if not await editing_queries.publish(tx, event.id):
        raise EventIsCancelled
    await _note(tx, staff, event, "event_published")


async def mark_cancelled(tx: Connection, staff: Staff, event: Event) -> list[UUID]:
    """Cancels the event and answers the registrations whose guests have to be told; with the status changed nobody moves up."""
    if event.status == EventStatus.CANCELLED:
        raise EventIsCancelled
    await editing_queries.lock_places(tx, event.id)
    await editing_queries.update_status(tx, event.id, EventStatus.CANCELLED)
    concerned = await editing_queries.live_registrations(tx, event.id)
    await _note(tx, staff, event, "event_cancelled", {"registrations": len(concerned)})
    return concerned


async def resize(tx: Connection, staff: Staff, event: Event, *, pool_id: UUID, capacity: int, now: datetime) -> None:
    """Sets the places of the event or of a contingent; more places serve the waiting list at once. `CapacityRefused` tells the limits."""
    pools = await queries.pools_of_event(tx, event.id)
    pool = _pool(pools, pool_id)
    answer = await editing_queries.resize_pool(tx, event.id, pool_id, capacity, now)
    if answer != "resized":
        raise CapacityRefused(errors={"capacity": _limits(await queries.pools_of_event(tx, event.id), pool_id, answer)})
    if capacity != pool.capacity:
        detail = {"pool": pool.slug, "from": pool.capacity, "to": capacity}
        await _note(tx, staff, event, "places_resized", detail)


async def add_contingent(tx: Connection, staff: Staff, event: Event, details: ContingentDetails, *, now: datetime) -> None:
    """Sets places aside for a group. `CapacityRefused` when so many are not free; then nothing is written."""
    pool_id = new_id()
    async with tx.transaction():
        await editing_queries.lock_places(tx, event.id)
        pools = await queries.pools_of_event(tx, event.id)
        _pool(pools, details.parent_id)
        slug = _free_slug(suggested_slug(details.name), {pool.slug for pool in pools})
        await editing_queries.insert_contingent(tx, pool_id, event.id, parent_id=details.parent_id, slug=slug, name=details.name)
        await _apply(tx, staff, event, details, pool_id=pool_id, now=now)
    await _note(tx, staff, event, "contingent_added", {"contingent": slug, "capacity": details.capacity})


async def edit_contingent(tx: Connection, staff: Staff, event: Event, details: ContingentDetails, *, pool_id: UUID, now: datetime) -> None:
    """Renames, resizes, opens or closes a contingent. `CapacityRefused` leaves everything as it was."""
    pool = _contingent(await queries.pools_of_event(tx, event.id), pool_id)
    async with tx.transaction():
        await editing_queries.lock_places(tx, event.id)
        await _apply(tx, staff, event, details, pool_id=pool_id, now=now)
    await _note(tx, staff, event, "contingent_changed", {"contingent": pool.slug})


async def release(tx: Connection, staff: Staff, event: Event, *, pool_id: UUID, now: datetime) -> None:
    """Gives a contingent's unused places to everybody, once and for all."""
    pool = _contingent(await queries.pools_of_event(tx, event.id), pool_id)
    if await editing_queries.release_contingent(tx, event.id, pool_id, now):
        await _note(tx, staff, event, "contingent_released", {"contingent": pool.slug, "unused": pool.direct})


def suggested_slug(texts: Texts) -> str:
    """An address made from the English (else any Latin) title: "Networking dinner" → networking-dinner; may be empty."""
    for language in ("en", "de", "ja"):
        plain = unicodedata.normalize("NFKD", texts.get(language, "").translate(_GERMAN)).encode("ascii", "ignore").decode().lower()
        if slug := re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-"):
            return slug
    return ""


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


async def _insert(tx: Connection, event_id: UUID, slug: str, details: EventDetails) -> None:
    """The event with its venue, or neither."""
    if slug in RESERVED_SLUGS:
        raise SlugTaken
    async with tx.transaction():
        await editing_queries.insert_event(tx, event_id, slug, details, await _venue(tx, details))


async def _apply(tx: Connection, staff: Staff, event: Event, details: ContingentDetails, *, pool_id: UUID, now: datetime) -> None:
    if details.capacity is not None:
        await resize(tx, staff, event, pool_id=pool_id, capacity=details.capacity, now=now)
    await editing_queries.update_contingent(tx, pool_id, name=details.name, open_to_all=details.open_to_all, release_at=details.release_at)
    await editing_queries.promote_waiting(tx, event.id, now)  # a contingent that is now open may serve who waits for any place


async def _venue(tx: Connection, details: EventDetails) -> UUID | None:
    """The chosen venue, if it is the organiser's own, or the one that has just been described."""
    if details.new_venue is None:
        own = {venue.id for venue in await editing_queries.venues_of(tx, [details.organiser_id])}
        return details.venue_id if details.venue_id in own else None
    venue_id = new_id()
    venue = details.new_venue
    await editing_queries.insert_venue(
        tx, venue_id, details.organiser_id, name=venue.name, address=venue.address, time_zone=details.time_zone
    )
    return venue_id


def _limits(pools: list[Pool], pool_id: UUID, answer: str) -> str:
    """Why a number was refused, with the numbers."""
    pool = _pool(pools, pool_id)
    if answer == "above_parent":
        around = next(other for other in pools if other.id == pool.parent_id)
        return _("At most %(most)s: more places are not free around it.") % {"most": pool.capacity + around.direct}
    least = pool.capacity - pool.direct
    if least == pool.taken:
        return _("At least %(least)s: so many places are taken.") % {"least": least}
    words = {"least": least, "taken": pool.taken, "kept": least - pool.taken}
    return _("At least %(least)s: %(taken)s places are taken and %(kept)s more are set aside for contingents.") % words


def _pool(pools: Iterable[Pool], pool_id: UUID) -> Pool:
    found = next((pool for pool in pools if pool.id == pool_id), None)
    if found is None:
        raise NotFound
    return found


def _contingent(pools: Iterable[Pool], pool_id: UUID) -> Pool:
    found = _pool(pools, pool_id)
    if found.parent_id is None:
        raise NotFound
    return found


def _free_slug(wanted: str, used: set[str | None]) -> str:
    base = wanted or "contingent"
    return next(slug for number in range(1, len(used) + 2) if (slug := base if number == 1 else f"{base}-{number}") not in used)


async def _note(tx: Connection, staff: Staff, event: Event, action: str, detail: Mapping[str, object] | None = None) -> None:
    subject = f"event:{event.slug}"
    await insert_audit_entry(tx, organiser_id=event.organiser_id, actor=staff.actor, action=action, subject=subject, detail=detail or {})
