"""The section "Guests" and the agenda of the event's form: what is set there is what the event does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Access, Event
from events.programme.queries import event_by_slug
from tests.builders import make_event
from tests.programme.test_editing import NEW, error_of, form_of

TOKYO = ZoneInfo("Asia/Tokyo")


async def saved(organiser: httpx.AsyncClient, pool: Pool, event: Event, **typed: str | list[str]) -> Event:
    """The event after its form was sent with some fields typed anew."""
    path = f"/organiser/events/{event.slug}/edit"
    form: dict[str, str | list[str]] = {**form_of(await organiser.get(path)), **typed}
    answer = await organiser.post(path, data=form)
    assert answer.status_code == 303
    found = await event_by_slug(pool, event.slug)
    assert found is not None
    return found


async def test_settings_are_kept_and_shown_again(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    typed: dict[str, str | list[str]] = {
        "access": "invited",
        "approval_required": "yes",
        "substitutes_need_approval": "yes",
        "reviewer_roles": ["security", "host"],
        "offer_hours": "48",
        "deadline_names": "2031-04-20T12:00",
    }

    first = await saved(
        organiser, pool, event, **typed, starts_at="2031-04-22T18:30", doors_at="2031-04-22T18:00", ends_at="2031-04-22T21:00"
    )
    again = await saved(organiser, pool, event, reviewer_roles=["host", "security"])

    assert first == again
    assert (first.access, first.approval_required, first.pending_holds_place, first.invited_are_approved) == (
        Access.INVITED,
        True,
        True,
        True,
    )
    assert (first.substitutes_need_approval, first.reviewer_roles, first.offer_hours) == (True, ["host", "security"], 48)
    assert first.deadlines == {"names": datetime(2031, 4, 20, 3, 0, tzinfo=UTC)}
    assert (first.deadline("names"), first.deadline("diet")) == (first.deadlines["names"], first.changes_until)


async def test_switches_can_be_turned_off(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    path = f"/organiser/events/{event.slug}/edit"
    off = ("waiting_list", "pending_holds_place", "invited_are_approved")
    form = {name: value for name, value in form_of(await organiser.get(path), offer_hours="at_once").items() if name not in off}
    assert (await organiser.post(path, data=form)).status_code == 303

    found = await event_by_slug(pool, event.slug)
    assert found is not None
    assert [getattr(found, name) for name in off] == [False, False, False]
    assert found.offer_hours is None


async def test_event_keeps_hours_that_the_form_does_not_offer_by_itself(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await pool.execute("update events set offer_hours = 36 where id = $1", event.id)

    assert (await saved(organiser, pool, event)).offer_hours == 36


async def test_deadline_after_the_end_is_refused(organiser: httpx.AsyncClient, event: Event) -> None:
    path = f"/organiser/events/{event.slug}/edit"

    page = await organiser.post(path, data=form_of(await organiser.get(path), deadline_diet="2099-01-01T12:00"))

    assert (page.status_code, error_of(page, "deadline_diet")) == (422, "This is after the end of the event.")


@pytest.mark.parametrize(("days", "hours"), [(30, 24), (5, None)])
async def test_new_event_offers_free_places_for_a_day_unless_it_is_near(
    organiser: httpx.AsyncClient, pool: Pool, days: int, hours: int | None
) -> None:
    starts = (now() + timedelta(days=days)).astimezone(TOKYO)
    times = {
        "doors_at": f"{starts:%Y-%m-%dT%H:%M}",
        "starts_at": f"{starts:%Y-%m-%dT%H:%M}",
        "ends_at": f"{starts + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "registration_closes_at": f"{starts:%Y-%m-%dT%H:%M}",
    }
    form = form_of(
        await organiser.get("/organiser/events/new"), **(NEW | times | {"title_en": f"In {days} days", "title_de": "", "title_ja": ""})
    )

    created = await organiser.post("/organiser/events", data=form)

    assert created.status_code == 303
    found = await event_by_slug(pool, f"in-{days}-days")
    assert found is not None
    assert (found.offer_hours, found.access, found.pending_holds_place) == (hours, Access.PUBLIC, True)


async def test_agenda_dress_and_languages_are_edited(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, organiser_id=organiser_id, agenda=[{"at": "18:00", "title": {"en": "Welcome", "ja": "開場"}}])

    found = await saved(
        organiser,
        pool,
        event,
        agenda_3_at="19:00",
        agenda_3_title_de="Essen",
        agenda_3_text_de="Sechs Gänge",
        dress_ja="略礼装",
        languages_en="English",
    )

    assert found.agenda == [
        {"at": "18:00", "title": {"en": "Welcome", "ja": "開場"}},
        {"at": "19:00", "title": {"de": "Essen"}, "text": {"de": "Sechs Gänge"}},
    ]
    assert found.facts == {"dress": event.facts["dress"] | {"ja": "略礼装"}, "languages": {"en": "English"}}


async def test_line_of_the_agenda_needs_a_time_and_a_title(organiser: httpx.AsyncClient, event: Event) -> None:
    path = f"/organiser/events/{event.slug}/edit"

    page = await organiser.post(path, data=form_of(await organiser.get(path), agenda_1_text_en="Six courses", agenda_2_at="19:00"))

    assert (page.status_code, error_of(page, "agenda_1_at"), error_of(page, "agenda_2_title_en")) == (
        422,
        "Please enter the time of this line, as in 18:30.",
        "Please give this line a title in at least one language.",
    )
