"""The lists ask the database as often for three guests as for one."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx

from events.kit.database import Pool
from events.programme.model import Event
from tests.overview.conftest import statements
from tests.selection.builders import apply_for
from tests.selection.test_offers import make_offering_event, wait

__all__ = ["statements"]  # a fixture

Statements = Callable[[], AbstractContextManager[list[str]]]


async def test_applications_ask_as_often_for_three_guests_as_for_one(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, statements: Statements
) -> None:
    counts = []
    for names in (["Ada"], ["Ben", "Cy"]):
        await apply_for(pool, event, *names)
        with statements() as seen:
            assert (await organiser.get(f"/organiser/events/{event.slug}/applications")).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] > 0


async def test_waiting_list_asks_as_often_for_three_parties_as_for_one(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, statements: Statements
) -> None:
    full, counts = await make_offering_event(pool, organiser_id=event.organiser_id), []
    for names in (["Ada"], ["Ben", "Cy"]):
        for name in names:
            await wait(pool, full, name)
        with statements() as seen:
            assert (await organiser.get(f"/organiser/events/{full.slug}/waiting-list")).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] > 0
