"""Builders of invitations."""

from typing import Any
from uuid import UUID

from events.invitations.actions import invite
from events.invitations.model import Invitation, NewInvitation, delegate_token, invitation_token
from events.invitations.queries import invitation_by_id
from events.kit.clock import now
from events.kit.database import Executor
from events.programme.model import Event
from tests.builders import TOKENS


async def make_invitation(db: Executor, *events: Event, contingents: dict[UUID, UUID] | None = None, **details: Any) -> Invitation:
    """Erika Platzhalter is invited to the events; `contingents` names the pool of an event where it is a certain one."""
    given: dict[str, Any] = {
        "organiser_id": events[0].organiser_id,
        "locale": "en",
        "email": "erika@example.com",
        "honorific": "Dr.",
        "family_name": "Platzhalter",
        "given_name": "Erika",
        "company": "Musterlinse GmbH",
    }
    pools = {event.id: (contingents or {}).get(event.id) for event in events}
    invitation_id = await invite(db, TOKENS, NewInvitation(**(given | details)), events=pools, now=now())  # type: ignore[arg-type]
    invitation = await invitation_by_id(db, invitation_id)
    assert invitation is not None
    return invitation


def link_of(invitation: Invitation) -> str:
    """The invitee's address."""
    return f"/i/{invitation_token(TOKENS, invitation.id, invitation.issue)}"


def delegate_link_of(invitation: Invitation) -> str:
    """The address of whoever answers for the invitee."""
    return f"/d/{delegate_token(TOKENS, invitation.id, invitation.issue)}"
