"""What a registrant sees and does behind the booking's own link."""

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
from events.registration.actions import cancel_places, reject
from events.registration.model import Outcome
from tests.builders import book, fill, make_event, make_guest
from tests.staff import browser, running_app
from tests.visitor import Visitor

ERIKA = make_guest("Platzhalter", "Erika", company="Beispiel Sensorik AG", diet="vegan; no nuts", access_needs="ramp")
HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", family_name_latin="Mihon", given_name_latin="Hanako"
)
CONTOH = make_guest("Contoh", "")


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def states(pool: Pool, outcome: Outcome) -> list[tuple[str, str]]:
    rows = await pool.fetch(
        """
        select g.family_name, r.state
        from registrations r
        join guests g on g.id = r.guest_id
        where r.booking_id = $1
        order by g.position
        """,
        outcome.booking_id,
    )
    return [(row[0], row[1]) for row in rows]


async def mails(pool: Pool, outcome: Outcome) -> list[str]:
    """The kinds of mail that are to be written about the booking, in order."""
    rows = await pool.fetch(
        "select payload ->> 'kind' from jobs where name = 'booking_mail' and payload ->> 'booking_id' = $1 order by id",
        str(outcome.booking_id),
    )
    return [row[0] for row in rows]


async def guest_ids(pool: Pool, outcome: Outcome) -> list[UUID]:
    rows = await pool.fetch("select id from guests where booking_id = $1 order by position", outcome.booking_id)
    return [row[0] for row in rows]


async def places(pool: Pool, event_id: UUID) -> tuple[Any, ...]:
    row = await pool.fetchrow("select taken, waiting from pools where id = $1", event_id)
    assert row is not None
    return tuple(row)


async def test_confirmed_booking_shows_every_guest_with_a_ticket(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA, HANAKO, CONTOH)
    page = await visitor.open(f"/b/{outcome.token}")
    assert page.headers["cache-control"] == "no-store"
    expected = ["Your 3 places are reserved", "Erika Platzhalter", "Hanako Mihon", "見本 花子", "Contoh", "Vegan; no nuts", "ramp"]
    assert [text for text in expected if text not in page.text] == []
    assert [link for link in page.links if link.startswith("/t/") and link.count("/") == 2] == [
        f"/t/{ticket.code}" for ticket in outcome.tickets for _ in ("button", "code")
    ]


async def test_tickets_of_the_booking_open(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO)
    page = await visitor.open(f"/b/{outcome.token}")
    links = sorted({link for link in page.links if link.startswith("/t/")})
    answers = [(await visitor.client.get(link)).status_code for link in links]
    assert (len(links), answers) == (3, [200, 200, 200])


@pytest.mark.parametrize(
    ("arrange", "heading", "step"),
    [
        (
            "update registrations set state = 'held', expires_at = now() + interval '1 hour'",
            "We are keeping your place",
            "Please confirm by",
        ),
        ("update registrations set state = 'awaiting_approval'", "Your registration has arrived", "guest@example.com"),
        ("update registrations set state = 'cancelled', pool_id = null", "This booking is cancelled", "Sign up again"),
        ("update registrations set state = 'expired', pool_id = null", "These places were not confirmed in time", "Sign up again"),
    ],
)
async def test_other_states_say_what_comes_next(visitor: Visitor, pool: Pool, arrange: str, heading: str, step: str) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA)
    await pool.execute(f"{arrange} where booking_id = $1", outcome.booking_id)
    page = await visitor.open(f"/b/{outcome.token}")
    assert (heading in page.text, step in page.text, [link for link in page.links if link.startswith("/t/")]) == (True, True, [])


