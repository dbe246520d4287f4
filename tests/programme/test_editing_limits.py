"""What an organiser's forms must not let through, and what they must not leave behind."""

import httpx
import pytest

from events.kit.database import Pool
from events.programme.actions import publish_event
from events.programme.errors import EventIsCancelled
from events.programme.model import Event
from events.programme.queries import event_by_slug, pools_of_event
from tests.builders import make_event
from tests.programme.test_editing import NEW, form_of
from tests.staff import make_staff


async def test_address_that_is_taken_leaves_no_venue_behind(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    form = form_of(await organiser.get("/organiser/events/new"), **NEW)

    assert (await organiser.post("/organiser/events", data=form | {"slug": event.slug})).status_code == 422

    assert await pool.fetchval("select count(*) from venues where organiser_id = $1", event.organiser_id) == 1


@pytest.mark.parametrize("typed", [{"slug": "new"}, {"title_en": "New!"}])
async def test_no_event_takes_the_address_of_the_form_for_new_ones(organiser: httpx.AsyncClient, pool: Pool, typed: dict[str, str]) -> None:
    form = form_of(await organiser.get("/organiser/events/new"), **(NEW | typed))

    await organiser.post("/organiser/events", data=form)

    assert await event_by_slug(pool, "new") is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts_at": "0001-01-01T00:00", "doors_at": "0001-01-01T00:00"}, "doors_at"),
        ({"ends_at": "9999-12-31T23:59"}, "ends_at"),
        ({"hue": "999", "hue_now": "999"}, "hue"),
        ({"hue": "x", "hue_now": "x"}, "hue"),
    ],
)
async def test_what_no_calendar_and_no_colour_knows_is_refused(organiser: httpx.AsyncClient, typed: dict[str, str], field: str) -> None:
    form = form_of(await organiser.get("/organiser/events/new"), **NEW)

    answer = await organiser.post("/organiser/events", data=form | typed)

    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)


async def test_released_contingent_can_still_be_renamed(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    japan = (await pools_of_event(pool, event.id))[2]
    base = f"/organiser/events/{event.slug}/contingents/{japan.id}"
    await organiser.post(f"{base}/release")

    answer = await organiser.post(base, data=form_of(await organiser.get(base), name_en="Guests from Japan"))

    assert (answer.status_code, (await pools_of_event(pool, event.id))[2].name["en"]) == (303, "Guests from Japan")


async def test_event_that_is_called_off_while_somebody_publishes_it_stays_off(pool: Pool) -> None:
    event = await make_event(pool, status="draft")
    staff = await make_staff(pool, event.organiser_id)
    await pool.execute("update events set status = 'cancelled' where id = $1", event.id)

    async with pool.acquire() as tx, tx.transaction():
        with pytest.raises(EventIsCancelled):
            await publish_event(tx, staff, event)  # as it was when the page was opened
