"""Whose invitations a page is about: those of one programme, or those to one event."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import State

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit.database import Executor
from events.kit.errors import NotFound
from events.programme.access import event_for_staff
from events.programme.model import Event, Programme, Texts
from events.programme.queries import events_of_programme, programme_by_slug

AnyRequest = Request[Any, Any, State]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its events, or one event alone (which may belong to a programme, too)."""

    organiser_id: UUID
    slug: str
    title: Texts
    time_zone: str
    hue: int
    programme: Programme | None
    event: Event | None
    events: list[Event]

    @property
    def programme_id(self) -> UUID | None:
        return self.programme.id if self.programme else None

    @property
    def event_id(self) -> UUID | None:
        return self.event.id if self.event else None

    @property
    def home(self) -> str:
        return f"/organiser/{'programmes' if self.programme else 'events'}/{self.slug}/invitations"

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"{'programme' if self.programme else 'event'}:{self.slug}"

    @property
    def frame(self) -> str:
        """The template around every page about it."""
        return "invitations/list_programme.html" if self.programme else "organiser_event.html"

    def words(self, staff: Staff) -> dict[str, Any]:
        """What that template needs."""
        return {"staff": staff, "scope": self, "event": self.event, "programme": self.programme, "section": "invitations"}


async def scope_for_staff(db: Executor, staff: Staff, request: AnyRequest, slug: str) -> Scope:
    """What the address names, if this person organises it; somebody else's is not found."""
    if request.scope["path"].startswith("/organiser/programmes/"):
        return await _programme_scope(db, staff, slug)
    event = await event_for_staff(db, staff, slug)
    return Scope(
        organiser_id=event.organiser_id,
        slug=slug,
        title=event.title,
        time_zone=event.time_zone,
        hue=event.hue,
        programme=None,
        event=event,
        events=[event],
    )


async def _programme_scope(db: Executor, staff: Staff, slug: str) -> Scope:
    programme = await programme_by_slug(db, slug)
    if programme is None or programme.organiser_id not in staff.roles:
        raise NotFound
    if not staff.may(Role.ORGANISER, programme.organiser_id):
        raise Forbidden
    return Scope(
        organiser_id=programme.organiser_id,
        slug=slug,
        title=programme.title,
        time_zone=programme.time_zone,
        hue=programme.hue,
        programme=programme,
        event=None,
        events=await events_of_programme(db, programme.id),
    )
