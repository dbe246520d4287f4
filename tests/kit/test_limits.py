import asyncio

from events.kit.database import Pool
from events.kit.limits import allow, forget_old_windows, network_of


async def test_limit_is_exact_for_many_at_once_and_opens_again(pool: Pool) -> None:
    answers = await asyncio.gather(*(allow(pool, "sign-in", who="10.0.0.1", limit=5, window_seconds=60) for _ in range(20)))
    assert sum(answers) == 5
    assert await allow(pool, "sign-in", who="10.0.0.2", limit=5, window_seconds=60)
    assert not await allow(pool, "sign-in", who="10.0.0.1", limit=5, window_seconds=60)
    await pool.execute("update rate_limits set window_start = now() - interval '61 seconds'")
    assert await allow(pool, "sign-in", who="10.0.0.1", limit=5, window_seconds=60)


async def test_old_windows_are_forgotten(pool: Pool) -> None:
    await allow(pool, "pairing", who="10.0.0.3", limit=5, window_seconds=60)
    await pool.execute("update rate_limits set window_start = now() - interval '2 days'")
    await forget_old_windows(pool)
    assert await pool.fetchval("select count(*) from rate_limits") == 0


def test_addresses_of_one_ipv6_customer_count_as_one() -> None:
    hosts = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.7", "192.0.2.7", "testclient", ""]
    assert [network_of(host) for host in hosts] == [
        "2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", "192.0.2.7", "192.0.2.7", "testclient", ""
    ]  # fmt: skip
