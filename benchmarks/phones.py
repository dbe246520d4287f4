"""Door phones as they talk to the service: single scans of sixteen phones, and a queue of half an hour without a network."""

import itertools
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from events.door.access import PHONE_COOKIE
from events.door.actions import add_phone, pair, pairing_code
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.tokens import Tokens, token_hash

from .wire import head

PHONES = 16
QUEUE = 500  # as many as one call may carry


async def pair_phones(db: Connection, event_id: UUID) -> list[str]:
    """Phones of one gate; answers the token of each one's cookie."""
    tokens, paired = Tokens(secrets.token_bytes(32)), []
    for number in range(PHONES):
        phone_id = await add_phone(db, tokens, event_id=event_id, name=f"Phone {number}", gate="Main entrance", now=now())
        paired.append(await pair(db, pairing_code(tokens, phone_id), name="", now=now()))
    return paired


def scans_of_phones(phones: list[str], codes: list[str]) -> Callable[[], bytes]:
    """The next ticket at the next phone, as its page sends it; should tickets run out, the first ones come again and are told so."""
    turns, tickets = itertools.cycle(phones), itertools.cycle(token_hash(code).hex() for code in codes)
    return lambda: _posted(next(turns), [_scan(next(tickets), now())])


def queues_of_phones(phones: list[str], codes: list[str]) -> Callable[[], bytes]:
    """A whole queue that was kept and decided without a network."""
    turns, tickets = itertools.cycle(phones), itertools.cycle(token_hash(code).hex() for code in codes)
    decided = {"verdict": "admitted", "reason": None, "by": "phone"}
    return lambda: _posted(next(turns), [_scan(next(tickets), now()) | {"decided": decided} for _ in range(QUEUE)])


def _scan(code_hash: str, at: datetime) -> dict[str, object]:
    return {"id": str(uuid4()), "at": at.isoformat(), "act": "entry", "source": "scan", "code_hash": code_hash, "list_at": None}


def _posted(phone: str, scans: list[dict[str, object]]) -> bytes:
    facts = {"list_at": None, "queue": len(scans), "battery": 80, "charging": False}
    body = json.dumps({"sent_at": now().isoformat(), "facts": facts, "scans": scans}).encode()
    headers = f"content-type: application/json\r\ncookie: {PHONE_COOKIE}={phone}\r\nsec-fetch-site: same-origin\r\n"
    return head("POST /door/scans", headers, len(body)) + body
