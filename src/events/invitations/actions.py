"""What can be done with an invitation, one verb each. Answering it is in `answering`."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Pool
from events.kit.ids import new_id
from events.kit.tokens import Tokens, token_hash
from events.people.keys import search_key, sort_key
from events.registration.actions import cancel_places

from . import queries
from .answering import turn
from .model import CompanionRule, Invitation, NewInvitation, delegate_token, invitation_token, match_key
from .party import Party, party_of


async def invite(tx: Connection, tokens: Tokens, new: NewInvitation, *, events: Mapping[UUID, UUID | None], now: datetime) -> UUID:
    """Writes an invitation to the events, each with its contingent's pool (none: any shared place). Answers its id.

    Nothing is sent. A row of an import that was written before violates `invitations_row_unique`.
    """
    invitation_id = new_id()
    await queries.insert_invitation(
        tx,
        invitation_id,
        new,
        token_hash=token_hash(invitation_token(tokens, invitation_id, 1)),
        delegate_hash=token_hash(delegate_token(tokens, invitation_id, 1)),
        keys={"search_key": search_key(new), "sort_key": sort_key(new), "match_key": match_key(new)},
        now=now,
    )
    await queries.insert_invited_events(tx, invitation_id, events)
    return invitation_id


async def replace_link(tx: Connection, tokens: Tokens, invitation: Invitation, *, now: datetime) -> int:
    """Gives the invitation new links and ends the old ones. Answers the issue that holds now; pressed twice at once, it counts once."""
    issue = invitation.issue + 1
    await queries.replace_link(
        tx,
        invitation.id,
        issue,
        token_hash=token_hash(invitation_token(tokens, invitation.id, issue)),
        delegate_hash=token_hash(delegate_token(tokens, invitation.id, issue)),
        now=now,
    )
    return issue


async def change_rules(
    tx: Connection,
    invitation: Invitation,
    *,
    companions: CompanionRule,
    max_companions: int,
    companions_by: datetime | None,
    answer_by: datetime | None,
) -> None:
    """Changes how many companions may be named and until when. Whoever is named already keeps their place."""
    await queries.update_rules(
        tx,
        invitation.id,
        companions=companions,
        max_companions=0 if companions == CompanionRule.NONE else max_companions,
        companions_by=companions_by if companions == CompanionRule.LATER else None,
        answer_by=answer_by,
    )


async def withdraw(pool: Pool, invitation_id: UUID, *, actor: str, take_places_back: bool, now: datetime) -> list[str]:
    """Ends an invitation: its links say so kindly from now on. Answers the live topics of the events that changed.

    Places that were accepted stay with their guests, unless they are taken back as well; then everybody of the party hears of it.
    Whoever is just answering is waited for.
    """
    async with turn(pool, invitation_id):
        party = await party_of(pool, invitation_id)
        async with pool.acquire() as connection, connection.transaction():
            await queries.withdraw_invitation(connection, invitation_id, now)
        return await _take_back(pool, party, actor=actor, now=now) if take_places_back else []


async def _take_back(pool: Pool, party: Party, *, actor: str, now: datetime) -> list[str]:
    """Each event in a transaction of its own, so that no two events' places are locked at once."""
    changed = []
    for invited in party.invited:
        leaving = [place.registration_id for place in party.live_at(invited.event_id)]
        if not leaving:
            continue
        async with pool.acquire() as connection, connection.transaction():
            await cancel_places(connection, invited.event_id, leaving, actor=actor, reason="invitation withdrawn", now=now)
        changed.append(party.events[invited.event_id].live_topic)
    return changed
