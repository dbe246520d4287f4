"""A guest signs up through the real page."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import fill, make_event
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

ERIKA: dict[str, str | list[str]] = {
    "given_name": "Erika",
    "family_name": "Platzhalter",
    "email": "erika@example.com",
    "company": "Beispiel Sensorik AG",
    "privacy": "yes",
}
HANAKO: dict[str, str | list[str]] = {
    "family_name": "見本",
    "given_name": "花子",
    "family_name_kana": "ミホン",
    "given_name_kana": "ハナコ",
    "email": "hanako@example.com",
    "privacy": "yes",
}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def bookings(pool: Pool, event: Event) -> list[Any]:
    """Every booking of the event: address, language, then its guests in order."""
    rows = await pool.fetch(
        """
        select b.email, b.locale, array_agg(array[g.family_name, g.given_name, r.state] order by g.position) as guests
        from bookings b
        join guests g on g.booking_id = b.id
        join registrations r on r.guest_id = g.id
        where b.event_id = $1
        group by b.id
        order by b.id
        """,
        event.id,
    )
    return [tuple(row) for row in rows]


async def test_guest_signs_up_and_sees_the_ticket(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    assert (page.status, "Your place is reserved" in page.text, "Erika Platzhalter" in page.text) == (200, True, True)
    assert [link.split("/")[1] for link in page.links if link.endswith(("ticket.pdf", "event.ics"))] == ["t", "t"]
    assert await bookings(pool, event) == [("erika@example.com", "en", [["Platzhalter", "Erika", "confirmed"]])]


async def test_japanese_guest_signs_up_in_japanese(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    async with browser(app) as client:
        visitor = Visitor(client, locale="ja")
        page = await visitor.send(await visitor.open(f"/e/{event.slug}"), HANAKO)
    assert ("見本 花子" in page.text, "ミホン ハナコ" in page.text) == (True, True)
    assert await bookings(pool, event) == [("hanako@example.com", "ja", [["見本", "花子", "confirmed"]])]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"family_name": ""}, {"family_name": "Please fill this in."}),
        ({"email": ""}, {"email": "Please fill this in."}),
        ({"email": "erika@"}, {"email": "This address looks incomplete, for example name@company.com."}),
        ({"privacy": []}, {"privacy": "Please confirm this, otherwise we may not sign you up."}),
        ({"company": "x" * 201}, {"company": "Please use at most 200 characters."}),
        ({"diet": "vegan"}, {"sensitive": "Please agree to this, or leave food and access needs empty."}),
        ({"access_needs": "ramp"}, {"sensitive": "Please agree to this, or leave food and access needs empty."}),
        ({"diet": "stones"}, {"diet": "Please choose one of the options."}),
        ({"family_name_kana": "Mihon"}, {"family_name_kana": "Please write this in kana."}),
        ({"given_name_native": "花子"}, {"family_name_native": "Please fill this in as well."}),
        ({"job_title": "one\ntwo"}, {"job_title": "Please write this on one line."}),
        ({"companion-2-given_name": "Max"}, {"companion-2-family_name": "Please fill this in."}),
        (
            {"companion-1-family_name": "Muster", "companion-1-diet": "halal"},
            {"companion-1-sensitive": "Please agree to this, or leave food and access needs empty."},
        ),
        (
            {"family_name": " ", "email": "x", "privacy": []},
            {
                "family_name": "Please fill this in.",
                "email": "This address looks incomplete, for example name@company.com.",
                "privacy": "Please confirm this, otherwise we may not sign you up.",
            },
        ),
    ],
)
async def test_errors_stand_beside_their_fields_and_nothing_is_lost(
    visitor: Visitor, pool: Pool, typed: dict[str, str | list[str]], errors: dict[str, str]
) -> None:
    event = await make_event(pool)
    page = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA | typed)
    kept = {name: value for name, value in (ERIKA | typed).items() if value and name not in ("diet", "companion-1-diet")}
    assert (page.status, page.errors) == (422, errors)
    assert {name: value for name, value in page.form.fields if name in kept} == kept
    assert [link for link in page.links if link.startswith("#") and link != "#main"] == [f"#{name}" for name in errors]
    assert await bookings(pool, event) == []


async def test_kanji_names_need_a_reading_in_japanese_only(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    no_kana = HANAKO | {"family_name_kana": "", "given_name_kana": ""}
    async with browser(app) as client:
        visitor = Visitor(client, locale="ja")
        refused = await visitor.send(await visitor.open(f"/e/{event.slug}"), no_kana)
        latin = await visitor.send(refused, no_kana | {"family_name": "Contoh", "given_name": ""})
    assert (list(refused.errors), latin.status) == (["family_name_kana", "given_name_kana"], 200)
    assert await bookings(pool, event) == [("hanako@example.com", "ja", [["Contoh", "", "confirmed"]])]


async def test_companions_are_full_guests_and_untouched_blocks_are_nobody(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.send(
        await visitor.open(f"/e/{event.slug}"),
        ERIKA | {"companion-1-family_name": "Contoh", "companion-3-family_name": "Przykład", "companion-3-given_name": "Łukasz"},
    )
    assert "Your 3 places are reserved" in page.text
    guests = [["Platzhalter", "Erika", "confirmed"], ["Contoh", "", "confirmed"], ["Przykład", "Łukasz", "confirmed"]]
    assert await bookings(pool, event) == [("erika@example.com", "en", guests)]


async def test_names_in_two_scripts_are_stored_as_typed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    typed: dict[str, str | list[str]] = {
        "family_name": "Reirei",
        "given_name": "Jirō",
        "family_name_native": "𠮷例",
        "given_name_native": "次郎",
    }
    await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA | typed)
    row = await pool.fetchrow(
        """
        select family_name, given_name, family_name_latin, given_name_latin
        from guests
        join bookings b on b.id = booking_id
        where b.event_id = $1
        """,
        event.id,
    )
    assert row is not None
    assert tuple(row) == ("𠮷例", "次郎", "Reirei", "Jirō")


async def test_consents_are_recorded_for_what_was_agreed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    answers = ERIKA | {
        "diet": "vegan",
        "diet_note": "no nuts",
        "sensitive": "yes",
        "companion-1-family_name": "B",
        "companion-1-guest_list": "yes",
    }
    await visitor.send(await visitor.open(f"/e/{event.slug}"), answers)
    rows = await pool.fetch(
        """
        select g.position, g.diet, g.in_guest_list, c.purpose, c.channel, c.locale
        from guests g
        join bookings b on b.id = g.booking_id
        join consents c on c.guest_id = g.id
        where b.event_id = $1
        order by g.position, c.purpose
        """,
        event.id,
    )
    assert [tuple(row) for row in rows] == [
        (0, "vegan; no nuts", False, "privacy", "form", "en"),
        (0, "vegan; no nuts", False, "sensitive", "form", "en"),
        (1, "", True, "guest_list", "registrant", "en"),
    ]


async def test_the_same_form_sent_twice_books_once(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.open(f"/e/{event.slug}")
    first, second = await visitor.send(page, ERIKA), await visitor.send(page, ERIKA)
    assert (first.url, len(await bookings(pool, event))) == (second.url, 1)


async def test_going_back_to_a_fresh_page_with_the_same_details_books_once(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    first = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    second = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    assert (first.url, len(await bookings(pool, event))) == (second.url, 1)


async def test_who_gave_the_place_back_may_sign_up_again_at_once(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    first = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    await visitor.send(await visitor.open(f"{urlsplit(first.url).path}/cancellation"), {})
    second = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    assert [guests for _email, _locale, guests in await bookings(pool, event)] == [
        [["Platzhalter", "Erika", "cancelled"]],
        [["Platzhalter", "Erika", "confirmed"]],
    ]
    assert second.url != first.url


async def test_somebody_else_from_the_same_browser_gets_a_booking_of_their_own(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA)
    await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA | {"given_name": "Max"})
    assert [guests for _email, _locale, guests in await bookings(pool, event)] == [
        [["Platzhalter", "Erika", "confirmed"]],
        [["Platzhalter", "Max", "confirmed"]],
    ]


async def test_a_sent_form_with_other_details_shows_the_first_booking(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.open(f"/e/{event.slug}")
    first = await visitor.send(page, ERIKA)
    second = await visitor.send(page, ERIKA | {"given_name": "Max"})
    assert second.url == f"{first.url}?notice=sent-before"
    assert "we did not book again" in second.text
    assert await bookings(pool, event) == [("erika@example.com", "en", [["Platzhalter", "Erika", "confirmed"]])]


@pytest.mark.parametrize("key", ["", "short", "api:AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x" * 65, "ä" * 30])
async def test_a_form_without_a_key_of_ours_gets_a_new_one(visitor: Visitor, pool: Pool, key: str) -> None:
    event = await make_event(pool)
    refused = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA | {"key": key})
    assert (refused.status, "Please send it once more." in refused.text) == (422, True)
    assert (await visitor.send(refused, ERIKA)).status == 200
    assert len(await bookings(pool, event)) == 1


async def test_keys_of_forms_live_apart_from_those_of_programs(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.open(f"/e/{event.slug}")
    await visitor.send(page, ERIKA)
    key = dict(page.form.fields)["key"]
    assert await pool.fetchval("select idempotency_key from bookings where event_id = $1", event.id) == f"form:{key}"
    assert len(key) == 43  # 256 bits


async def refused_as_full(visitor: Visitor, pool: Pool, event: Event) -> Page:
    page = await visitor.open(f"/e/{event.slug}")
    await fill(pool, event, 2)
    return await visitor.send(page, ERIKA)


async def test_full_while_typing_offers_the_waiting_list_in_one_press(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2)
    refused = await refused_as_full(visitor, pool, event)
    assert (refused.status, "There are not enough free places any more" in refused.text) == (409, True)
    assert {name: value for name, value in refused.form.fields if name in ERIKA} == ERIKA
    waiting = await visitor.send(refused, {})
    assert ("You are on the waiting list" in waiting.text, "You are next in line." in waiting.text) == (True, True)


async def test_full_without_waiting_list_says_where_to_turn(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=2, waiting_list=False)
    refused = await refused_as_full(visitor, pool, event)
    assert (refused.status, refused.forms) == (409, [])
    assert "mailto:office@example.com" in refused.links


async def test_registration_closed_while_typing_is_said(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    page = await visitor.open(f"/e/{event.slug}")
    await pool.execute("update events set registration_closes_at = now() where id = $1", event.id)
    refused = await visitor.send(page, ERIKA)
    assert (refused.status, "Registration is not open." in refused.text, refused.forms) == (409, True, [])


async def test_waiting_list_wish_is_taken_when_places_run_out(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    page = await visitor.open(f"/e/{event.slug}")
    await fill(pool, event, 1)
    waiting = await visitor.send(page, ERIKA | {"waitlist": "yes"})
    assert (waiting.status, "You are on the waiting list" in waiting.text) == (200, True)


async def test_full_event_page_is_a_waiting_list_form(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    for number, words in enumerate(("You are next in line.", "1 booking is ahead of you.", "2 bookings are ahead of you.")):
        page = await visitor.send(await visitor.open(f"/e/{event.slug}"), ERIKA | {"given_name": f"Erika {number}"})
        assert (page.status, words in page.text) == (200, True)


@pytest.mark.parametrize("status", ["draft", "cancelled"])
async def test_nobody_signs_up_for_what_is_not_published(visitor: Visitor, pool: Pool, status: str) -> None:
    event = await make_event(pool)
    page = await visitor.open(f"/e/{event.slug}")
    await pool.execute("update events set status = $2 where id = $1", event.id, status)
    refused = await visitor.send(page, ERIKA)
    assert refused.status == {"draft": 404, "cancelled": 409}[status]
    assert await bookings(pool, event) == []


async def test_sign_ups_from_one_address_are_bounded(app: Litestar, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.registration.pages.SIGN_UPS_PER_MINUTE", 1)
    monkeypatch.setattr("events.registration.pages._THIS_MACHINE", frozenset())
    event = await make_event(pool)
    async with browser(app) as client:
        visitor = Visitor(client)
        page = await visitor.open(f"/e/{event.slug}")
        answers = [(await visitor.send(page, ERIKA)).status for _ in range(2)]
    assert answers == [200, 429]
