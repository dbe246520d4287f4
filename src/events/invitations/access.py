"""Whose invitation it is: by one of its links, or by working for its organiser."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit import limits
from events.kit.database import Executor
from events.kit.errors import NotFound, TooManyRequests
from events.kit.tokens import token_hash

from . import queries
from .co_host_queries import co_host_acted_for
from .model import Invitation, Link

AnyRequest = Request[Any, Any, State]

# A mistyped link is tried a few times; a machine that guesses is slowed down. Links have 128 bits, so this only spares the database.
WRONG_LINKS_PER_MINUTE = 30
# Behind a proxy whose forwarded addresses are not trusted everybody seems to be this machine: then nobody is limited.
_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})


async def invitation_by_token(db: Executor, request: AnyRequest, token: str) -> tuple[Invitation, Link]:
    """The invitation behind the link. One look-up by the hash, whether the token is right, old, somebody else's or guessed."""
    found = await queries.invitation_by_link(db, token_hash(token))
    if found is None:
        await _limit_guesses(db, request)
        raise NotFound
    return found


async def invitation_for_staff(db: Executor, staff: Staff, invitation_id: UUID, *, at_least: Role = Role.ORGANISER) -> Invitation:
    """The invitation, if this person works for its organiser (else `NotFound`) with at least that role (else `Forbidden`).

    A co-host's people have the invitations in its name, and no others.
    """
    invitation = await queries.invitation_by_id(db, invitation_id)
    if invitation is None:
        raise NotFound
    if invitation.co_host_id and await co_host_acted_for(db, invitation.co_host_id, staff.id, []):
        return invitation
    if invitation.organiser_id not in staff.roles:
        raise NotFound
    if not staff.may(at_least, invitation.organiser_id):
        raise Forbidden
    return invitation


async def _limit_guesses(db: Executor, request: AnyRequest) -> None:
    client = request.client.host if request.client else "127.0.0.1"
    if client in _THIS_MACHINE:
        return
    who = limits.network_of(client)
    if not await limits.allow(db, "wrong invitation link", who=who, limit=WRONG_LINKS_PER_MINUTE, window_seconds=60):
        raise TooManyRequests
