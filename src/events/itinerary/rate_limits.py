"""How often somebody may sign up: the same measures as on the page of one event, counted together with them."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from events.kit import limits
from events.kit.database import Pool
from events.kit.errors import TooManyRequests
from events.registration.pages import FILES_PER_HOUR, SIGN_UPS_PER_ADDRESS, SIGN_UPS_PER_MINUTE

AnyRequest = Request[Any, Any, State]
_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})  # see registration.pages


async def limit_sign_ups(request: AnyRequest, pool: Pool) -> None:
    """For each form that arrives."""
    await _limit(request, pool, "sign-up", who=_network(request), limit=SIGN_UPS_PER_MINUTE, seconds=60)


async def limit_address(request: AnyRequest, pool: Pool, email: str) -> None:
    """For each form that would send a mail there."""
    await _limit(request, pool, "sign-up address", who=email.casefold(), limit=SIGN_UPS_PER_ADDRESS, seconds=3600)


async def limit_files(request: AnyRequest, pool: Pool, files: int) -> None:
    """For each file that came along."""
    for _file in range(files):
        await _limit(request, pool, "files", who=_network(request), limit=FILES_PER_HOUR, seconds=3600)


async def _limit(request: AnyRequest, pool: Pool, rule: str, *, who: str, limit: int, seconds: int) -> None:
    if request.client is None or request.client.host in _THIS_MACHINE:
        return
    if not await limits.allow(pool, rule, who=who, limit=limit, window_seconds=seconds):
        raise TooManyRequests


def _network(request: AnyRequest) -> str:
    return limits.network_of(request.client.host) if request.client else ""
