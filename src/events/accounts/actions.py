"""Signing in and out by a link that is sent by mail; issuing and revoking API tokens."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from events.kit.database import Connection
from events.kit.ids import new_id
from events.kit.jobs import insert_job
from events.kit.tokens import random_token, token_hash

from . import queries
from .access import SESSION_LASTS
from .errors import LinkUsed, UnknownOrganiser
from .model import Scope

LINK_LASTS = timedelta(minutes=15)
DEMO_LINK_LASTS = timedelta(hours=12)  # printed on the owner's own terminal, used when they get round to it


async def request_link(tx: Connection, email: str, *, next_path: str) -> None:
    """Orders a mail with a sign-in link if the address belongs to somebody. Answers nothing, whoever asks.

    The link itself is made by the job, so that no usable token lies in the queue and both answers take one statement more or
    less: too little to tell a known address from an unknown one over a network.
    """
    staff_id = await queries.staff_by_email(tx, email)
    if staff_id is not None:
        await insert_job(tx, "sign_in_mail", {"staff_id": str(staff_id), "next_path": next_path})


async def new_link_token(tx: Connection, staff_id: UUID, *, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """A fresh token for one sign-in, stored only as a hash."""
    token = random_token()
    await queries.insert_sign_in_link(tx, token_hash(token), staff_id, now, now + lasts)
    return token


async def sign_in(tx: Connection, link_token: str, now: datetime) -> str:
    """Uses a link up and answers the token of a new session. `LinkUsed` when the link is unknown, too old or used."""
    staff_id = await queries.use_sign_in_link(tx, token_hash(link_token), now)
    if staff_id is None:
        raise LinkUsed(link="/sign-in")
    session_token = random_token()
    await queries.insert_session(tx, token_hash(session_token), staff_id, now, now + SESSION_LASTS)
    return session_token


async def sign_out(tx: Connection, session_token: str) -> None:
    """Ends the session everywhere at once: its row is gone."""
    await queries.delete_session(tx, token_hash(session_token))


async def demo_sign_in_link(tx: Connection, base_url: str, *, email: str, next_path: str, now: datetime) -> str:
    """A link for the terminal of whoever started the demo, good for one sign-in within twelve hours."""
    staff_id = await queries.staff_by_email(tx, email)
    if staff_id is None:
        raise LookupError(f"nobody with the address {email} works for any organiser")
    token = await new_link_token(tx, staff_id, now=now, lasts=DEMO_LINK_LASTS)
    return f"{base_url}/sign-in/{token}?next_page={next_path}"


async def issue_token(tx: Connection, organiser_slug: str, scopes: Iterable[str], *, name: str = "command line") -> str:
    """Makes an API token and answers it; it is stored as a hash, so it can never be shown again.

    Raises `UnknownOrganiser`, and `ValueError` for a scope that does not exist.
    """
    known = sorted({Scope(scope) for scope in scopes})
    organiser_id = await queries.organiser_by_slug(tx, organiser_slug)
    if organiser_id is None:
        raise UnknownOrganiser(slug=organiser_slug)
    token, token_id = random_token(), new_id()
    await queries.insert_api_token(tx, token_id, organiser_id=organiser_id, token_hash=token_hash(token), name=name, scopes=[*known])
    return token


async def revoke_token(tx: Connection, token_id: UUID, now: datetime) -> None:
    """From the next look-up on the token opens nothing."""
    await queries.revoke_api_token(tx, token_id, now)
