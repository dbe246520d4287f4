"""Rate limits, exact across processes: one statement a question."""

import hashlib
import ipaddress

from .database import Executor


async def allow(db: Executor, rule: str, *, who: str, limit: int, window_seconds: int) -> bool:
    """Counts one hit and answers whether `who` is still within `limit` hits per fixed window.

    `who` (an address, a token) is stored only as a digest.
    """
    key = f"{rule}:{hashlib.sha256(who.encode('utf-8', 'replace')).hexdigest()[:32]}"
    hits = await db.fetchval(
        """
        insert into rate_limits as r (key, window_start, hits)
        values ($1, now(), 1)
        on conflict (key) do update
        set hits = case when r.window_start < now() - make_interval(secs => $2) then 1 else r.hits + 1 end,
            window_start = case when r.window_start < now() - make_interval(secs => $2) then now() else r.window_start end
        returning hits
        """,
        key,
        float(window_seconds),
    )
    return int(hits) <= limit


def network_of(host: str) -> str:
    """Whom an internet address stands for. A customer with IPv6 has at least a /64 (RFC 6177), which therefore counts as one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


async def forget_old_windows(db: Executor) -> None:
    """Removes counters nobody touched for a day."""
    await db.execute("delete from rate_limits where window_start < now() - interval '1 day'")
