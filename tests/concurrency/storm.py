"""A burst of sign-ups as a process of its own: `python -m tests.concurrency.storm <job.json>`.

It prints one JSON line for each answer the moment a guest would see it, so that a test can kill the
process at any point and still know everything that had been acknowledged.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from events.kit.database import LOST_CONNECTION, Pool, open_pool
from events.kit.errors import DomainError
from events.kit.ids import new_id
from events.kit.tokens import Tokens
from events.programme.queries import event_by_id
from events.registration.actions import register
from events.registration.claims import ClaimDesk
from events.registration.model import GuestDetails, SignUp

SECRET = b"only for tests, only for tests, only"


class Order(msgspec.Struct, frozen=True):
    """What one storm process is to do."""

    dsn: str
    event_id: UUID
    keys: list[str]
    party_size: int = 1
    accept_waitlist: bool = True
    retries: int = 0
    naive_capacity: int | None = None
    pause_seconds: float = 0.0


def sign_up(key: str, *, party_size: int = 1, accept_waitlist: bool = True, contingent: str | None = None) -> SignUp:
    return SignUp(
        key=key,
        email=f"{key}@example.com",
        locale="en",
        source="api",
        guests=[GuestDetails(family_name=f"Family {key}", given_name=str(n)) for n in range(party_size)],
        contingent=contingent,
        accept_waitlist=accept_waitlist,
    )


async def storm(order: Order) -> None:
    pool = await open_pool(order.dsn, size=16)
    guest = await _naive_guest(pool, order) if order.naive_capacity is not None else await _guest(pool, order)
    await asyncio.gather(*(_one(guest, key, place * order.pause_seconds) for place, key in enumerate(order.keys)))
    await pool.close()


async def _one(guest: Callable[[str], Awaitable[dict[str, object]]], key: str, wait: float) -> None:
    await asyncio.sleep(wait)
    answer = await guest(key)
    sys.stdout.write(json.dumps({"key": key} | answer) + "\n")
    sys.stdout.flush()


async def _guest(pool: Pool, order: Order) -> Callable[[str], Awaitable[dict[str, object]]]:
    event = await event_by_id(pool, order.event_id)
    assert event is not None
    desk = ClaimDesk(pool, Tokens(SECRET))

    async def sign_one_up(key: str) -> dict[str, object]:
        wanted = sign_up(key, party_size=order.party_size, accept_waitlist=order.accept_waitlist)
        for attempt in range(order.retries + 1):
            try:
                outcome = await register(desk, event, wanted)
            except DomainError as refusal:
                return {"state": refusal.code}
            except LOST_CONNECTION:
                if attempt == order.retries:
                    return {"state": "error"}
                await asyncio.sleep(0.05)
            else:
                return {"state": outcome.state, "booking": str(outcome.booking_id), "position": outcome.waitlist_position}
        raise AssertionError

    return sign_one_up


async def _naive_guest(pool: Pool, order: Order) -> Callable[[str], Awaitable[dict[str, object]]]:
    """The control: count, then insert, as many systems do it. It is here to show that the harness finds the race."""

    async def count_then_insert(key: str) -> dict[str, object]:
        booking, guest = new_id(), new_id()
        async with pool.acquire() as connection, connection.transaction():
            taken = await connection.fetchval("select count(*) from registrations where event_id = $1", order.event_id)
            if taken >= order.naive_capacity:
                return {"state": "event_full"}
            await connection.execute(
                """
                with b as (
                    insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale,
                                          source, created_at)
                    select $1, e.organiser_id, e.id, $4, '', sha256(convert_to($4, 'UTF8')), 'a@example.com', 'en', 'api', now()
                    from events e where e.id = $3 returning id
                ), g as (
                    insert into guests (id, organiser_id, booking_id, position, family_name, search_key, sort_key, updated_at)
                    select $2, e.organiser_id, $1, 0, 'N', '', '', now() from events e where e.id = $3 returning id
                )
                insert into registrations (id, event_id, booking_id, guest_id, pool_id, state, created_at, state_changed_at)
                values ($2, $3, $1, $2, $3, 'confirmed', now(), now())
                """,
                booking,
                guest,
                order.event_id,
                key,
            )
        return {"state": "confirmed", "booking": str(booking)}

    return count_then_insert


if __name__ == "__main__":
    asyncio.run(storm(msgspec.json.decode(sys.argv[1], type=Order)))
