"""Tickets that got into other hands are issued again; tickets that got lost are mailed again."""

from datetime import datetime
from uuid import UUID

from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.jobs import Job, insert_job
from events.kit.tokens import Tokens, token_hash

from . import reissue_queries as queries
from .errors import NoTicketYet
from .reissue_queries import Coming, IssuedTo

MOST_PARTIES = 10  # an assistant with more than ten parties ahead reads a mail for the soonest ten


async def reissue(tx: Connection, ticket: IssuedTo, *, seen_issue: int, tokens: Tokens, actor: str, now: datetime) -> bool:
    """Gives the ticket a new code and mails it; from this commit on the former one opens nothing.

    `seen_issue` is what the form showed: sent twice it does nothing more, and answers False. Raises `NoTicketYet` for a guest
    with no confirmed place ahead.
    """
    ahead = await queries.coming_events_of_guest(tx, ticket.guest_id, now)
    if not ahead:
        raise NoTicketYet
    if await queries.lock_issue(tx, ticket.ticket_id) != seen_issue:
        return False
    issue = seen_issue + 1
    await queries.replace_code(tx, ticket.ticket_id, issue, token_hash(tokens.code("ticket", ticket.ticket_id, issue)), now)
    await insert_audit_entry(
        tx,
        organiser_id=ticket.organiser_id,
        actor=actor,
        action="ticket_reissued",
        subject=f"guest:{ticket.guest_id}",
        detail={"issue": issue},
    )
    booking_id, event_id = ahead[0]
    await insert_job(tx, "booking_mail", {"booking_id": booking_id, "event_id": event_id, "kind": "reissued"})
    return True


async def send_again(tx: Connection, lead_id: UUID, *, now: datetime) -> bool:
    """Orders the mail with what a party has ahead; False when there is nothing any more."""
    coming = await queries.coming_of_party(tx, lead_id, now)
    if coming:
        await _order(tx, coming)
    return coming is not None


async def answer_lost(pool: Pool, job: Job) -> None:
    """The handler of `lost_tickets`: writes to the address about everything it has ahead. Nobody waits for this, so nobody can
    tell by the time it takes whether there is anything."""
    async with pool.acquire() as tx, tx.transaction():
        for coming in await queries.coming_of_address(tx, job.payload["email"], clock.now(), most=MOST_PARTIES):
            await _order(tx, coming)


async def _order(tx: Connection, coming: Coming) -> None:
    """One mail a party: about the whole programme where it has several events there."""
    if coming.events > 1 and coming.programme_id:
        order = {"programme_id": coming.programme_id, "key": "", "lead_id": coming.lead_id, "again": True}
        await insert_job(tx, "programme_mail", order)
        return
    await insert_job(tx, "booking_mail", {"booking_id": coming.booking_id, "event_id": coming.event_id, "kind": "resent"})