async def test_cancelled_event_offers_nothing_but_ones_own_data(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    await pool.execute("update events set status = 'cancelled' where id = $1", event.id)
    page = await visitor.open(f"/b/{outcome.token}")
    assert "This event was cancelled" in page.text
    assert [link for link in page.links if link.startswith(("/t/", f"/b/{outcome.token}/"))] == [f"/b/{outcome.token}/privacy"]


@pytest.mark.parametrize("path", ["/b/unknown", "/b/unknown/cancellation", "/b/%00", "/b/" + "x" * 500])
async def test_unknown_booking_is_404_with_a_next_step(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    assert (page.status, "Please check the link in your mail" in page.text) == (404, True)


async def test_waiting_guest_moves_up_when_a_place_is_given_back(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    going = await book(pool, event, ERIKA, CONTOH)
    waiting = await book(pool, event, HANAKO, accept_waitlist=True)
    page = await visitor.open(f"/b/{going.token}/cancellation?guest={(await guest_ids(pool, going))[1]}")
    answer = await visitor.send(page, {})
    assert ("Given back, thank you." in answer.text, answer.status) == (True, 200)
    assert await states(pool, going) == [("Platzhalter", "confirmed"), ("Contoh", "cancelled")]
    assert await states(pool, waiting) == [("見本", "confirmed")]
    assert (await mails(pool, going), await mails(pool, waiting)) == (["confirmed", "cancelled"], ["waitlisted", "promoted"])
    assert await places(pool, event.id) == (2, 0)


async def test_whole_booking_is_given_back_by_default(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA, HANAKO)
    answer = await visitor.send(await visitor.open(f"/b/{outcome.token}/cancellation"), {})
    assert "This booking is cancelled" in answer.text
    assert await states(pool, outcome) == [("Platzhalter", "cancelled"), ("見本", "cancelled")]
    assert await places(pool, event.id) == (0, 0)


async def test_whoever_waits_leaves_the_waiting_list_instead_of_a_place(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await book(pool, event)
    waiting = await book(pool, event, ERIKA, accept_waitlist=True)
    shown = await visitor.open(f"/b/{waiting.token}")
    asked = await visitor.open(f"/b/{waiting.token}/cancellation")
    words = ("Leave the waiting list", "Give my place back", "given back")
    assert [[word in page.text for word in words] for page in (shown, asked)] == [[True, False, False]] * 2
    assert (await visitor.send(asked, {})).status == 200
    assert (await states(pool, waiting), await places(pool, event.id)) == ([("Platzhalter", "cancelled")], (1, 0))


async def test_nothing_is_given_back_by_looking_or_twice_or_by_choosing_nobody(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA, HANAKO)
    page = await visitor.open(f"/b/{outcome.token}/cancellation")
    nobody = await visitor.send(page, {"guests": []})
    assert (nobody.status, nobody.errors) == (422, {"guests": "Please choose who is not coming."})
    assert await states(pool, outcome) == [("Platzhalter", "confirmed"), ("見本", "confirmed")]
    for _ in range(2):
        assert (await visitor.send(page, {})).status == 200
    assert (await mails(pool, outcome), await places(pool, event.id)) == (["confirmed", "cancelled"], (0, 0))


async def test_guests_of_other_bookings_cannot_be_cancelled_or_changed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    mine, theirs = await book(pool, event, ERIKA, CONTOH), await book(pool, event, HANAKO)
    (stranger,) = await guest_ids(pool, theirs)
    page = await visitor.open(f"/b/{mine.token}/cancellation")
    await visitor.send(page, {"guests": str(stranger)})
    foreign = await visitor.open(f"/b/{mine.token}/guests/{stranger}")
    posted = await visitor.client.post(f"/b/{mine.token}/guests/{stranger}", data={"family_name": "Stolen"})
    assert (foreign.status, posted.status_code) == (404, 404)
    assert (await states(pool, mine), await states(pool, theirs)) == (
        [("Platzhalter", "confirmed"), ("Contoh", "confirmed")],
        [("見本", "confirmed")],
    )


@pytest.mark.parametrize("locale", ["de", "en", "ja"])
@pytest.mark.parametrize(
    "guest", [ERIKA, HANAKO, CONTOH, make_guest("𠮷例", "次郎", family_name_kana="ヨシレイ", given_name_kana="ジロウ")]
)
async def test_saving_an_unchanged_guest_changes_nothing(app: Litestar, pool: Pool, guest: Any, locale: str) -> None:
    outcome = await book(pool, await make_event(pool), guest)
    (guest_id,) = await guest_ids(pool, outcome)
    async with browser(app) as client:
        visitor = Visitor(client, locale=locale)
        answer = await visitor.send(await visitor.open(f"/b/{outcome.token}/guests/{guest_id}"), {})
    row = await pool.fetchrow("select * from guests where id = $1", guest_id)
    assert row is not None
    kept = {name: getattr(guest, name) for name in guest.__struct_fields__ if name not in ("consents", "table_name", "guest_id", "answers")}
    assert (answer.url.partition("?")[2], {name: row[name] for name in kept}) == ("notice=changed", kept)


async def test_changed_guest_is_stored_found_and_written_to(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA)
    (guest_id,) = await guest_ids(pool, outcome)
    page = await visitor.open(f"/b/{outcome.token}/guests/{guest_id}")
    answer = await visitor.send(page, {"family_name": "Müller", "diet": "", "diet_note": "", "access_needs": "", "sensitive": []})
    row = await pool.fetchrow("select family_name, diet, access_needs, search_key from guests where id = $1", guest_id)
    assert row is not None
    assert ("Your changes are saved." in answer.text, tuple(row)[:3]) == (True, ("Müller", "", ""))
    assert "muler" in row["search_key"]
    assert await mails(pool, outcome) == ["confirmed", "changed"]


async def test_wrong_change_is_shown_with_what_was_typed(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA)
    (guest_id,) = await guest_ids(pool, outcome)
    page = await visitor.open(f"/b/{outcome.token}/guests/{guest_id}")
    answer = await visitor.send(page, {"family_name": "", "company": "New"})
    assert (answer.status, answer.errors) == (422, {"family_name": "Please fill this in."})
    assert dict(answer.form.fields)["company"] == "New"
    assert await states(pool, outcome) == [("Platzhalter", "confirmed")]


async def test_held_places_are_confirmed_by_one_press_and_no_more(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA, HANAKO, hold_seconds=600, mail=False)
    page = await visitor.open(f"/b/{outcome.token}")
    confirmed = [await visitor.send(page, {}), await visitor.send(page, {})]
    assert [(answer.status, "Your 2 places are reserved" in answer.text, "confirmation" in answer.html) for answer in confirmed] == [
        (200, True, False)
    ] * 2
    assert await states(pool, outcome) == [("Platzhalter", "confirmed"), ("見本", "confirmed")]
    assert await mails(pool, outcome) == ["confirmed"]


async def test_hold_that_ran_out_is_not_confirmed(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), ERIKA, hold_seconds=600, mail=False)
    page = await visitor.open(f"/b/{outcome.token}")
    await pool.execute("update registrations set expires_at = now() where booking_id = $1", outcome.booking_id)
    answer = await visitor.send(page, {})
    assert (answer.status, "The time to confirm this place is over" in answer.text) == (410, True)
    assert await states(pool, outcome) == [("Platzhalter", "held")]


async def test_changes_and_cancellations_end_when_the_event_begins(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    (guest_id,) = await guest_ids(pool, outcome)
    form = await visitor.open(f"/b/{outcome.token}/guests/{guest_id}")
    leaving = await visitor.open(f"/b/{outcome.token}/cancellation")
    begun = now() - timedelta(minutes=1)
    await pool.execute("update events set doors_at = $2, starts_at = $2 where id = $1", event.id, begun)
    page = await visitor.open(f"/b/{outcome.token}")
    assert [link for link in page.links if "cancellation" in link or link.endswith(str(guest_id))] == []
    assert [(await visitor.send(sent, {})).status for sent in (form, leaving)] == [409, 409]
    assert await states(pool, outcome) == [("Platzhalter", "confirmed")]


async def test_waiting_party_sees_its_place_in_line(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    await fill(pool, event, 2)
    await book(pool, event, CONTOH, accept_waitlist=True)
    second = await book(pool, event, ERIKA, HANAKO, accept_waitlist=True)
    page = await visitor.open(f"/b/{second.token}")
    expected = ["You are on the waiting list", "1 booking is ahead of you.", "As soon as 2 places are free for you together"]
    assert [text for text in expected if text not in page.text] == []


async def test_place_of_somebody_inside_cannot_be_given_back(visitor: Visitor, pool: Pool) -> None:
    """Doors open before the event starts; a place given away then would seat two."""
    event = await make_event(pool, starts_at=now() + timedelta(minutes=10))
    booked = await book(pool, event, ERIKA, HANAKO, source="import")
    await redeem_tickets(pool, event.id, [Scan(id=new_id(), at=now(), operator="token:test", code=booked.tickets[0].code)])
    erika, hanako = await guest_ids(pool, booked)
    form = await visitor.open(f"/b/{booked.token}/cancellation")

    refused = await visitor.send(form, {"guests": [str(erika), str(hanako)]})

    assert (refused.status, "already inside" in refused.text) == (409, True)
    assert await states(pool, booked) == [("Platzhalter", "confirmed"), ("見本", "confirmed")]
    await visitor.send(form, {"guests": [str(hanako)]})
    assert await states(pool, booked) == [("Platzhalter", "confirmed"), ("見本", "cancelled")]


async def test_refused_applicant_reads_kind_words_and_is_not_asked_again(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, approval_required=True)
    outcome = await book(pool, event, ERIKA)
    ids = [row[0] for row in await pool.fetch("select id from registrations where booking_id = $1", outcome.booking_id)]
    async with pool.acquire() as tx, tx.transaction():
        await reject(tx, event.id, ids, actor=f"staff:{new_id()}", reason="no clearance", now=now())
    page = await visitor.open(f"/b/{outcome.token}")
    said = [words in page.text for words in ("We cannot offer you a place this time", "Not accepted")]
    kept_back = [words in page.text for words in ("no clearance", "Thank you for letting us know", "Sign up again")]
    assert (said, kept_back) == ([True, True], [False, False, False])


async def test_place_taken_back_by_the_organiser_is_not_called_the_guests_doing(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    ids = [row[0] for row in await pool.fetch("select id from registrations where booking_id = $1", outcome.booking_id)]
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, event.id, ids, actor=f"staff:{new_id()}", now=now())
    page = await visitor.open(f"/b/{outcome.token}")
    said = [words in page.text for words in ("The organiser has given these places back.", "Thank you for letting us know")]
    assert said == [True, False]
