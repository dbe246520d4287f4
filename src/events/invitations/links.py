"""The personal links of an invitation. They are derived, never stored: `issue` counts up when a link is replaced."""

from uuid import UUID

from events.kit.tokens import Tokens


def personal_token(tokens: Tokens, invitation_id: UUID, issue: int) -> str:
    """What opens the invitee's own page, `/i/{token}`; its hash is `invitations.token_hash`."""
    return tokens.token("invitation", invitation_id, issue)


def delegate_token(tokens: Tokens, invitation_id: UUID, issue: int) -> str:
    """What opens the page of who answers for the invitee, `/d/{token}`; its hash is `invitations.delegate_hash`."""
    return tokens.token("delegate", invitation_id, issue)
