"""The organiser's forms about the door: rules, and what stewards ask; another organiser's event does not exist."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.door.listing import GuestLists
from events.door.rules import DoorQuestion, DoorRules, Exits
from events.door.rules_forms import MOST_QUESTIONS
from events.door.rules_queries import questions_of_event, rules_of_event
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import make_event, make_organiser
from tests.door.board_builders import send
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Visitor

STARTS = (now() + timedelta(days=30)).replace(hour=9, minute=30, second=0, microsecond=0)  # 18:30 in Yokohama
DOORS = STARTS - timedelta(minutes=30)


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, starts_at=STARTS, closes_at=STARTS, contingents={"reserve": 20})


async def signed_in(app: Litestar, pool: Pool, organiser_id: UUID, *, role: Role = Role.ORGANISER) -> httpx.AsyncClient:
    return browser(app, await make_session(pool, await make_staff(pool, organiser_id, role=role)))


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> httpx.AsyncClient:
    return await signed_in(app, pool, event.organiser_id)


async def audited(pool: Pool, event: Event) -> list[str]:
    rows = await pool.fetch("select action from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    return [row[0] for row in rows]


async def test_rules_are_loaded_filled_in_and_hold(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    visitor = Visitor(organiser)
    here = f"/organiser/events/{event.slug}/door/rules"
    pool_id = await pool.fetchval("select id from pools where event_id = $1 and slug = 'reserve'", event.id)

    page = await send(
        organiser,
        await visitor.open(here),
        {
            "doors_open_at": f"{DOORS + timedelta(hours=9):%Y-%m-%dT%H:%M}",
            "exits": "reentry",
            "fire_limit": "150",
            "crew_inside": "12",
            "walk_ins": "yes",
            "walk_in_pool": str(pool_id),
            "lease_hours": "8",
        },
    )

    assert "Saved." in page.text
    assert await rules_of_event(pool, event.id) == DoorRules(
        doors_open_at=DOORS.astimezone(UTC),
        exits=Exits.REENTRY,
        fire_limit=150,
        crew_inside=12,
        walk_ins=True,
        walk_in_pool_id=pool_id,
        lease_hours=8,
    )
    again = next(form for form in (await visitor.open(here)).forms if form.action.endswith("/door/rules"))
    assert dict(again.fields) == {
        "doors_open_at": f"{DOORS + timedelta(hours=9):%Y-%m-%dT%H:%M}",
        "exits": "reentry",
        "fire_limit": "150",
        "crew_inside": "12",
        "walk_ins": "yes",
        "walk_in_pool": str(pool_id),
        "lease_hours": "8",
    }
    assert await audited(pool, event) == ["door_rules_changed"]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"fire_limit": "none"}, {"fire_limit": "Please enter a number from 1 to 100000."}),
        (
            {"fire_limit": "10", "crew_inside": "10"},
            {"crew_inside": "With so much crew no guest could come in. Please check both numbers."},
        ),
        ({"crew_inside": "-1"}, {"crew_inside": "Please enter a number from 0 to 100000."}),
        ({"lease_hours": "73"}, {"lease_hours": "Please enter a number from 1 to 72."}),
        ({"exits": "never"}, {"exits": "Please choose one of the options."}),
        ({"walk_ins": "yes", "walk_in_pool": str(UUID(int=7))}, {"walk_in_pool": "Please choose one of the options."}),
        ({"doors_open_at": "soon"}, {"doors_open_at": "Please enter day and time."}),
        ({"doors_open_at": "2199-01-01T00:00"}, {"doors_open_at": "The event is over by then. Please choose an earlier time."}),
    ],
)
async def test_wrong_rules_are_named_beside_their_field(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, typed: dict[str, str | list[str]], wrong: dict[str, str]
) -> None:
    page = await Visitor(organiser).open(f"/organiser/events/{event.slug}/door/rules")
    answered = await send(organiser, page, typed, action="/door/rules")
    assert (answered.status, answered.errors) == (422, wrong)
    assert await rules_of_event(pool, event.id) == DoorRules()


async def test_questions_are_asked_changed_ordered_and_removed(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    visitor = Visitor(organiser)
    here = f"/organiser/events/{event.slug}/door"
    for label, flags in (("Passport seen?", []), ("Badge handed out?", ["vip", "speaker"])):
        page = await send(
            organiser,
            await visitor.open(f"{here}/questions/new"),
            {"label_en": label, "label_ja": "確認しましたか", "only_flags": flags, "required": "yes" if not flags else []},
        )
        assert "Stewards ask this from now on." in page.text
    passport, badge = await questions_of_event(pool, event.id)
    assert (passport, badge) == (
        DoorQuestion(id=passport.id, label={"en": "Passport seen?", "ja": "確認しましたか"}, required=True),
        DoorQuestion(id=badge.id, label={"en": "Badge handed out?", "ja": "確認しましたか"}, only_flags=["vip", "speaker"]),
    )

    edited = await visitor.open(f"{here}/questions/{passport.id}")
    await send(organiser, edited, {"label_en": "Passport checked?", "only_flags": ["wheelchair"]})
    await organiser.post(f"{here}/questions/{badge.id}/place", data={"direction": "up"})
    first, second = await questions_of_event(pool, event.id)
    assert (first.id, second.id, second.label["en"], second.only_flags) == (badge.id, passport.id, "Passport checked?", ["wheelchair"])

    removed = await send(organiser, await visitor.open(f"{here}/rules"), {}, action=f"/{badge.id}/removal")
    assert "Stewards do not ask this any more." in removed.text
    assert [question.id for question in await questions_of_event(pool, event.id)] == [passport.id]
    assert await audited(pool, event) == [
        "door_question_added",
        "door_question_added",
        "door_question_changed",
        "door_questions_moved",
        "door_question_removed",
    ]


async def test_open_phones_hear_of_other_rules(pool: Pool, organiser: httpx.AsyncClient, event: Event) -> None:
    lists, here = GuestLists(pool), f"/organiser/events/{event.slug}/door"
    other = await make_event(pool, organiser_id=event.organiser_id)
    heard = [await lists.digest(event.id, for_kiosk=False)]
    elsewhere = await lists.digest(other.id, for_kiosk=False)
    changes = {"rules": {"lease_hours": "8", "exits": "off"}, "questions": {"label_en": "Passport seen?"}}
    for path, typed in changes.items():
        assert (await organiser.post(f"{here}/{path}", data=typed)).status_code == 303
        heard.append(await lists.digest(event.id, for_kiosk=False))
    (question,) = await questions_of_event(pool, event.id)
    await organiser.post(f"{here}/questions/{question.id}/removal")
    heard.append(await lists.digest(event.id, for_kiosk=False))
    assert [one == before for before, one in pairwise(heard)] == [False, False, False]
    assert await lists.digest(other.id, for_kiosk=False) == elsewhere


async def test_question_needs_words_and_there_are_not_too_many(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    visitor, here = Visitor(organiser), f"/organiser/events/{event.slug}/door"
    blank = await send(organiser, await visitor.open(f"{here}/questions/new"), {"label_de": " "})
    assert (blank.status, blank.errors) == (422, {"label_en": "Please write the question in at least one language."})

    for number in range(MOST_QUESTIONS):
        await organiser.post(f"{here}/questions", data={"label_en": f"Question {number}?"})
    one_more = await organiser.post(f"{here}/questions", data={"label_en": "One more?"})
    assert (one_more.status_code, "at most 8 questions" in one_more.text) == (422, True)
    assert len(await questions_of_event(pool, event.id)) == MOST_QUESTIONS
    assert f"{here}/questions/new" not in (await visitor.open(f"{here}/rules")).links


async def test_rules_are_the_organisers_alone(app: Litestar, pool: Pool, event: Event, organiser: httpx.AsyncClient) -> None:
    here = f"/organiser/events/{event.slug}/door"
    await organiser.post(f"{here}/questions", data={"label_en": "Secret?"})
    (question,) = await questions_of_event(pool, event.id)
    other = await make_event(pool, organiser_id=event.organiser_id)
    stranger = await signed_in(app, pool, await make_organiser(pool))
    doorman = await signed_in(app, pool, event.organiser_id, role=Role.DOOR)
    pages = ["rules", "questions/new", f"questions/{question.id}"]
    actions = ["rules", "questions", f"questions/{question.id}", f"questions/{question.id}/place", f"questions/{question.id}/removal"]

    for client, status in ((stranger, 404), (doorman, 403)):
        assert [(await client.get(f"{here}/{page}")).status_code for page in pages] == [status] * len(pages)
        answers = [await client.post(f"{here}/{action}", data={"label_en": "Mine?", "lease_hours": "1"}) for action in actions]
        assert [answer.status_code for answer in answers] == [status] * len(actions)
        assert not any("Secret" in answer.text for answer in answers)
    # a question is found at its own event only, and an unknown one nowhere
    for missing in (f"/organiser/events/{other.slug}/door/questions/{question.id}", f"{here}/questions/{new_id()}"):
        assert (await organiser.get(missing)).status_code == 404
        assert (await organiser.post(f"{missing}/removal")).status_code == 404
    assert await questions_of_event(pool, event.id) == [question]
    assert await rules_of_event(pool, event.id) == DoorRules()


async def test_times_are_typed_on_the_clock_of_the_event(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await pool.execute("insert into door_rules (event_id, doors_open_at) values ($1, $2)", event.id, datetime(2027, 4, 22, 9, tzinfo=UTC))
    page = await Visitor(organiser).open(f"/organiser/events/{event.slug}/door/rules")
    rules = next(form for form in page.forms if form.action.endswith("/door/rules"))
    assert dict(rules.fields)["doors_open_at"] == "2027-04-22T18:00"
