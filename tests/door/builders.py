"""What the door's tests need on top of the common builders: gates, paired phones, scans."""

import base64
from datetime import datetime
from uuid import UUID

from events.door import phone_queries, queries
from events.door.actions import add_phone, pair, pairing_code
from events.door.model import Answer, Phone, Scan
from events.kit.clock import now
from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.people.keys import search_key, sort_key
from events.people.model import Person
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import TOKENS

OPERATOR = "token:test"


async def make_gate(db: Connection, event: Event, name: str = "Main entrance") -> UUID:
    return await queries.ensure_gate(db, new_id(), event.id, name)


async def make_phone(db: Connection, event: Event, *, name: str = "Aiko", gate: str = "Main entrance") -> tuple[Phone, str]:
    """A paired phone and its token."""
    phone_id = await add_phone(db, TOKENS, event_id=event.id, name=name, gate=gate, now=now())
    token = await pair(db, pairing_code(TOKENS, phone_id), name="", now=now())
    phone = await phone_queries.phone_by_token(db, token_hash(token), now())
    assert phone is not None
    return phone, token


def scan(
    code: str | None = None,
    *,
    id: UUID | None = None,
    registration_id: UUID | None = None,
    gate_id: UUID | None = None,
    at: datetime | None = None,
    operator: str = OPERATOR,
) -> Scan:
    return Scan(id=id or new_id(), code=code, registration_id=registration_id, gate_id=gate_id, at=at or now(), operator=operator)


async def redeem(db: Executor, event: Event, *scans: Scan) -> list[Answer]:
    return await queries.redeem_tickets(db, event.id, scans)


def code_of(outcome: Outcome, place: int = 0) -> str:
    return outcome.tickets[place].code


async def registration_ids(db: Executor, outcome: Outcome) -> list[UUID]:
    rows = await db.fetch(
        "select r.id from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
        outcome.booking_id,
    )
    return [row[0] for row in rows]


async def records(db: Executor, event: Event) -> list[tuple[str, str, str | None]]:
    """What was written down for the event: kind, verdict, reason, oldest first."""
    rows = await db.fetch("select kind, verdict, reason from check_ins where event_id = $1 order by server_at, id", event.id)
    return [tuple(row) for row in rows]


async def crowd(db: Connection, event: Event, guests: int) -> list[str]:
    """Confirms many guests at once, past the claim, and answers their codes. The n-th is called Crowd n or 群衆 n, at Firm n % 100."""
    own = base64.b32encode(event.id.bytes[-5:]).decode()
    codes = [f"CROWD{digit(n // 1024)}{digit(n // 32 % 32)}{digit(n % 32)}{own}" for n in range(guests)]
    [booking_id, guest_ids] = new_id(), [new_id() for _ in codes]
    people = [Person(family_name="群衆" if n % 2 else "Crowd", given_name=str(n), company=f"Firm {n % 100}") for n in range(guests)]
    await db.execute(
        """
        insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale, source, created_at)
        values ($1, $2, $3, $4, '', $5, 'crowd@example.com', 'en', 'import', now())
        """,
        booking_id,
        event.organiser_id,
        event.id,
        f"crowd:{booking_id}",
        booking_id.bytes,
    )
    await db.execute(
        """
        insert into guests (id, organiser_id, booking_id, position, family_name, given_name, company, search_key, sort_key, updated_at)
        select g.id, $1, $2, g.nr, g.family_name, g.given_name, g.company, g.search_key, g.sort_key, now()
        from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            with ordinality as g (id, family_name, given_name, company, search_key, sort_key, nr)
        """,
        event.organiser_id,
        booking_id,
        guest_ids,
        [p.family_name for p in people],
        [p.given_name for p in people],
        [p.company for p in people],
        [search_key(p) for p in people],
        [sort_key(p) for p in people],
    )
    await db.execute(
        """
        insert into registrations (id, event_id, booking_id, guest_id, pool_id, state, created_at, state_changed_at)
        select r.id, $1, $2, r.guest_id, $1, 'confirmed', now(), now()
        from unnest($3::uuid[], $4::uuid[]) as r (id, guest_id)
        """,
        event.id,
        booking_id,
        [new_id() for _ in codes],
        guest_ids,
    )
    await db.execute(
        """
        insert into tickets (id, organiser_id, guest_id, code_hash, issued_at)
        select t.id, $1, t.guest_id, t.code_hash, now()
        from unnest($2::uuid[], $3::uuid[], $4::bytea[]) as t (id, guest_id, code_hash)
        """,
        event.organiser_id,
        [new_id() for _ in codes],
        guest_ids,
        [token_hash(code) for code in codes],
    )
    await db.execute("analyze tickets, registrations, guests")
    return codes


def digit(value: int) -> str:
    """A digit of base32."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value]
