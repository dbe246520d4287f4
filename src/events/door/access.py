"""Which phone is asking: the one behind the cookie, with one gate of one event and nothing else."""

from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import State

from events.kit import clock
from events.kit.tokens import token_hash

from . import phone_queries
from .errors import PhoneNotPaired
from .model import Phone

PHONE_COOKIE = "device"
SEEN_IS_WRITTEN_AFTER = timedelta(minutes=1)  # the organiser's list tells minutes; a scan should not cost a second write


async def provide_phone(request: Request[Any, Any, State], state: State) -> Phone:
    """The dependency `phone`; `PhoneNotPaired` without a live pairing."""
    token = request.cookies.get(PHONE_COOKIE)
    if not token:
        raise PhoneNotPaired
    now = clock.now()
    phone = await phone_queries.phone_by_token(state.pool, token_hash(token), now)
    if phone is None:
        raise PhoneNotPaired
    if phone.last_seen_at is None or now - phone.last_seen_at > SEEN_IS_WRITTEN_AFTER:
        await phone_queries.touch_phone(state.pool, phone.id, now)
    return phone
