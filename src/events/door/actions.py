"""What people do at the door: pair a phone, take an entry back."""

from datetime import datetime, timedelta
from uuid import UUID

from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.kit.tokens import Tokens, random_token, token_hash

from . import phone_queries, queries
from .errors import NotUndone, PairingOver
from .model import Act, Phone, PhoneRole, Scan, Verdict
from .phone_list import Duty

PAIRING_LASTS = timedelta(minutes=15)  # long enough to hand a phone across a foyer


def pairing_code(tokens: Tokens, phone_id: UUID) -> str:
    """The code that pairs the phone. It is derived, so that its page can show it again while only its hash is stored."""
    return tokens.code("pairing", phone_id, 1)


async def add_phone(
    tx: Connection, tokens: Tokens, *, event_id: UUID, name: str, gate: str, now: datetime, lasts: timedelta = PAIRING_LASTS
) -> UUID:
    """Prepares a steward's phone that works as long as the event lasts. Its code can be used for as long as it lasts."""
    return await add_phone_on_duty(tx, tokens, Duty(name=name, gate=gate), event_id=event_id, expires_at=now + lasts)


async def add_phone_on_duty(tx: Connection, tokens: Tokens, duty: Duty, *, event_id: UUID, expires_at: datetime) -> UUID:
    """Prepares a phone for its gate, which is made if need be."""
    phone_id = new_id()
    gate_id = await queries.ensure_gate(tx, new_id(), event_id, duty.gate)
    await phone_queries.insert_phone(
        tx,
        phone_id,
        duty,
        event_id=event_id,
        gate_id=gate_id,
        pairing_hash=token_hash(pairing_code(tokens, phone_id)),
        expires_at=expires_at,
    )
    return phone_id


async def change_phone(tx: Connection, event_id: UUID, phone_id: UUID, duty: Duty) -> bool:
    """Gives a phone another duty. Answers whether there is such a phone that still counts."""
    gate_id = await queries.ensure_gate(tx, new_id(), event_id, duty.gate)
    return await phone_queries.change_phone(tx, event_id, phone_id, duty, gate_id=gate_id)


async def pair(tx: Connection, code: str, *, name: str, now: datetime) -> str:
    """Uses the code up and answers the phone's own token. Raises `PairingOver`."""
    token = random_token()
    paired = await phone_queries.pair_phone(tx, token_hash(code.upper()), token_hash=token_hash(token), name=name, now=now)
    if paired is None:
        raise PairingOver
    return token


async def undo(db: Executor, phone: Phone, undo_id: UUID, entry_id: UUID, at: datetime) -> None:
    """Takes back an entry or exit of this phone's, or anybody's if a supervisor holds it; twice is once. Raises `NotUndone`."""
    scan = Scan(
        id=undo_id,
        act=Act.UNDO,
        undoes=entry_id,
        at=at,
        operator=phone.operator,
        gate_id=phone.gate_id,
        device_id=phone.id,
        may_undo_any=phone.role == PhoneRole.SUPERVISOR,
    )
    [answer] = await queries.redeem_tickets(db, phone.event_id, [scan])
    if answer.verdict != Verdict.UNDONE:
        raise NotUndone
