import asyncio

import pytest

from events.kit.coalesce import Coalescer


class Till:
    """A slow till that notes what it was handed together."""

    def __init__(self, *, refuse: frozenset[int] = frozenset()) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.refuse = refuse

    async def serve(self, key: str, requests: list[int]) -> list[int]:
        self.batches.append((key, requests))
        await asyncio.sleep(0.01)
        if self.refuse & set(requests):
            raise ValueError(requests)
        return [request * 10 for request in requests]


async def test_lone_request_goes_at_once_and_later_ones_go_together() -> None:
    till = Till()
    desk = Coalescer(till.serve, largest=4)
    answers = await asyncio.gather(*(desk.ask("dinner", n) for n in range(7)))
    assert answers == [n * 10 for n in range(7)]
    assert till.batches == [("dinner", [0, 1, 2, 3]), ("dinner", [4, 5, 6])]

    first = asyncio.create_task(desk.ask("dinner", 1))
    await asyncio.sleep(0.005)
    rest = [asyncio.create_task(desk.ask("dinner", n)) for n in (2, 3)]
    await asyncio.gather(first, *rest)
    assert till.batches[2:] == [("dinner", [1]), ("dinner", [2, 3])]


async def test_keys_do_not_wait_for_each_other() -> None:
    till = Till()
    desk = Coalescer(till.serve)
    await asyncio.gather(desk.ask("dinner", 1), desk.ask("workshop", 2))
    assert till.batches == [("dinner", [1]), ("workshop", [2])]


async def test_request_that_fails_takes_nobody_down() -> None:
    till = Till(refuse=frozenset({2}))
    desk = Coalescer(till.serve)
    answers = await asyncio.gather(*(desk.ask("dinner", n) for n in (1, 2, 3)), return_exceptions=True)
    assert [answers[0], answers[2]] == [10, 30]
    assert isinstance(answers[1], ValueError)


async def test_outage_is_told_to_everybody_at_once_instead_of_being_met_one_by_one() -> None:
    tries = 0

    async def away(_key: str, _requests: list[int]) -> list[int]:
        nonlocal tries
        tries += 1
        raise ConnectionRefusedError

    desk = Coalescer(away, outage=(OSError,))
    answers = await asyncio.gather(*(desk.ask("dinner", n) for n in range(20)), return_exceptions=True)
    assert ({type(answer) for answer in answers}, tries) == ({ConnectionRefusedError}, 1)


async def test_caller_who_leaves_does_not_stop_the_others() -> None:
    till = Till()
    desk = Coalescer(till.serve)
    leaving = asyncio.create_task(desk.ask("dinner", 1))
    staying = asyncio.create_task(desk.ask("dinner", 2))
    await asyncio.sleep(0.001)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying == 20
    assert await desk.ask("dinner", 3) == 30
