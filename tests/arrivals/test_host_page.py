"""The host's page: whose guests are shown, how they are called, and when the link opens nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar

from events.arrivals import editing_queries
from events.arrivals.model import host_token
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.arrivals.builders import HANAKO, arrive, make_host, places_of, undo
from tests.builders import TOKENS, book, make_event, make_guest
from tests.visitor import Visitor

ERIKA = make_guest("Platzhalter", "Erika", company="Musterlinse GmbH")


def clock(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}"


async def test_host_sees_own_guests_only(host: Visitor, pool: Pool, event: Event) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    await book(pool, event, ERIKA)
    own, token = await make_host(pool, event, hanako)
    async with pool.acquire() as connection:
        await editing_queries.save_notes(connection, own.id, {hanako: "Meet at the lift, bow first"})
    page = await host.open(f"/h/{token}?lang=en")
    assert page.status == 200
    for shown in ("見本 花子", "Hanako Mihon", "株式会社みほん光学", "Meet at the lift, bow first", "Expected", "0 / 1"):
        assert shown in page.text
    assert "Platzhalter" not in page.text
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "private, no-store")
    assert page.headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.parametrize(("locale", "said"), [("ja", "見本 花子 ミホン ハナコ"), ("de", "見本 花子 Hanako Mihon")])
async def test_name_is_told_as_this_host_says_it(host: Visitor, pool: Pool, event: Event, locale: str, said: str) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _own, token = await make_host(pool, event, hanako)
    assert said in (await host.open(f"/h/{token}?lang={locale}")).text


async def test_kana_become_romaji_where_nobody_wrote_latin_letters(host: Visitor, pool: Pool, event: Event) -> None:
    (place,) = await places_of(
        pool, await book(pool, event, make_guest("例示", "次郎", family_name_kana="レイジ", given_name_kana="ジロウ"))
    )
    _own, token = await make_host(pool, event, place)
    assert "Jirou Reiji" in (await host.open(f"/h/{token}?lang=en")).text


async def test_protocol_sees_everybody_with_a_place(host: Visitor, pool: Pool, event: Event) -> None:
    await book(pool, event, HANAKO, ERIKA)
    gone = await book(pool, event, make_guest("Weiß", "Clara"))
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, await places_of(pool, gone), actor="guest", now=now())
    other = await make_event(pool, organiser_id=event.organiser_id)
    await book(pool, other, make_guest("Anderswo"))
    _own, token = await make_host(pool, event, sees_all=True)
    page = await host.open(f"/h/{token}?lang=en")
    assert ["見本" in page.text, "Platzhalter" in page.text, "Weiß" in page.text, "Anderswo" in page.text] == [True, True, False, False]


async def test_guest_who_gives_the_place_back_is_said_not_to_come(host: Visitor, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, ERIKA)
    _own, token = await make_host(pool, event, *await places_of(pool, outcome))
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, await places_of(pool, outcome), actor="guest", now=now())
    assert "Is not coming" in (await host.open(f"/h/{token}?lang=en")).text


async def test_arrival_shows_with_time_and_gate_and_undo_takes_it_back(host: Visitor, pool: Pool, event: Event) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _own, token = await make_host(pool, event, hanako)
    at = now() - timedelta(minutes=20)
    entry = await arrive(pool, event, hanako, at, gate="Gate B")
    page = await host.open(f"/h/{token}?lang=en")
    assert ("1 / 1" in page.text, clock(at) in page.text, "Gate B" in page.text, "told" in page.text) == (True, True, True, False)

    await undo(pool, event, entry, now())
    page = await host.open(f"/h/{token}?lang=en")
    assert ("0 / 1" in page.text, clock(at) in page.text, "Gate B" in page.text) == (True, False, False)


async def test_arrival_that_a_phone_brings_in_late_says_both_times(host: Visitor, pool: Pool, event: Event) -> None:
    (hanako,) = await places_of(pool, await book(pool, event, HANAKO))
    _own, token = await make_host(pool, event, hanako)
    at, told_at = now() - timedelta(minutes=38), now() - timedelta(minutes=20)
    await arrive(pool, event, hanako, at, told_at=told_at)
    assert f"arrived {clock(at)}, told {clock(told_at)}" in (await host.open(f"/h/{token}?lang=en")).text


async def test_ended_and_replaced_links_open_nothing(host: Visitor, pool: Pool, event: Event) -> None:
    own, token = await make_host(pool, event)
    async with pool.acquire() as connection:
        await editing_queries.revoke_host(connection, own.id, now())
    ended = await host.open(f"/h/{token}?lang=en")
    newer = host_token(TOKENS, own.id, 2)
    async with pool.acquire() as connection:
        assert await editing_queries.replace_token(connection, own.id, issue=2, token_hash=token_hash(newer))
    assert [(await host.open(f"/h/{one}?lang=en")).status for one in (token, newer, "wrong")] == [404, 200, 404]
    assert ended.status == 410
    assert "ask the organiser for a new one" in ended.text


async def test_link_is_over_a_week_after_the_event(host: Visitor, pool: Pool) -> None:
    past = await make_event(pool, starts_at=datetime(2026, 1, 10, 9, tzinfo=UTC))
    _own, token = await make_host(pool, past)
    assert (await host.open(f"/h/{token}")).status == 410


async def test_only_the_pages_script_notes_a_visit(app: Litestar, host: Visitor, pool: Pool, event: Event) -> None:
    own, token = await make_host(pool, event)
    await host.open(f"/h/{token}")
    assert await pool.fetchval("select seen_at from hosts where id = $1", own.id) is None
    answer = await host.client.post(f"/h/{token}/visits")
    assert answer.status_code == 204
    assert await pool.fetchval("select seen_at is not null from hosts where id = $1", own.id)
