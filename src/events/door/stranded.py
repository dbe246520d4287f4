"""Scans that nobody could take at their word, and what people make of them.

They come from a phone that had been disconnected, or nobody understood them. Taking one in records what the phone has shown, with the
phone's own word for it; where it had shown nothing, the person who takes it in says that the guest was let in.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from events.accounts.queries import insert_audit_entry
from events.kit.database import Pool
from events.kit.tokens import Tokens

from . import phone_queries, stranded_queries
from .acts import Acting, PhoneScan, Unreadable
from .desk import CheckInDesk
from .handover import judge_again
from .model import Act, Phone, PhoneRole
from .scan_forms import read_scan
from .stranded_queries import StrandedScan


class Decision(StrEnum):
    TAKEN = "taken"
    DISCARDED = "discarded"


class Decider(msgspec.Struct, frozen=True, kw_only=True):
    """Who decides at which event, and with what."""

    event_id: UUID
    organiser_id: UUID
    actor: str
    now: datetime
    pool: Pool
    desk: CheckInDesk
    tokens: Tokens


async def decide(decider: Decider, scan_id: UUID, decision: Decision) -> bool:
    """Decides about one scan, once. Answers whether this call did: not where somebody was quicker, or it cannot be taken in."""
    async with decider.pool.acquire() as connection, connection.transaction():
        stranded = await stranded_queries.lock_scan(connection, decider.event_id, scan_id)
        if stranded is None or stranded.decision:
            return False
        if decision == Decision.TAKEN and not await _take_in(decider, stranded):
            return False
        await stranded_queries.decide(connection, scan_id, decision, actor=decider.actor, now=decider.now)
        await insert_audit_entry(
            connection,
            organiser_id=decider.organiser_id,
            actor=decider.actor,
            action=f"stranded_scan_{decision}",
            subject=f"stranded_scan:{scan_id}",
            detail={},
        )
    return True


async def _take_in(decider: Decider, stranded: StrandedScan) -> bool:
    """Records it as the phone would have. The same scan twice is one record."""
    phone = await phone_queries.phone_by_id(decider.pool, decider.event_id, stranded.device_id)
    scan = phone and understood(stranded, phone)
    if not phone or not scan:
        return False
    acting = Acting(phone=phone, pool=decider.pool, desk=decider.desk, tokens=decider.tokens, received_at=decider.now)
    return await judge_again(acting, scan) is not None


def understood(stranded: StrandedScan, phone: Phone) -> PhoneScan | None:
    """The scan as it would be recorded: by a steward, whatever the phone may be now. Nothing where it makes no sense at all."""
    if not isinstance(stranded.scan, dict):
        return None
    given = {name: value for name, value in stranded.scan.items() if name != "phone_id"}
    given["decided"] = _shown(given)
    steward = msgspec.structs.replace(phone, role=PhoneRole.STEWARD)
    try:
        return read_scan(given, steward, sent_at=_moment(given.get("sent_at")), received_at=stranded.received_at)
    except Unreadable:
        return None


def _shown(given: dict[str, Any]) -> Any:
    """What the phone has shown, told by the phone itself: where it was not allowed to overrule, a person now answers for it."""
    shown = given.get("decided")
    if isinstance(shown, dict):
        return shown | {"by": "phone"}
    if given.get("act") == Act.UNDO:
        return None
    return {"verdict": "left" if given.get("act") == Act.EXIT else "admitted", "by": "phone"}


def _moment(given: Any) -> datetime | None:
    try:
        return msgspec.convert(given, datetime) if given else None
    except msgspec.ValidationError:
        return None
