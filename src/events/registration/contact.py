"""Where a party is written to: a new address counts once somebody has said yes in that mailbox."""

from datetime import datetime, timedelta
from uuid import UUID

from events.kit.database import Connection, Executor
from events.kit.jobs import insert_job
from events.kit.tokens import Tokens, token_hash

from . import self_service_queries as queries
from .errors import AddressLinkOver
from .self_service_queries import Contact

LINK_LASTS = timedelta(hours=48)
JOB = "contact_mail"
WANTED, LEAVING = "contact_wanted", "contact_leaving"


async def ask_for_email(tx: Connection, contact: Contact, email: str, *, tokens: Tokens, now: datetime) -> None:
    """Notes the wish, asks the new address, and tells the old one. Nothing changes before the new one has answered."""
    await queries.want_email(tx, contact.lead_id, email, token_hash(secret_of(tokens, contact.lead_id, email, now)), now)
    for kind in (WANTED, LEAVING):
        await insert_job(tx, JOB, {"booking_id": contact.lead_id, "kind": kind})


async def wish_behind(db: Executor, secret: str, *, now: datetime) -> Contact:
    """What a link of the mail confirms; raises `AddressLinkOver`."""
    contact = await queries.contact_by_secret(db, token_hash(secret), now - LINK_LASTS)
    if contact is None:
        raise AddressLinkOver
    return contact


async def confirm_email(tx: Connection, secret: str, *, now: datetime) -> UUID:
    """From now on the party is written to at the new address. Answers its lead booking; raises `AddressLinkOver`."""
    contact = await wish_behind(tx, secret, now=now)
    if not await queries.take_wanted_email(tx, contact.lead_id, token_hash(secret)):
        raise AddressLinkOver
    return contact.lead_id


def secret_of(tokens: Tokens, lead_id: UUID, email: str, asked_at: datetime) -> str:
    """The secret in the mail: derived, so that the job that writes it need not carry it."""
    return tokens.fingerprint("email change", f"{lead_id}\0{email}\0{asked_at.timestamp():.6f}").hex()[:32]
