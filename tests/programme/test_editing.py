"""Creating and changing events, places and contingents through the organiser's own forms."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.programme.model import Event
from events.programme.queries import event_by_slug, pools_of_event
from tests.builders import book, fill, make_event, make_guest, make_programme
from tests.staff import browser, make_session, make_staff


class Fields(HTMLParser):
    """Names and values of a page's last POST form as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self.values = {}
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.values[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in self.values):
            self.values[self._select] = value
        elif tag == "textarea":
            self._area = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] = data.removeprefix("\n")


def form_of(page: httpx.Response, **typed: str) -> dict[str, str]:
    """The page's form, with some fields typed anew."""
    assert page.status_code == 200
    return {name: value for name, value in (Fields(page.text).values | typed).items() if name}


def error_of(page: httpx.Response, field: str) -> str:
    """What stands beside a field."""
    (message,) = re.findall(rf'id="{field}-error">.*?<span>(.*?)</span>', page.text, flags=re.DOTALL)
    return str(message)


async def audited(pool: Pool, event: Event) -> list[tuple[str, dict[str, Any]]]:
    rows = await pool.fetch("select action, detail from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    return [tuple(row) for row in rows]


NEW = {
    "title_de": "Abendessen über Lichtleiter",
    "title_en": "Fibre dinner",
    "title_ja": "光ファイバー夕食会",
    "time_zone": "Asia/Tokyo",
    "doors_at": "2031-04-22T18:00",
    "starts_at": "2031-04-22T18:30",
    "ends_at": "2031-04-22T21:30",
    "registration_closes_at": "2031-04-21T12:00",
    "capacity": "120",
    "venue": "new",
    "venue_name_en": "Harbour Terrace",
    "venue_address_ja": "横浜市例示1-1",
}


async def test_new_event_is_a_draft_with_its_places_until_it_is_published(
    app: Litestar, organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    form = form_of(await organiser.get("/organiser/events/new"), **NEW)
    created = await organiser.post("/organiser/events", data=form)
    assert (created.status_code, created.headers["location"]) == (303, "/organiser/events/fibre-dinner/edit?done=created")

    draft = await event_by_slug(pool, "fibre-dinner")
    assert draft is not None
    assert (draft.status, draft.title, draft.venue_name, draft.venue_address, draft.doors_at, draft.changes_until, draft.version) == (
        "draft",
        {"de": "Abendessen über Lichtleiter", "en": "Fibre dinner", "ja": "光ファイバー夕食会"},
        {"en": "Harbour Terrace"},
        {"ja": "横浜市例示1-1"},
        datetime(2031, 4, 22, 9, 0, tzinfo=UTC),
        datetime(2031, 4, 21, 3, 0, tzinfo=UTC),
        1,
    )
    (root,) = await pools_of_event(pool, draft.id)
    assert (root.capacity, await pool.fetchval("select count(*) from gates where event_id = $1", draft.id)) == (120, 1)
    async with browser(app) as guest:
        before = (await guest.get("/e/fibre-dinner")).status_code
        await organiser.post("/organiser/events/fibre-dinner/publication")
        after = (await guest.get("/e/fibre-dinner")).status_code
    assert (before, after) == (404, 200)
    assert await audited(pool, event) == [("event_created", {"capacity": 120}), ("event_published", {})]


async def test_address_in_use_is_refused_when_chosen_and_avoided_when_made(organiser: httpx.AsyncClient, pool: Pool) -> None:
    await make_event(pool, slug="taken-dinner")
    form = form_of(await organiser.get("/organiser/events/new"), **NEW)

    chosen = await organiser.post("/organiser/events", data=form | {"slug": "taken-dinner"})
    made = await organiser.post("/organiser/events", data=form | {"title_en": "Taken Dinner!"})

    assert (chosen.status_code, error_of(chosen, "slug")) == (422, "Another event already has this address.")
    assert re.fullmatch(r"/organiser/events/taken-dinner-[0-9a-f]{8}/edit\?done=created", made.headers["location"])


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"title_de": "", "title_en": " ", "title_ja": ""}, "title_en", "Please give a title in at least one language."),
        ({"starts_at": "2031-04-22T17:59"}, "starts_at", "The event cannot start before its doors open."),
        ({"ends_at": "2031-04-22T18:30"}, "ends_at", "The event cannot end before it starts."),
        ({"registration_opens_at": "2031-04-21T12:01"}, "registration_closes_at", "Registration cannot close before it opens."),
        ({"registration_closes_at": "2031-04-22T21:31"}, "registration_closes_at", "Registration cannot close after the event is over."),
        ({"doors_at": "tomorrow"}, "doors_at", "Please enter day and time."),
        ({"doors_at": "9999-99-99T99:99"}, "doors_at", "Please enter day and time."),
        ({"doors_at": ""}, "doors_at", "Please fill this in."),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Please choose one of the options."),
        (
            {"time_zone": "Europe/Berlin", "doors_at": "2031-03-30T02:30"},
            "doors_at",
            "This hour does not exist: the clocks are put forward that night.",
        ),
        ({"capacity": "5001"}, "capacity", "Please enter a number from 1 to 5000."),
        ({"slug": "Not A Slug"}, "slug", "Small letters, digits and hyphens only, as in networking-dinner."),
        ({"venue_name_en": ""}, "venue_name_en", "Please name the venue in at least one language."),
    ],
)
async def test_mistake_stands_beside_its_field_and_what_was_typed_is_kept(
    organiser: httpx.AsyncClient, typed: dict[str, str], field: str, message: str
) -> None:
    form = form_of(await organiser.get("/organiser/events/new"), **(NEW | typed))
    answer = await organiser.post("/organiser/events", data=form)

    assert (answer.status_code, error_of(answer, field), "光ファイバー" in answer.text) == (422, message, typed.get("title_ja", "光") != "")


