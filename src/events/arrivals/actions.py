"""What organisers do about hosts: add one, change one, hand out and end links, say whose guest is whose."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.door.model import ticket_code
from events.kit.database import Connection
from events.kit.forms import is_email
from events.kit.ids import new_id
from events.kit.jobs import insert_job
from events.kit.tokens import Tokens, token_hash
from events.people.keys import search_words
from events.programme.model import Event

from . import editing_queries
from .errors import HostHasNoAddress
from .model import Host, HostDetails, host_token

LINK_MAIL_JOB = "host_link_mail"


async def add_host(tx: Connection, tokens: Tokens, event: Event, details: HostDetails, *, staff: Staff) -> UUID:
    """Writes a host down, with a link that opens at once."""
    host_id = new_id()
    hashed = token_hash(host_token(tokens, host_id, 1))
    await editing_queries.insert_host(tx, host_id, details, organiser_id=event.organiser_id, event_id=event.id, token_hash=hashed)
    await note(tx, event, staff, "host_added", host_id)
    return host_id


async def change_host(tx: Connection, event: Event, host: Host, details: HostDetails, *, staff: Staff, now: datetime) -> None:
    await editing_queries.update_host(tx, host.id, details, now)
    await note(tx, event, staff, "host_changed", host.id)


async def replace_link(tx: Connection, tokens: Tokens, event: Event, host: Host, *, staff: Staff) -> None:
    """A new link, also for a host whose link was ended. The former one is over from this moment."""
    issue = host.issue + 1
    if await editing_queries.replace_token(tx, host.id, issue=issue, token_hash=token_hash(host_token(tokens, host.id, issue))):
        await note(tx, event, staff, "host_link_replaced", host.id)


async def end_link(tx: Connection, event: Event, host: Host, *, staff: Staff, now: datetime) -> None:
    """Nobody sees these guests by the link any more; no mail is sent either."""
    await editing_queries.revoke_host(tx, host.id, now)
    await note(tx, event, staff, "host_link_ended", host.id)


async def send_link(tx: Connection, event: Event, host: Host, *, staff: Staff) -> None:
    """Orders the mail with the link. Raises `HostHasNoAddress`."""
    if not host.email:
        raise HostHasNoAddress(link=f"/organiser/events/{event.slug}/hosts/{host.id}")
    await insert_job(tx, LINK_MAIL_JOB, {"host_id": host.id, "issue": host.issue})
    await note(tx, event, staff, "host_link_sent", host.id)


async def assign_pasted(tx: Connection, event: Event, host: Host, lines: Sequence[str]) -> tuple[int, list[str]]:
    """Assigns the guest whom each line means: a ticket's code, a mail address, or words of a name and company. Answers how many are
    new, and the lines that mean nobody or more than one."""
    found, unclear = [], []
    for line in lines:
        meant = await _meant(tx, event.id, line)
        if len(meant) == 1:
            found += meant
        else:
            unclear.append(line)
    return await editing_queries.assign_guests(tx, host.id, event.id, found), unclear


async def _meant(tx: Connection, event_id: UUID, line: str) -> list[UUID]:
    if code := ticket_code(line):
        place = await editing_queries.registration_of_ticket(tx, event_id, token_hash(code))
        if place:
            return [place]
    if is_email(line):
        return await editing_queries.registrations_of_address(tx, event_id, line)
    words = search_words(line)
    return await editing_queries.registrations_by_words(tx, event_id, words) if words else []


async def note(tx: Connection, event: Event, staff: Staff, action: str, host_id: UUID, **detail: object) -> None:
    """Who did what, without names of guests."""
    await insert_audit_entry(
        tx,
        organiser_id=event.organiser_id,
        actor=staff.actor,
        action=action,
        subject=f"host:{host_id}",
        detail={"event": event.slug, **detail},
    )
