"""Who works with the service: members of staff and the programs they let in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Role(StrEnum):
    """What somebody may do for one organiser. Door staff and reviewers each see their own work only; organisers include both,
    owners everybody (docs/decisions/0008)."""

    DOOR = "door"
    REVIEWER = "reviewer"
    ORGANISER = "organiser"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do everything the other one may."""
        return other in _INCLUDED[self]


_INCLUDED = {
    Role.DOOR: {Role.DOOR},
    Role.REVIEWER: {Role.REVIEWER},
    Role.ORGANISER: {Role.DOOR, Role.REVIEWER, Role.ORGANISER},
    Role.OWNER: {*Role},
}


class ReviewRole(StrEnum):
    """In whose name somebody judges an application."""

    HOST = "host"
    PROTOCOL = "protocol"
    SECURITY = "security"


class Scope(StrEnum):
    """What an API token may do."""

    READ_EVENTS = "events:read"
    READ_GUESTS = "guests:read"
    WRITE_REGISTRATIONS = "registrations:write"
    WRITE_CHECK_INS = "check-ins:write"


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in person, with a role for every organiser they work for; `reviews` names the organisers for whom they judge
    applications, and in whose name."""

    id: UUID
    email: str
    name: str
    locale: str
    roles: dict[UUID, Role]
    reviews: dict[UUID, list[ReviewRole]] = {}

    @property
    def actor(self) -> str:
        """How the audit trail and cancellations name this person."""
        return f"staff:{self.id}"

    def may(self, role: Role | str, organiser_id: UUID) -> bool:
        """Whether this person has at least `role` for the organiser."""
        held = self.roles.get(organiser_id)
        return held is not None and held.includes(Role(role))

    def voices(self, organiser_id: UUID) -> list[ReviewRole]:
        """In whose name this person may judge the organiser's applications; organisers and owners speak for the host anyway."""
        own = {*self.reviews.get(organiser_id, [])}
        if self.may(Role.ORGANISER, organiser_id):
            own.add(ReviewRole.HOST)
        return [role for role in ReviewRole if role in own]

    def organisers(self, role: Role) -> list[UUID]:
        """The organisers for whom this person has at least `role`."""
        return sorted(organiser_id for organiser_id, held in self.roles.items() if held.includes(role))


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A live session as it was found: `last_seen_at` is written coarsely."""

    staff: Staff
    last_seen_at: datetime


class ApiClient(msgspec.Struct, frozen=True, kw_only=True):
    """A program with a valid token. It sees what belongs to one organiser, and of that what its scopes allow."""

    token_id: UUID
    organiser_id: UUID
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        return f"token:{self.token_id}"