async def test_new_time_or_venue_makes_a_new_version_and_is_told_to_guests_and_a_new_title_is_not(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    await book(pool, event, make_guest("A"), make_guest("B"))
    url, versions = f"/organiser/events/{event.slug}/edit", []
    for typed in (
        {},
        {"title_en": "Dinner by the sea"},
        {"starts_at": f"{event.starts_at + timedelta(hours=10):%Y-%m-%dT%H:%M}"},
        {"venue": "new", "venue_name_en": "Elsewhere"},
    ):
        form = form_of(await organiser.get(url), **typed)
        assert (await organiser.post(url, data=form)).status_code == 303
        versions.append((await event_by_slug(pool, event.slug)).version)  # type: ignore[union-attr]

    told = await pool.fetchval(
        "select count(*) from jobs where payload ->> 'event_id' = $1 and payload ->> 'kind' = 'moved' group by payload ->> 'booking_id'",
        str(event.id),
    )
    changed = [detail["fields"] for action, detail in await audited(pool, event) if action == "event_changed"]
    assert versions == [1, 1, 2, 3]
    assert (changed, told) == ([[], ["title"], ["starts_at"], ["venue"]], 2)


async def test_event_cannot_be_put_into_somebody_elses_programme_or_venue(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool, programme_id=await make_programme(pool))
    row = await pool.fetchrow("select programme_id, venue_id from events where id = $1", foreign.id)
    assert row is not None
    programme_id, venue_id = row
    url = f"/organiser/events/{event.slug}/edit"
    page = await organiser.get(url)
    answers = [
        await organiser.post(url, data=form_of(page, programme=str(programme_id))),
        await organiser.post(url, data=form_of(page, venue=str(venue_id))),
        await organiser.post("/organiser/events", data=form_of(page, **NEW, organiser=str(foreign.organiser_id))),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert (str(programme_id) in page.text, str(venue_id) in page.text) == (False, False)


async def test_places_below_what_is_taken_or_set_aside_are_refused_with_the_numbers(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, capacity=100, contingents={"thuringia": 40}, organiser_id=organiser_id)
    await fill(pool, event, 5)
    await book(pool, event, contingent="thuringia")
    url = f"/organiser/events/{event.slug}/pools"
    refused, allowed = await organiser.post(url, data={"capacity": "44"}), await organiser.post(url, data={"capacity": "45"})

    assert (refused.status_code, error_of(refused, "capacity")) == (
        422,
        "At least 45: 6 places are taken and 39 more are set aside for contingents.",
    )
    assert 'value="44"' in refused.text
    assert (allowed.status_code, (await pools_of_event(pool, event.id))[0].capacity) == (303, 45)
    assert await audited(pool, event) == [("places_resized", {"pool": None, "from": 100, "to": 45})]


async def test_more_places_serve_the_waiting_list_at_once(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, capacity=1, organiser_id=organiser_id)
    await fill(pool, event, 1)
    waiting = await book(pool, event, make_guest("Next"), accept_waitlist=True)

    await organiser.post(f"/organiser/events/{event.slug}/pools", data={"capacity": "2"})

    assert await pool.fetchval("select state from registrations where booking_id = $1", waiting.booking_id) == "confirmed"


async def test_contingent_is_added_changed_and_released(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    base = f"/organiser/events/{event.slug}/contingents"
    form = form_of(await organiser.get(f"{base}/new"), name_en="Embassy", name_ja="大使館")
    too_many = await organiser.post(base, data=form | {"capacity": "11"})
    assert (too_many.status_code, error_of(too_many, "capacity")) == (422, "At most 10: more places are not free around it.")
    assert len(await pools_of_event(pool, event.id)) == 3

    assert (await organiser.post(base, data=form | {"capacity": "10", "release_at": "2031-01-01T09:00"})).status_code == 303
    embassy = (await pools_of_event(pool, event.id))[-1]
    assert (embassy.slug, embassy.name, embassy.capacity, embassy.open_to_all, embassy.release_at) == (
        "embassy",
        {"en": "Embassy", "ja": "大使館"},
        10,
        True,
        datetime(2031, 1, 1, 0, 0, tzinfo=UTC),
    )
    await book(pool, event, make_guest("A"), make_guest("B"), contingent="embassy")
    changed = form_of(await organiser.get(f"{base}/{embassy.id}"), name_en="Embassies")
    del changed["open_to_all"]
    too_few = await organiser.post(f"{base}/{embassy.id}", data=changed | {"capacity": "1"})
    assert (too_few.status_code, error_of(too_few, "capacity")) == (422, "At least 2: so many places are taken.")
    assert (await organiser.post(f"{base}/{embassy.id}", data=changed | {"capacity": "8"})).status_code == 303
    assert (await organiser.post(f"{base}/{embassy.id}/release")).status_code == 303

    released = (await pools_of_event(pool, event.id))[-1]
    assert (released.name["en"], released.capacity, released.open_to_all, released.released_at is None) == ("Embassies", 2, False, False)
    assert [action for action, _detail in await audited(pool, event)] == [
        "places_resized",
        "contingent_added",
        "places_resized",
        "contingent_changed",
        "contingent_released",
    ]


async def test_two_contingents_of_one_name_get_addresses_of_their_own(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    base = f"/organiser/events/{event.slug}/contingents"
    form = form_of(await organiser.get(f"{base}/new"), name_en="Japan", capacity="1")
    for _ in range(2):
        assert (await organiser.post(base, data=form)).status_code == 303

    assert [pool_.slug for pool_ in await pools_of_event(pool, event.id)] == [None, "thuringia", "japan", "japan-2", "japan-3"]


async def test_contingent_of_another_event_is_not_touched_through_ones_own(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool, contingents={"secret": 30})
    pool_id = (await pools_of_event(pool, foreign.id))[1].id
    base = f"/organiser/events/{event.slug}/contingents"
    form = form_of(await organiser.get(f"{base}/new"), name_en="Mine", capacity="1")
    codes = [
        (await organiser.get(f"{base}/{pool_id}")).status_code,
        (await organiser.post(f"{base}/{pool_id}", data=form)).status_code,
        (await organiser.post(f"{base}/{pool_id}/release")).status_code,
        (await organiser.post(base, data=form | {"parent": str(pool_id)})).status_code,
    ]

    assert (codes, (await pools_of_event(pool, foreign.id))[1].name) == ([404, 404, 404, 422], {"en": "Secret"})


async def test_cancelled_event_takes_every_place_back_and_tells_every_booking(organiser: httpx.AsyncClient, pool: Pool) -> None:
    organiser_id = await pool.fetchval("select organiser_id from memberships order by created_at desc limit 1")
    event = await make_event(pool, capacity=2, organiser_id=organiser_id)
    outcomes = [await book(pool, event, make_guest("A"), make_guest("B")), await book(pool, event, make_guest("C"), accept_waitlist=True)]
    url = f"/organiser/events/{event.slug}/cancellation"
    unsure, sure = await organiser.post(url, data={}), await organiser.post(url, data={"sure": "yes"})

    assert (unsure.status_code, sure.status_code, (await organiser.post(url, data={"sure": "yes"})).status_code) == (422, 303, 409)
    states = await pool.fetch("select distinct state from registrations where event_id = $1", event.id)
    root = (await pools_of_event(pool, event.id))[0]
    told = await pool.fetch(
        "select payload ->> 'booking_id' from jobs where payload ->> 'event_id' = $1 and payload ->> 'kind' = 'called_off'", str(event.id)
    )
    assert ([row[0] for row in states], root.taken, root.waiting) == (["cancelled"], 0, 0)
    assert {row[0] for row in told} == {str(outcome.booking_id) for outcome in outcomes}
    assert (await organiser.post(f"/organiser/events/{event.slug}/publication")).status_code == 409


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("edit", NEW),
        ("publication", {}),
        ("pools", {"capacity": "1"}),
        ("contingents", {"name_en": "X", "capacity": "1"}),
        ("cancellation", {"sure": "yes"}),
        ("phones", {"name": "X", "gate": "Y"}),
    ],
)
async def test_change_is_refused_to_door_staff_and_to_other_organisers(
    app: Litestar, pool: Pool, event: Event, path: str, form: dict[str, str]
) -> None:
    foreign = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER)
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    codes = []
    for staff in (door, foreign):
        async with browser(app, await make_session(pool, staff)) as client:
            codes.append((await client.post(f"/organiser/events/{event.slug}/{path}", data=form)).status_code)

    assert (codes, await event_by_slug(pool, event.slug), await audited(pool, event)) == ([403, 404], event, [])


async def test_door_staff_cannot_create_events(app: Litestar, pool: Pool, event: Event) -> None:
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    async with browser(app, await make_session(pool, door)) as client:
        codes = [(await client.get("/organiser/events/new")).status_code, (await client.post("/organiser/events", data=NEW)).status_code]

    assert codes == [403, 403]
