"""The claim desk: turns sign-ups into claims and sends them to PostgreSQL, coalesced per event.

While one claim of an event is in flight, the next sign-ups queue and go together; a lone guest waits for nothing.
"""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import msgspec

from events.kit.clock import now as clock_now
from events.kit.coalesce import Coalescer
from events.kit.database import LOST_CONNECTION, Pool
from events.kit.ids import new_id
from events.kit.times import home_zone
from events.kit.tokens import Tokens, token_hash
from events.people.keys import search_key, sort_key

from . import queries
from .model import GuestDetails, SignUp

# Measured: beyond 32 a batch gains little, and a smaller one bounds how long the event's row is locked.
LARGEST_BATCH = 32
LARGEST_LOOK = 500
# A dead connection is replaced at once, a restarting server is back within a second or two.
RETRIES_AFTER_SECONDS = (0.05, 0.5, 1.5)


class Claim(msgspec.Struct, frozen=True):
    """One request of the claim function, with the secrets it stands for."""

    request: dict[str, Any]
    booking_id: UUID
    token: str
    codes: list[str]


class Decision(msgspec.Struct, frozen=True):
    """One answer of the claim function; see there for the outcomes."""

    outcome: str
    booking_id: UUID | None
    waitlist_position: int | None
    replayed: bool


class ClaimDesk:
    """One per process."""

    def __init__(self, pool: Pool, tokens: Tokens) -> None:
        self.pool = pool
        self.tokens = tokens
        self._calls: Coalescer[UUID, dict[str, Any], Decision] = Coalescer(self._send, largest=LARGEST_BATCH, outage=LOST_CONNECTION)
        self._looks: Coalescer[UUID, str, bool] = Coalescer(self._look, largest=LARGEST_LOOK)
        self._seen_full: set[UUID] = set()

    async def is_surely_full(self, event_id: UUID, key: str) -> bool:
        """Whether a newcomer with this key would be refused for sure, by a plain read that takes no lock.

        Who asks while a read is under way shares the next one: a sold-out event costs the database next to nothing.
        """
        return await self._looks.ask(event_id, key)

    async def _look(self, event_id: UUID, keys: list[str]) -> list[bool]:
        new = await queries.new_keys_of_full_event(self.pool, event_id, keys, clock_now())
        if new:
            self._seen_full.add(event_id)
        else:
            self._seen_full.discard(event_id)
        return [key in new for key in keys]

    def was_full(self, event_id: UUID) -> bool:
        """Whether the last look in this process found the event sold out: a hint that it is worth looking again."""
        return event_id in self._seen_full

    async def decide(self, event_id: UUID, claim: Claim) -> Decision:
        """Asks for places and waits for the decision, which is then durable."""
        return await self._calls.ask(event_id, claim.request)

    async def _send(self, event_id: UUID, requests: list[dict[str, Any]]) -> list[Decision]:
        """A lost connection is no answer: the claim is asked again, which its keys make harmless."""
        for wait in RETRIES_AFTER_SECONDS:
            try:
                return await self._claim(event_id, requests)
            except LOST_CONNECTION:
                await asyncio.sleep(wait)
        return await self._claim(event_id, requests)

    async def _claim(self, event_id: UUID, requests: list[dict[str, Any]]) -> list[Decision]:
        return [Decision(*row) for row in await queries.claim_places(self.pool, event_id, requests, None)]


def new_claim(sign_up: SignUp, tokens: Tokens) -> Claim:
    """The claim of a sign-up: fresh ids, and codes derived from them."""
    booking_id = new_id()
    token = tokens.token("booking", booking_id)
    guests = [_guest(guest, tokens) for guest in sign_up.guests]
    request = {
        "key": sign_up.key,
        "request_hash": request_hash(sign_up),
        "booking_id": booking_id,
        "token_hash": token_hash(token).hex(),
        "email": sign_up.email,
        "locale": sign_up.locale,
        "source": sign_up.source,
        "contingent": sign_up.contingent,
        "hold_seconds": sign_up.hold_seconds,
        "waitlist": sign_up.accept_waitlist,
        "mail": sign_up.mail,
        "lead_id": sign_up.lead_id,
        "known": any(guest.guest_id for guest in sign_up.guests),
        "approved": sign_up.approved,
        "priority": sign_up.priority,
        "time_zone": sign_up.time_zone or home_zone(sign_up.locale),  # offers end in the waking hours of whoever reads the mail
        "registrant_name": sign_up.registrant_name,
        "payer": sign_up.payer,
        "answers": sign_up.answers,
        "guests": [guest for guest, _ in guests],
    }
    return Claim(request=request, booking_id=booking_id, token=token, codes=[code for _, code in guests])


def request_hash(sign_up: SignUp) -> str:
    """SHA-256 (hex) over everything the registrant decided; tells a retry from a new request with an old key."""
    decided = (sign_up.email, sign_up.guests, sign_up.contingent, sign_up.accept_waitlist)
    return hashlib.sha256(msgspec.json.encode(decided)).hexdigest()


def _guest(guest: GuestDetails, tokens: Tokens) -> tuple[dict[str, Any], str]:
    ticket_id = new_id()
    code = tokens.code("ticket", ticket_id, 1)
    made = {
        "guest_id": guest.guest_id or new_id(),
        "known": guest.guest_id is not None,
        "registration_id": new_id(),
        "ticket_id": ticket_id,
        "code_hash": token_hash(code).hex(),
        "search_key": search_key(guest),
        "sort_key": sort_key(guest),
    }
    return msgspec.structs.asdict(guest) | made, code
