"""What programs read: live places and the guest list."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Scope
from events.door.queries import redeem_tickets
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.actions import cancel_places
from events.registration.model import Outcome
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, registration_ids, scan
from tests.programs import make_token, program
from tests.staff import running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, capacity=10, contingents={"thuringia": 4, "japan": 2})


@pytest.fixture
async def client(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with program(app, await make_token(pool, event.organiser_id)) as opened:
        yield opened


async def arrive(pool: Pool, event: Event, outcome: Outcome) -> None:
    await redeem_tickets(pool, event.id, [scan(code_of(outcome, place)) for place in range(len(outcome.tickets))])


async def put_inside(pool: Pool, event: Event) -> None:
    """A contingent `berlin` of one place inside `thuringia`."""
    await pool.execute(
        """
        insert into pools (id, event_id, parent_id, slug, name, capacity, position)
        select $1, event_id, id, 'berlin', '{}', 1, 9
        from pools
        where event_id = $2
          and slug = 'thuringia'
        """,
        new_id(),
        event.id,
    )


async def test_counts_of_event_and_contingents(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await put_inside(pool, event)
    await arrive(pool, event, await book(pool, event, contingent="berlin"))
    await arrive(pool, event, await book(pool, event, contingent="thuringia"))
    await book(pool, event, make_guest(), make_guest(), contingent="japan")
    await book(pool, event, make_guest(), make_guest(), contingent="japan", accept_waitlist=True)
    await arrive(pool, event, await book(pool, event))
    answer = await client.get(f"/api/v1/events/{event.slug}")
    told = answer.json()
    counts = ("capacity", "taken", "free", "waiting", "arrived")
    assert (answer.status_code, told["slug"], told["status"], told["time_zone"]) == (200, event.slug, "published", "Asia/Tokyo")
    assert [told[count] for count in counts] == [10, 5, 5, 2, 3]
    assert [[part["slug"], part["inside"], *(part[count] for count in counts)] for part in told["contingents"]] == [
        ["thuringia", None, 4, 2, 2, 0, 2],
        ["japan", None, 2, 2, 0, 2, 0],
        ["berlin", "thuringia", 1, 1, 0, 0, 1],
    ]


async def test_guest_who_arrived_and_was_cancelled_counts_for_the_event_alone(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    outcome = await book(pool, event, contingent="japan")
    await arrive(pool, event, outcome)
    await cancel_places(pool, event.id, await registration_ids(pool, outcome), actor="test", now=now())  # type: ignore[arg-type]
    told = (await client.get(f"/api/v1/events/{event.slug}")).json()
    assert (told["taken"], told["arrived"], [part["arrived"] for part in told["contingents"]]) == (0, 1, [0, 0])


async def test_guest_list_shows_names_states_and_arrivals_without_diet(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    details: dict[str, Any] = {"company": "みほん光学", "job_title": "部長", "flags": ["vip"], "diet": "vegan", "access_needs": "step-free"}
    outcome = await book(pool, event, make_guest("見本", "花子", family_name_kana="ミホン", table_name="7", **details), contingent="japan")
    await arrive(pool, event, outcome)
    answer = await client.get(f"/api/v1/events/{event.slug}/guests")
    [guest] = answer.json()["guests"]
    assert answer.json()["next"] is None
    assert guest.pop("registered_at") < guest.pop("arrived_at")
    assert guest == {
        "id": str((await registration_ids(pool, outcome))[0]),
        "state": "confirmed",
        "contingent": "japan",
        "table": "7",
        "honorific": "",
        "family_name": "見本",
        "given_name": "花子",
        "family_name_kana": "ミホン",
        "given_name_kana": "",
        "family_name_latin": "",
        "given_name_latin": "",
        "company": "みほん光学",
        "department": "",
        "position": "部長",
        "flags": ["vip"],
        "present": True,
        "email": "guest@example.com",
        "answers": {},
    }


async def test_pages_follow_each_other_without_gap_or_repetition(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await book(pool, event, *(make_guest(name) for name in ("Berg", "Adler", "Adler", "Carl", "Dorn")))
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    for _page in range(4):
        told = (await client.get(f"/api/v1/events/{event.slug}/guests", params=params)).json()
        seen += [guest["family_name"] for guest in told["guests"]]
        if told["next"] is None:
            break
        params["after"] = told["next"]
    assert seen == ["Adler", "Adler", "Berg", "Carl", "Dorn"]


async def test_search_finds_in_every_script_and_only_in_this_event(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    other = await make_event(pool, organiser_id=event.organiser_id)
    await book(pool, other, make_guest("佐藤", family_name_latin="Satō"))
    await book(pool, event, make_guest("佐藤", "例子", family_name_kana="サトウ", family_name_latin="Satō"), make_guest("Müller"))
    for query in ("佐藤", "satoh", "さとう", "Satou 例子"):
        told = (await client.get(f"/api/v1/events/{event.slug}/guests", params={"q": query})).json()
        assert [guest["family_name"] for guest in told["guests"]] == ["佐藤"], query
    assert (await client.get(f"/api/v1/events/{event.slug}/guests", params={"q": "%"})).json() == {"guests": [], "next": None}


async def test_filter_by_state(client: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await book(pool, event, make_guest("A"), make_guest("B"), contingent="japan")
    await book(pool, event, make_guest("C"), contingent="japan", accept_waitlist=True)
    told = (await client.get(f"/api/v1/events/{event.slug}/guests", params={"state": "waitlisted"})).json()
    assert [guest["family_name"] for guest in told["guests"]] == ["C"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"state": "lost"}, "state"),
        ({"after": "x"}, "after"),
    ],
)
async def test_wrong_parameters_are_named(client: httpx.AsyncClient, event: Event, params: dict[str, Any], field: str) -> None:
    answer = await client.get(f"/api/v1/events/{event.slug}/guests", params=params)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (422, "invalid_input", [field])


@pytest.mark.parametrize(("path", "scope"), [("", Scope.READ_EVENTS), ("/guests", Scope.READ_GUESTS)])
async def test_token_is_needed_with_the_scope_and_of_the_right_organiser(
    app: Litestar, event: Event, pool: Pool, path: str, scope: Scope
) -> None:
    stranger = await make_token(pool, await make_organiser(pool))
    others = await make_token(pool, event.organiser_id, [other for other in Scope if other != scope])
    right = await make_token(pool, event.organiser_id, [scope])
    answers = []
    for token in (None, others, stranger, right):
        async with program(app, token) as client:
            answer = await client.get(f"/api/v1/events/{event.slug}{path}")
            answers.append((answer.status_code, answer.json().get("code")))
    assert answers == [(401, "token_required"), (403, "scope_missing"), (404, "not_found"), (200, None)]
