"""What people do at the door: pair a phone, take an entry back."""

from datetime import datetime, timedelta
from uuid import UUID

from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.kit.tokens import Tokens, random_token, token_hash

from . import phone_queries, queries
from .errors import NotUndone, PairingOver
from .model import Act, Phone, PhoneRole, Scan, Verdict

PAIRING_LASTS = timedelta(minutes=15)  # long enough to hand a phone across a foyer


def pairing_code(tokens: Tokens, phone_id: UUID) -> str:
    """The code that pairs the phone. It is derived, so that its page can show it again while only its hash is stored."""
    return tokens.code("pairing", phone_id, 1)


async def add_phone(
    tx: Connection, tokens: Tokens, *, event_id: UUID, name: str, gate: str, now: datetime, lasts: timedelta = PAIRING_LASTS
) -> UUID:
    """Prepares a phone for the gate of that name, which is made if need be. Its code can be used for as long as it lasts."""
    phone_id = new_id()
    gate_id = await queries.ensure_gate(tx, new_id(), event_id, gate)
    await phone_queries.insert_phone(
        tx,
        phone_id,
        event_id=event_id,
        gate_id=gate_id,
        name=name,
        pairing_hash=token_hash(pairing_code(tokens, phone_id)),
        expires_at=now + lasts,
    )
    return phone_id


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
