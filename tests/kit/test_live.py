"""Live updates over real connections: between processes, through lost connections, under bursts, at the end."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from events.kit.live import CHANNEL, Live, Signal, Subscription


@pytest.fixture
async def here(dsn: str) -> AsyncIterator[Live]:
    live = Live(dsn)
    await live.start()
    yield live
    await live.stop()


@pytest.fixture
async def there(dsn: str) -> AsyncIterator[Live]:
    live = Live(dsn)
    await live.start()
    yield live
    await live.stop()


async def settled(subscription: Subscription) -> Subscription:
    """Past the RESYNC that tells that the process listens now."""
    while await subscription.wait(5) is not Signal.RESYNC:
        pass
    return subscription


async def test_mark_reaches_subscribers_of_every_process(here: Live, there: Live) -> None:
    with here.subscribe("dinner") as own, there.subscribe("dinner") as other, there.subscribe("reception") as unconcerned:
        for subscription in (own, other, unconcerned):
            await settled(subscription)

        here.mark("dinner")

        assert [await own.wait(2), await other.wait(2), await unconcerned.wait(0.3)] == [Signal.CHANGED, Signal.CHANGED, None]


async def test_marks_of_a_burst_are_sent_together(here: Live, dsn: str) -> None:
    heard: list[object] = []
    witness = await asyncpg.connect(dsn)
    await witness.add_listener(CHANNEL, lambda _connection, _pid, _channel, payload: heard.append(payload))
    with here.subscribe("dinner") as subscription:
        await settled(subscription)
        for number in range(1000):
            here.mark(f"event {number % 5}")
        await asyncio.sleep(0.5)
    await witness.close()

    assert heard == ['["event 0","event 1","event 2","event 3","event 4"]']


async def test_mark_of_more_topics_than_one_notification_carries(here: Live) -> None:
    topics = [f"event:0199c0de-0000-7000-8000-{number:012}" for number in range(250)]
    with here.subscribe(topics[0]) as first, here.subscribe(topics[-1]) as last:
        await settled(first)
        await settled(last)
        for topic in topics:
            here.mark(topic)

        assert [await first.wait(2), await last.wait(2)] == [Signal.CHANGED, Signal.CHANGED]


async def test_killed_connection_is_told_and_taken_up_again(here: Live, there: Live, dsn: str) -> None:
    with here.subscribe("dinner") as subscription, there.subscribe("dinner") as other:
        await settled(subscription)
        await settled(other)

        await kill_listeners(dsn)

        signals = [await subscription.wait(5)]
        while signals[-1] is not Signal.RESYNC:
            signals.append(await subscription.wait(5))
        assert signals in ([Signal.LOST, Signal.RESYNC], [Signal.RESYNC])
        while await other.wait(5) is not Signal.RESYNC:
            pass
        there.mark("dinner")
        assert await subscription.wait(2) is Signal.CHANGED


async def test_mark_while_the_connection_is_away_is_sent_later(here: Live, dsn: str) -> None:
    with here.subscribe("dinner") as subscription:
        await settled(subscription)
        heard = asyncio.Event()
        witness = await asyncpg.connect(dsn)
        await witness.add_listener(CHANNEL, lambda *_: heard.set())
        await kill_listeners(dsn, keep=witness.get_server_pid())

        here.mark("dinner")

        await asyncio.wait_for(heard.wait(), 5)
        await witness.close()


async def test_slow_subscriber_hears_once_and_never_grows(here: Live) -> None:
    with here.subscribe("dinner") as subscription:
        await settled(subscription)
        for _ in range(3):
            here.mark("dinner")
            await asyncio.sleep(0.15)

        assert [await subscription.wait(1), await subscription.wait(0.2)] == [Signal.CHANGED, None]


async def test_resync_is_not_covered_by_a_later_change() -> None:
    subscription = Subscription()
    subscription.put(Signal.RESYNC)
    subscription.put(Signal.CHANGED)

    assert await subscription.wait(0.1) is Signal.RESYNC


async def test_ended_streams_end_for_present_and_future_subscribers(here: Live) -> None:
    with here.subscribe("dinner") as present:
        here.end_streams()
        with here.subscribe("dinner") as future:
            assert [await present.wait(1), await future.wait(1)] == [Signal.ENDED, Signal.ENDED]


async def kill_listeners(dsn: str, *, keep: int = 0) -> None:
    """Ends every connection that has announced topics or listens, as a server restart would."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        """
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where datname = current_database()
          and pid not in (pg_backend_pid(), $1)
          and backend_type = 'client backend'
          and (query ilike '%listen%' or query like '%pg_notify%')
        """,
        keep,
    )
    await connection.close()
