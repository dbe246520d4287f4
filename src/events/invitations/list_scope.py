"""Whose invitations a page is about: those of one programme, or those to one event; for a co-host's people only its own."""

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
from events.programme.queries import event_by_slug, events_of_programme, programme_by_slug

from .co_host_queries import co_host_acted_for, events_with_contingents
from .model import CoHostName

AnyRequest = Request[Any, Any, State]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its events, or one event alone (which may belong to a programme, too).

    With a co-host only its invitations, and only the events where it has contingents.
    """

    organiser_id: UUID
    slug: str
    title: Texts
    time_zone: str
    hue: int
    programme: Programme | None
    event: Event | None
    events: list[Event]
    co_host: CoHostName | None = None

    @property
    def programme_id(self) -> UUID | None:
        return self.programme.id if self.programme else None

    @property
    def event_id(self) -> UUID | None:
        return self.event.id if self.event else None

    @property
    def co_host_id(self) -> UUID | None:
        return self.co_host.id if self.co_host else None

    @property
    def home(self) -> str:
        return f"{f'/co-hosts/{self.co_host.id}' if self.co_host else '/organiser'}/{self.kind}s/{self.slug}/invitations"

    @property
    def kind(self) -> str:
        return "programme" if self.programme else "event"

    @property
    def import_target(self) -> str:
        """How the import's form names it."""
        target = f"{self.kind}-{self.programme_id or self.event_id}"
        return f"{target}-for-{self.co_host.id}" if self.co_host else target

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        return f"{self.kind}:{self.slug}"

    @property
    def frame(self) -> str:
        """The template around every page about it."""
        if self.co_host:
            return "invitations/list_co_host.html"
        return "invitations/list_programme.html" if self.programme else "organiser_event.html"

    def words(self, staff: Staff) -> dict[str, Any]:
        """What that template needs."""
        return {"staff": staff, "scope": self, "event": self.event, "programme": self.programme, "section": "invitations"}


async def scope_for_staff(db: Executor, staff: Staff, request: AnyRequest, slug: str) -> Scope:
    """What the address names, if this person organises it; somebody else's is not found."""
    path = request.scope["path"]
    if path.startswith("/co-hosts/"):
        return await _co_host_scope(db, staff, request.path_params["co_host_id"], slug, of_programme=path.split("/")[3] == "programmes")
    if path.startswith("/organiser/programmes/"):
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


async def _co_host_scope(db: Executor, staff: Staff, co_host_id: UUID, slug: str, *, of_programme: bool) -> Scope:
    """What a co-host may invite to: nothing where it has no contingent."""
    organises = staff.organisers(Role.ORGANISER)
    co_host = await co_host_acted_for(db, co_host_id, staff.id, organises)
    programme = await programme_by_slug(db, slug) if of_programme else None
    event = None if of_programme else await event_by_slug(db, slug)
    found = programme or event
    if co_host is None or found is None or found.organiser_id != co_host.organiser_id:
        raise NotFound
    own = await events_with_contingents(db, co_host_id)
    events = [one for one in (await events_of_programme(db, programme.id) if programme else [event]) if one and one.id in own]
    if not events:
        raise NotFound
    return Scope(
        organiser_id=found.organiser_id,
        slug=slug,
        title=found.title,
        time_zone=found.time_zone,
        hue=found.hue,
        programme=programme,
        event=event,
        events=events,
        co_host=co_host,
    )
