"""Somebody else comes instead, or somebody more comes along: by the registrant, in one step."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.door.model import Scan
from events.door.queries import redeem_tickets
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, fill, make_event, make_guest, make_programme
from tests.invitations.builders import make_invitation
from tests.staff import browser, running_app
from tests.visitor import Visitor

DEPUTY: dict[str, str | list[str]] = {"family_name": "Contoh", "company": "Musterlinse GmbH"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def guest_id_of(pool: Pool, outcome: Outcome) -> UUID:
    found: UUID = await pool.fetchval("select id from guests where booking_id = $1 order by position limit 1", outcome.booking_id)
    return found


async def who_comes(pool: Pool, event: Event) -> list[tuple[str, str]]:
    rows = await pool.fetch(
        """
        select g.family_name, r.state
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
        order by r.id
        """,
        event.id,
    )
    return [(row[0], row[1]) for row in rows]


async def scanned(pool: Pool, event: Event, code: str) -> str:
    (answer,) = await redeem_tickets(pool, event.id, [Scan(id=new_id(), at=now(), operator="staff:test", code=code)])
    return answer.reason.value if answer.reason else answer.verdict.value


async def taken(pool: Pool, event: Event) -> tuple[Any, ...]:
    row = await pool.fetchrow("select taken, waiting from pools where id = $1", event.id)
    assert row is not None
    return tuple(row)


async def test_deputy_takes_the_place_and_no_further_one(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    outcome = await book(pool, event)
    guest_id = await guest_id_of(pool, outcome)
    form = await visitor.open(f"/b/{outcome.token}/guests/{guest_id}/deputy")
    answers = [await visitor.send(form, DEPUTY) for _ in range(2)]
    assert ["the place has passed on" in answer.text for answer in answers] == [True, True]
    assert (await who_comes(pool, event), await taken(pool, event)) == ([("Contoh", "confirmed")], (1, 0))
    assert await scanned(pool, event, outcome.tickets[0].code) == "other_event"
    (link,) = {link for link in answers[0].links if link.startswith("/t/") and link.count("/") == 2}
    assert await scanned(pool, event, link.removeprefix("/t/")) == "admitted"


async def test_same_form_at_once_names_one_deputy(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    form = await visitor.open(f"/b/{outcome.token}/guests/{await guest_id_of(pool, outcome)}/deputy")
    await asyncio.gather(*(visitor.send(form, DEPUTY) for _ in range(4)))
    assert await who_comes(pool, event) == [("Contoh", "confirmed")]
    substitutions = "select count(*) from substitutions where event_id = $1"
    assert await pool.fetchval(substitutions, event.id) == 1


async def test_deputy_for_some_events_of_a_programme_is_one_guest_with_one_ticket(visitor: Visitor, pool: Pool) -> None:
    programme_id = await make_programme(pool)
    events = [await make_event(pool, programme_id=programme_id) for _ in range(3)]
    outcomes = [await book(pool, event) for event in events]
    guest_id, lead = await guest_id_of(pool, outcomes[0]), outcomes[0].booking_id
    rest = [one.booking_id for one in outcomes[1:]]
    await pool.execute("update registrations set guest_id = $2 where booking_id = any ($1)", rest, guest_id)
    await pool.execute("update bookings set lead_id = $2 where id = any ($1)", rest, lead)
    form = await visitor.open(f"/b/{outcomes[0].token}/guests/{guest_id}/deputy")
    assert (await visitor.send(form, DEPUTY | {"events": []})).errors == {"events": "Please choose at least one event."}
    await visitor.send(form, DEPUTY | {"events": [events[0].slug, events[2].slug, "no-such-event"]})
    found = [await who_comes(pool, event) for event in events]
    assert found == [[("Contoh", "confirmed")], [("Platzhalter", "confirmed")], [("Contoh", "confirmed")]]
    assert await pool.fetchval("select count(*) from guests where booking_id = $1 and family_name = 'Contoh'", lead) == 1


async def test_organiser_confirms_a_deputy_where_wanted(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await pool.execute("update events set substitutes_need_approval = true where id = $1", event.id)
    outcome = await book(pool, event)
    form = await visitor.open(f"/b/{outcome.token}/guests/{await guest_id_of(pool, outcome)}/deputy")
    assert "The organiser confirms whoever comes instead." in form.text
    await visitor.send(form, DEPUTY)
    assert await who_comes(pool, event) == [("Contoh", "awaiting_approval")]


async def test_deadline_and_door_end_passing_on(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    late, inside = await book(pool, event), await book(pool, event)
    forms = [await visitor.open(f"/b/{one.token}/guests/{await guest_id_of(pool, one)}/deputy") for one in (late, inside)]
    await scanned(pool, event, inside.tickets[0].code)
    assert (await visitor.send(forms[1], DEPUTY)).status == 409
    await pool.execute(
        "update events set deadlines = $2 where id = $1", event.id, {"substitute": (now() - timedelta(minutes=1)).isoformat()}
    )
    assert (await visitor.send(forms[0], DEPUTY)).status == 409
    assert [link for link in (await visitor.open(f"/b/{late.token}")).links if link.endswith("/deputy")] == []
    assert await who_comes(pool, event) == [("Platzhalter", "confirmed")] * 2


async def test_guest_of_another_party_is_not_found(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    mine, other = await book(pool, event), await book(pool, event)
    path = f"/b/{mine.token}/guests/{await guest_id_of(pool, other)}/deputy"
    assert [(await visitor.client.get(path)).status_code, (await visitor.client.post(path, data=DEPUTY)).status_code] == [404, 404]


async def test_invitation_decides_who_comes_with_it(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    invitation = await make_invitation(pool, event)
    await pool.execute("update invitations set booking_id = $2 where id = $1", invitation.id, outcome.booking_id)
    paths = [f"/b/{outcome.token}/guests/{await guest_id_of(pool, outcome)}/deputy", f"/b/{outcome.token}/companions"]
    pages = [await visitor.open(path) for path in paths]
    assert [(page.status, "page of the invitation" in page.text) for page in pages] == [(409, True)] * 2
    links = (await visitor.open(f"/b/{outcome.token}")).links
    assert [link for link in links if link in paths] == []


async def test_companion_gets_a_place_and_a_ticket(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    outcome = await book(pool, event)
    form = await visitor.open(f"/b/{outcome.token}/companions")
    answers = [await visitor.send(form, DEPUTY) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert (await who_comes(pool, event), await taken(pool, event)) == ([("Platzhalter", "confirmed"), ("Contoh", "confirmed")], (2, 0))
    assert len({link for link in answers[0].links if link.startswith("/t/") and link.count("/") == 2}) == 2


async def test_full_event_offers_the_waiting_list_honestly(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    outcome = await book(pool, event)
    await fill(pool, event, 1)
    answer = await visitor.send(await visitor.open(f"/b/{outcome.token}/companions"), DEPUTY)
    assert (answer.status, "All places are taken at the moment." in answer.text, dict(answer.form.fields)["family_name"]) == (
        409, True, "Contoh",
    )  # fmt: skip
    await visitor.send(answer, {"waitlist": "yes"})
    assert (await taken(pool, event), (await who_comes(pool, event))[-1]) == ((2, 1), ("Contoh", "waitlisted"))


@pytest.mark.parametrize(
    "change",
    [
        "max_companions = 0",
        """deadlines = '{"companions": "2020-01-01T00:00:00Z"}'""",
        "registration_closes_at = now()",
    ],
)
async def test_no_more_companions_than_the_event_allows(visitor: Visitor, pool: Pool, change: str) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    form = await visitor.open(f"/b/{outcome.token}/companions")
    await pool.execute(f"update events set {change} where id = $1", event.id)
    answer = await visitor.send(form, DEPUTY)
    assert (answer.status, "Nobody more can come along" in answer.text) == (409, True)
    assert [link for link in (await visitor.open(f"/b/{outcome.token}")).links if link.endswith("/companions")] == []
    assert await who_comes(pool, event) == [("Platzhalter", "confirmed")]


async def test_companion_without_a_name_is_asked_again(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest())
    answer = await visitor.send(await visitor.open(f"/b/{outcome.token}/companions"), {"company": "Musterlinse GmbH"})
    assert (answer.status, answer.errors) == (422, {"family_name": "Please fill this in."})
