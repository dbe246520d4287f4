"""Whose event it is: somebody else's is not found, whoever asks."""

from events.accounts.errors import Forbidden
from events.accounts.model import ApiClient, Role, Staff
from events.kit.database import Executor
from events.kit.errors import NotFound

from . import queries
from .model import Event, EventStatus
from .shelf import EventShelf


async def event_for_staff(db: Executor, staff: Staff, slug: str, *, at_least: Role = Role.ORGANISER) -> Event:
    """The event, if this person works for its organiser (else `NotFound`) with at least that role (else `Forbidden`)."""
    event = await queries.event_by_slug(db, slug)
    if event is None or event.organiser_id not in staff.roles:
        raise NotFound
    if not staff.may(at_least, event.organiser_id):
        raise Forbidden
    return event


async def event_for_client(db: Executor, client: ApiClient, slug: str) -> Event:
    """The event, if the token belongs to its organiser, else `NotFound`."""
    event = await queries.event_by_slug(db, slug)
    if event is None or event.organiser_id != client.organiser_id:
        raise NotFound
    return event


async def hot_event_for_client(shelf: EventShelf, client: ApiClient, slug: str) -> Event:
    """`event_for_client` for addresses that are called thousands of times a second."""
    event = await shelf.by_slug(slug)
    if event is None or event.organiser_id != client.organiser_id:
        raise NotFound
    return event


async def event_for_guest(db: Executor, slug: str) -> Event:
    """The event as the public may see it; a draft does not exist for them."""
    event = await queries.event_by_slug(db, slug)
    if event is None or event.status == EventStatus.DRAFT:
        raise NotFound
    return event


async def hot_event_for_guest(shelf: EventShelf, slug: str) -> Event:
    """`event_for_guest` for addresses that are called thousands of times a second."""
    event = await shelf.by_slug(slug)
    if event is None or event.status == EventStatus.DRAFT:
        raise NotFound
    return event
