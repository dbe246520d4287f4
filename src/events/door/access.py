"""Which phone is asking: the one behind the cookie, with one gate of one event during its hours, and nothing else.

Handlers name who they take by a parameter: `phone` works now; `steward` is such a phone that is no kiosk; `sender` may also be off
duty or disconnected, for what it still has to hand over.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from events.kit import clock
from events.kit.tokens import token_hash

from . import phone_queries
from .errors import NotForKiosks, PhoneDisconnected, PhoneNotPaired, PhoneOffDuty
from .model import Phone, Standing

AnyRequest = Request[Any, Any, State]

PHONE_COOKIE = "device"
SEEN_IS_WRITTEN_AFTER = timedelta(minutes=1)  # the organiser's list tells minutes; a scan should not cost a second write


class Sender(msgspec.Struct, frozen=True):
    """A phone that was paired once, and whether it may still work."""

    phone: Phone
    standing: Standing


async def provide_sender(request: AnyRequest, state: State) -> Sender:
    """The dependency `sender`; `PhoneNotPaired` for a token that nobody knows."""
    token = request.cookies.get(PHONE_COOKIE)
    phone = await phone_queries.known_phone(state.pool, token_hash(token)) if token else None
    if phone is None:
        raise PhoneNotPaired
    now = clock.now()
    await _note_seen(state, phone, now)
    return Sender(phone, phone.standing(now))


async def provide_phone(request: AnyRequest, state: State) -> Phone:
    """The dependency `phone`; `PhoneNotPaired`, `PhoneOffDuty` or `PhoneDisconnected` for any that may not work now."""
    sender = await provide_sender(request, state)
    if sender.standing == Standing.REVOKED:
        raise PhoneDisconnected
    if sender.standing == Standing.OVER:
        raise PhoneOffDuty
    return sender.phone


async def provide_steward(request: AnyRequest, state: State) -> Phone:
    """The dependency `steward`: as `phone`, but `NotForKiosks` for one that stands there alone."""
    phone = await provide_phone(request, state)
    if phone.is_kiosk:
        raise NotForKiosks
    return phone


async def _note_seen(state: State, phone: Phone, now: datetime) -> None:
    if phone.last_seen_at is None or now - phone.last_seen_at > SEEN_IS_WRITTEN_AFTER:
        await phone_queries.touch_phone(state.pool, phone.id, now)
