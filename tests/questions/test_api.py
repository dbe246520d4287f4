"""Programs answer an event's questions when they sign a party up, and read the answers with the guest list."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.questions.model import Condition, Limits, Per, Sensitivity
from tests.builders import make_event
from tests.programs import make_token, program
from tests.questions.builders import make_question, stored_answers
from tests.staff import running_app


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    """An event that asks something of every kind."""
    event = await make_event(pool)
    await make_question(pool, event.id, "hotel", "choice", options="yes no", required=True)
    await make_question(pool, event.id, "room", condition=Condition("hotel", ["yes"]))
    await make_question(pool, event.id, "nights", "number", limits=Limits(least=1))
    await make_question(pool, event.id, "topics", "multiple", options="optics robots")
    await make_question(pool, event.id, "rules", "consent")
    await make_question(pool, event.id, "arrival", "date", per=Per.BOOKING)
    await make_question(pool, event.id, "badge", "file", required=True)
    await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY)
    return event


@pytest.fixture
async def client(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with program(app, await make_token(pool, event.organiser_id)) as opened:
        yield opened


async def sign_up(
    client: httpx.AsyncClient, event: Event, *answers: dict[str, Any], of_booking: dict[str, Any] | None = None, key: str | None = None
) -> httpx.Response:
    body = {
        "registrant": {"email": "hanako@example.com", "locale": "ja"},
        "guests": [{"family_name": f"Mihon {number}", "answers": given} for number, given in enumerate(answers)],
        "answers": of_booking,
    }
    return await client.post(f"/api/v1/events/{event.slug}/registrations", json=body, headers={"idempotency-key": key or str(new_id())})


FULL = {"hotel": "yes", "room": "畳の部屋", "nights": 2.5, "topics": ["robots", "optics"], "rules": True, "born": "1970-01-31"}


async def test_answers_are_stored_typed_and_come_back_with_the_list(client: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    answer = await sign_up(client, event, FULL, {"hotel": "no"}, of_booking={"arrival": "2027-04-22"})
    assert answer.status_code == 201
    stored = await stored_answers(pool, event.id)
    assert stored == [
        ("hotel", "Mihon 0", "yes"),
        ("hotel", "Mihon 1", "no"),
        ("room", "Mihon 0", "畳の部屋"),
        ("nights", "Mihon 0", 2.5),
        ("topics", "Mihon 0", ["optics", "robots"]),
        ("rules", "Mihon 0", True),
        ("arrival", None, "2027-04-22"),
        ("born", "Mihon 0", None),
    ]
    listed = (await client.get(f"/api/v1/events/{event.slug}/guests")).json()["guests"]
    assert [guest["answers"] for guest in listed] == [
        {"hotel": "yes", "room": "畳の部屋", "nights": 2.5, "topics": ["optics", "robots"], "rules": True, "arrival": "2027-04-22"},
        {"hotel": "no", "arrival": "2027-04-22"},
    ]


async def test_the_same_request_again_is_the_same_booking(client: httpx.AsyncClient, event: Event) -> None:
    first, again = [await sign_up(client, event, FULL, key="one-key") for _time in range(2)]
    other = await sign_up(client, event, FULL | {"born": "1970-02-01"}, key="one-key")
    assert [first.status_code, again.json() == first.json(), again.headers["idempotent-replayed"]] == [201, True, "true"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, {"guests[0].answers.hotel": "Please choose one of the options."}),
        ({"hotel": "maybe"}, {"guests[0].answers.hotel": "Please choose one of the options."}),
        ({"hotel": True}, {"guests[0].answers.hotel": "Please choose one of the options."}),
        ({"hotel": "no", "room": "any"}, {"guests[0].answers.room": "This is not asked, because an earlier answer does not lead to it."}),
        ({"hotel": "no", "nights": "2"}, {"guests[0].answers.nights": "Please enter a number."}),
        ({"hotel": "no", "nights": True}, {"guests[0].answers.nights": "Please enter a number."}),
        ({"hotel": "no", "nights": 0}, {"guests[0].answers.nights": "Please enter 1 or more."}),
        ({"hotel": "no", "topics": ["optics", "x"]}, {"guests[0].answers.topics": "Please choose from the options."}),
        ({"hotel": "no", "rules": "yes"}, {"guests[0].answers.rules": "Please answer with yes or no."}),
        ({"hotel": "no", "badge": "a.pdf"}, {"guests[0].answers.badge": "Files are sent on the page of the booking."}),
        ({"hotel": "no", "arrival": "2027-04-22"}, {"guests[0].answers.arrival": "Nothing of that name is asked here."}),
        ({"hotel": "no", "unknown": 1}, {"guests[0].answers.unknown": "Nothing of that name is asked here."}),
    ],
)
async def test_what_does_not_fit_is_named_by_its_place(
    client: httpx.AsyncClient, pool: Pool, event: Event, answers: dict[str, Any], errors: dict[str, str]
) -> None:
    answer = await sign_up(client, event, answers)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (problem["code"], problem["errors"]) == ("answers_refused", errors)
    assert await stored_answers(pool, event.id) == []


async def test_answers_of_the_booking_are_checked_as_well(client: httpx.AsyncClient, event: Event) -> None:
    answer = await sign_up(client, event, {"hotel": "no"}, of_booking={"arrival": "tomorrow", "hotel": "no"})
    assert answer.json()["errors"] == {
        "answers.arrival": "Please enter a date, as in 2026-04-22.",
        "answers.hotel": "Nothing of that name is asked here.",
    }
