"""What guests change by themselves, each thing until its own deadline."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.model import Consent, Outcome
from tests.builders import book, make_event, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Visitor

ERIKA = make_guest(
    "Platzhalter",
    "Erika",
    company="Beispiel Sensorik AG",
    diet="vegan",
    access_needs="ramp",
    consents=[Consent(purpose="sensitive", text_hash="00" * 32, channel="form")],
)
NAMES = (
    "髙見本 一郎",
    "𠮷例 次郎",
    "葛󠄀例 三郎",
    "Müßig-Großäcker Jörg",
    "Przykład Łukasz",
)


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def close(pool: Pool, event: Event, *parts: str) -> None:
    deadlines = {part: (now() - timedelta(hours=1)).isoformat() for part in parts}
    await pool.execute("update events set deadlines = $2 where id = $1", event.id, deadlines)


async def guest_id_of(pool: Pool, outcome: Outcome) -> UUID:
    found: UUID = await pool.fetchval("select id from guests where booking_id = $1 order by position limit 1", outcome.booking_id)
    return found


async def details(pool: Pool, guest_id: UUID) -> tuple[Any, ...]:
    row = await pool.fetchrow("select family_name, company, diet, access_needs, in_guest_list from guests where id = $1", guest_id)
    assert row is not None
    return tuple(row)


async def standing_consents(pool: Pool, guest_id: UUID) -> list[str]:
    rows = await pool.fetch("select purpose from consents where guest_id = $1 and withdrawn_at is null order by purpose", guest_id)
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("closed", "offered", "became"),
    [
        ("names", {"diet", "access_needs"}, ("Platzhalter", "Beispiel Sensorik AG", "vegetarian", "quiet seat", True)),
        ("diet", {"family_name", "company"}, ("Forged", "Forged AG", "vegan", "ramp", True)),
    ],
)
async def test_closed_part_is_shown_and_a_forged_field_is_refused_without_losing_the_rest(
    visitor: Visitor, pool: Pool, closed: str, offered: set[str], became: tuple[Any, ...]
) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    guest_id = await guest_id_of(pool, outcome)
    await close(pool, event, closed)
    path = f"/b/{outcome.token}/guests/{guest_id}"
    page = await visitor.open(path)
    assert page.form.offered & {"family_name", "company", "diet", "access_needs"} == offered
    assert ("This could be changed online until" in page.text, "office@example.com" in page.text) == (True, True)
    shown = {"names": "Beispiel Sensorik AG", "diet": "ramp"}[closed]
    assert shown in page.text

    forged = {
        "family_name": "Forged", "given_name": "Erika", "company": "Forged AG", "diet": "vegetarian", "access_needs": "quiet seat",
        "sensitive": "yes", "guest_list": "yes",
    }  # fmt: skip
    sent = await visitor.client.post(path, data=forged)

    assert (sent.status_code, await details(pool, guest_id)) == (303, became)
    assert await standing_consents(pool, guest_id) == ["guest_list", "sensitive"]


async def test_closed_part_is_no_error_however_it_was_forged(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    guest_id = await guest_id_of(pool, outcome)
    await close(pool, event, "names", "diet")
    path = f"/b/{outcome.token}/guests/{guest_id}"
    assert (await visitor.open(path)).form.offered == {"guest_list"}
    sent = await visitor.client.post(path, data={"family_name": "x" * 999, "diet": "nails", "guest_list": "yes"})
    assert (sent.status_code, await details(pool, guest_id)) == (303, ("Platzhalter", "Beispiel Sensorik AG", "vegan", "ramp", True))


async def test_earliest_deadline_of_the_guests_events_rules(visitor: Visitor, pool: Pool) -> None:
    programme_id = await make_programme(pool)
    strict, lax, over = [await make_event(pool, programme_id=programme_id) for _ in range(3)]
    first, second, third = await book(pool, lax, ERIKA), await book(pool, strict), await book(pool, over)
    guest_id = await guest_id_of(pool, first)
    others = [second.booking_id, third.booking_id]
    await pool.execute("update registrations set guest_id = $2 where booking_id = any ($1)", others, guest_id)
    await pool.execute("update bookings set lead_id = $2 where id = any ($1)", others, first.booking_id)
    await pool.execute(
        "update events set starts_at = now() - interval '2 days', doors_at = now() - interval '2 days', ends_at = now() - interval '1 day',"
        " registration_closes_at = now() - interval '3 days', changes_until = now() - interval '3 days' where id = $1",
        over.id,
    )
    path = f"/b/{first.token}/guests/{guest_id}"
    assert {"family_name", "diet"} <= (await visitor.open(path)).form.offered  # what is over concerns nobody
    await close(pool, strict, "names")
    assert (await visitor.open(path)).form.offered & {"family_name", "diet"} == {"diet"}
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where booking_id = $1", second.booking_id)
    assert {"family_name", "diet"} <= (await visitor.open(path)).form.offered


async def test_booking_page_tells_every_deadline(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    await close(pool, event, "names")
    page = await visitor.open(f"/b/{outcome.token}")
    told = [sentence.strip() for sentence in re.findall(r"you (?:can still|could) change: [^.]+\.", page.text)]
    assert told == [
        "you could change: Names and company.",
        "you can still change: Food and access, Companions, Somebody else comes instead.",
    ]


@pytest.mark.parametrize("name", NAMES)
async def test_names_are_kept_byte_for_byte_when_something_else_changes(visitor: Visitor, pool: Pool, name: str) -> None:
    family_name, given_name = name.split(" ")
    outcome = await book(pool, await make_event(pool), make_guest(family_name, given_name))
    guest_id = await guest_id_of(pool, outcome)
    await visitor.send(await visitor.open(f"/b/{outcome.token}/guests/{guest_id}"), {"company": "株式会社みほん光学"})
    row = await pool.fetchrow("select family_name, given_name, company from guests where id = $1", guest_id)
    assert row is not None
    assert [value.encode() for value in row] == [value.encode() for value in (family_name, given_name, "株式会社みほん光学")]


async def test_places_over_a_programme_are_given_back_in_one_press(visitor: Visitor, pool: Pool) -> None:
    programme_id = await make_programme(pool)
    events = [await make_event(pool, capacity=5, programme_id=programme_id) for _ in range(3)]
    outcomes = [await book(pool, event, ERIKA, make_guest("Contoh", "")) for event in events]
    await pool.execute(
        "update bookings set lead_id = $2 where id = any ($1)", [one.booking_id for one in outcomes[1:]], outcomes[0].booking_id
    )
    form = await visitor.open(f"/b/{outcomes[0].token}/cancellations")
    places = "select id from registrations where booking_id = any ($1) order by event_id, id"
    ids = [str(row[0]) for row in await pool.fetch(places, [one.booking_id for one in outcomes])]
    foreign = await book(pool, events[0])
    foreign_id = await pool.fetchval("select id from registrations where booking_id = $1", foreign.booking_id)
    assert (await visitor.send(form, {"places": []})).errors == {"places": "Please choose who is not coming."}

    chosen = [*ids[:2], ids[2], str(foreign_id), "nonsense"]
    told = [await visitor.send(form, {"places": chosen}) for _ in range(2)]

    assert ["Given back, thank you." in answer.text for answer in told] == [True, True]
    query = "select array_agg(state order by event_id, id) from registrations where id = any ($1::uuid[])"
    assert await pool.fetchval(query, ids) == ["cancelled"] * 3 + ["confirmed"] * 3
    assert await pool.fetchval("select state from registrations where id = $1", foreign_id) == "confirmed"
    count = "select count(*) from jobs where payload ->> 'kind' = 'cancelled' and payload ->> 'booking_id' = any ($1)"
    assert await pool.fetchval(count, [str(one.booking_id) for one in outcomes]) == 2


@pytest.mark.parametrize("page", ["cancellations", "contact", "companions", "guests/00000000-0000-0000-0000-000000000000/deputy"])
async def test_guessed_links_lead_nowhere(visitor: Visitor, pool: Pool, page: str) -> None:
    answers = [await visitor.client.get(f"/b/guessed/{page}"), await visitor.client.post(f"/b/guessed/{page}", data={"places": "x"})]
    assert [answer.status_code for answer in answers] == [404, 404]
