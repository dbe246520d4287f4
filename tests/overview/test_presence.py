"""Who came, who is inside now and who has left, in every place where the organiser's pages and programs tell it."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from litestar import Litestar

from events.door.model import Act
from events.kit.clock import now
from events.kit.database import Pool
from events.overview.board import read_board
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import book, make_event, make_guest
from tests.door.board_builders import scanned, set_rules
from tests.door.builders import make_phone
from tests.overview.doors import registrations_of
from tests.programs import make_token, program

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def event(pool: Pool) -> Event:
    """A dinner with re-entry. Anna is inside, Bela came and left, Cora left and is back, Dora is expected; Emil was cancelled and let
    in all the same by a phone without a connection."""
    event = await make_event(pool, capacity=20, contingents={"japan": 10})
    await set_rules(pool, event, exits="reentry")
    async with pool.acquire() as connection:
        (phone, _) = await make_phone(connection, event)
    names = ("Anna", "Bela", "Cora", "Dora", "Emil")
    anna, bela, cora, _dora, emil = [
        (await registrations_of(pool, await book(pool, event, make_guest(name, "X"), contingent="japan")))[0] for name in names
    ]
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [emil], actor="guest", now=now())
    for minutes, who, act in (
        (9, anna, Act.ENTRY),
        (8, bela, Act.ENTRY),
        (7, cora, Act.ENTRY),
        (6, bela, Act.EXIT),
        (5, cora, Act.EXIT),
        (4, cora, Act.ENTRY),
    ):
        await scanned(pool, event, phone, who, at=now() - minutes * MINUTE, act=act)
    await scanned(pool, event, phone, emil, at=now() - MINUTE, offline=True)
    return event


async def test_board_tells_inside_from_arrived_and_no_shows_stay_right(pool: Pool, event: Event) -> None:
    async with pool.acquire() as connection:
        figures = (await read_board(connection, event.id, now())).figures
    assert (figures.confirmed, figures.arrived, figures.expected, figures.inside, figures.conflicts) == (4, 3, 1, 3, 1)


async def test_live_board_leads_to_what_contradicts(organiser: httpx.AsyncClient, event: Event) -> None:
    board = await organiser.get(f"/organiser/events/{event.slug}")
    assert "One conflict to decide" in board.text
    assert f'href="/organiser/events/{event.slug}/door/conflicts"' in board.text


async def test_list_finds_who_is_inside_and_who_has_left(organiser: httpx.AsyncClient, event: Event) -> None:
    async def names(group: str) -> list[str]:
        page = await organiser.get(f"/organiser/events/{event.slug}/guests", params={"group": group})
        return [unescape(name) for name in re.findall(r'<th scope="row"><div class="names">\s*<span[^>]*>([^<]*)<', page.text)]

    assert await names("arrived") == ["X Anna", "X Bela", "X Cora"]
    assert await names("inside") == ["X Anna", "X Cora", "X Emil"]
    assert await names("gone") == ["X Bela"]
    assert await names("expected") == ["X Dora"]
    page = (await organiser.get(f"/organiser/events/{event.slug}/guests")).text
    assert page.count(">left ") == 1
    (link,) = re.findall(r'href="(door/guests/[^"]+)" aria-label="X Bela at the door"', page)
    history = await organiser.get(f"/organiser/events/{event.slug}/{link}")
    assert re.findall(r'<span class="chip[^"]*">(In|Out)</span>', history.text) == ["Out", "In"]


async def test_export_has_a_column_for_those_who_left(organiser: httpx.AsyncClient, event: Event) -> None:
    answer = await organiser.post(f"/organiser/events/{event.slug}/guests.csv", data={"group": "confirmed"})
    header, *rows = [line.split(",") for line in answer.text.lstrip("\ufeff").splitlines()]
    left, family_name = header.index("Left at (Asia/Tokyo)"), header.index("Family name")
    assert [row[family_name] for row in rows if row[left]] == ["Bela"]
    assert [bool(row[left - 1]) for row in rows] == [True, True, True, False]


async def test_programs_read_who_is_present(app: Litestar, pool: Pool, event: Event) -> None:
    async with program(app, await make_token(pool, event.organiser_id)) as client:
        told = (await client.get(f"/api/v1/events/{event.slug}")).json()
        listed = (await client.get(f"/api/v1/events/{event.slug}/guests")).json()["guests"]
    assert (told["arrived"], told["present"]) == (4, 3)
    assert [(part["arrived"], part["present"]) for part in told["contingents"]] == [(3, 2)]
    assert [(guest["family_name"], guest["arrived_at"] is not None, guest["present"]) for guest in listed] == [
        ("Anna", True, True),
        ("Bela", True, False),
        ("Cora", True, True),
        ("Dora", False, False),
        ("Emil", True, True),
    ]
