"""The organiser's pages of the evening: conflicts are decided, guests let in, out and back by name, and only by those who may."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role, Staff
from events.door.model import Act, Decided, Decider, Scan, Verdict
from events.door.queries import attendance_of_event, redeem_tickets
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.actions import cancel_places
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.board_builders import scanned, send, set_rules
from tests.door.builders import make_phone, records, registration_ids
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, Visitor

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, capacity=20)


class Desk(NamedTuple):
    """Somebody of the team at a browser."""

    staff: Staff
    client: httpx.AsyncClient
    visitor: Visitor
    home: str


async def desk_of(app: Litestar, pool: Pool, event: Event, *, role: Role = Role.ORGANISER, organiser_id: UUID | None = None) -> Desk:
    staff = await make_staff(pool, organiser_id or event.organiser_id, role=role)
    client = browser(app, await make_session(pool, staff))
    return Desk(staff, client, Visitor(client), f"/organiser/events/{event.slug}/door")


@pytest.fixture
async def desk(app: Litestar, pool: Pool, event: Event) -> Desk:
    return await desk_of(app, pool, event)


async def guest(pool: Pool, event: Event, name: str = "Anna") -> UUID:
    (registration_id,) = await registration_ids(pool, await book(pool, event, make_guest(name)))
    return registration_id


async def twice(pool: Pool, event: Event, registration_id: UUID) -> UUID:
    """Two phones without a connection let in one ticket. Answers the later entry."""
    async with pool.acquire() as connection:
        (garden, _), (main, _) = (
            await make_phone(connection, event, gate="Garden", name="Aiko"),
            await make_phone(connection, event, gate="Main", name="Jonas"),
        )
    await scanned(pool, event, garden, registration_id, at=now() - 2 * MINUTE, offline=True)
    later, _ = await scanned(pool, event, main, registration_id, at=now() - MINUTE, offline=True)
    return later


async def inside(pool: Pool, event: Event) -> tuple[int, int]:
    attendance = await attendance_of_event(pool, event.id)
    return attendance.inside, attendance.arrived


async def audited(pool: Pool, event: Event) -> list[tuple[str, str, dict[str, object]]]:
    rows = await pool.fetch("select action, actor, detail from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    return [tuple(row) for row in rows]


def open_on(page: Page) -> list[str]:
    """The conflicts that the page asks to decide."""
    return re.findall(r'data-conflict="([^"]+)"', page.html)


@pytest.mark.parametrize(("decision", "undone"), [("same_person", 0), ("let_stay", 0), ("sent_out", 1), ("mistake", 1)])
async def test_ticket_used_twice_is_decided(desk: Desk, pool: Pool, event: Event, decision: str, undone: int) -> None:
    later = await twice(pool, event, await guest(pool, event))
    board = await desk.visitor.open(desk.home)
    assert open_on(board) == [str(later)]
    assert "Garden · Aiko" in board.text
    assert "Main · Jonas" in board.text

    page = await desk.visitor.open(f"{desk.home}/conflicts/{later}")
    decided = await send(desk.client, page, {"decision": decision, "note": "Asked both"})

    assert "Nothing contradicts" in decided.text
    assert "Asked both" in decided.text
    assert open_on(await desk.visitor.open(desk.home)) == []
    assert await inside(pool, event) == (1, 1)
    assert [kind for kind, _verdict, _reason in await records(pool, event)].count("undo") == undone
    resolution = await pool.fetchrow("select decision, note, actor, kind from conflict_resolutions where check_in_id = $1", later)
    assert resolution is not None
    assert tuple(resolution) == (decision, "Asked both", desk.staff.actor, "twice")
    assert ("conflict_resolved", desk.staff.actor, {"event": event.slug, "decision": decision, "kind": "twice"}) in await audited(
        pool, event
    )


async def test_cancelled_guest_who_is_sent_out_does_not_count(desk: Desk, pool: Pool, event: Event) -> None:
    registration_id = await guest(pool, event)
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [registration_id], actor="guest", now=now())
        (phone, _) = await make_phone(connection, event)
    entry, _ = await scanned(pool, event, phone, registration_id, at=now(), offline=True)
    assert await inside(pool, event) == (1, 1)

    page = await desk.visitor.open(f"{desk.home}/conflicts/{entry}")
    assert "The server would have said: Cancelled." in page.text
    assert 'value="same_person"' not in page.html
    await send(desk.client, page, {"decision": "sent_out"})

    assert await inside(pool, event) == (0, 0)
    assert "Sent out" in (await desk.visitor.open(f"{desk.home}/conflicts")).text


async def test_ticket_nobody_knows_any_more_is_decided_as_well(desk: Desk, pool: Pool, event: Event) -> None:
    async with pool.acquire() as connection:
        (phone, _) = await make_phone(connection, event)
    entry = Scan(
        id=new_id(),
        at=now(),
        operator=phone.operator,
        code_hash="ab" * 32,
        gate_id=phone.gate_id,
        device_id=phone.id,
        decided=Decided(verdict=Verdict.ADMITTED, by=Decider.PHONE),
    )
    await redeem_tickets(pool, event.id, [entry])

    board = await desk.visitor.open(desk.home)
    assert (open_on(board), "Unknown ticket" in board.text) == ([str(entry.id)], True)
    decided = await send(desk.client, await desk.visitor.open(f"{desk.home}/conflicts/{entry.id}"), {"decision": "sent_out"})

    assert "Unknown ticket" in decided.text
    assert open_on(await desk.visitor.open(desk.home)) == []
    assert await pool.fetchval("select count(*) from check_ins where undoes = $1", entry.id) == 1


async def test_first_decision_stands(app: Litestar, desk: Desk, pool: Pool, event: Event) -> None:
    later = await twice(pool, event, await guest(pool, event))
    colleague = await desk_of(app, pool, event, role=Role.DOOR)
    seen_by_both = await desk.visitor.open(f"{desk.home}/conflicts/{later}"), await colleague.visitor.open(f"{desk.home}/conflicts/{later}")
    await send(desk.client, seen_by_both[0], {"decision": "same_person"})

    late = await send(colleague.client, seen_by_both[1], {"decision": "sent_out"})

    assert "Somebody else decided this in the meantime." in late.text
    assert await pool.fetchval("select decision from conflict_resolutions where check_in_id = $1", later) == "same_person"
    assert await inside(pool, event) == (1, 1)


async def test_decision_has_to_be_one_of_those_offered(desk: Desk, pool: Pool, event: Event) -> None:
    later = await twice(pool, event, await guest(pool, event))
    page = await desk.visitor.open(f"{desk.home}/conflicts/{later}")
    for answers in ({}, {"decision": "shrug"}):
        refused = await send(desk.client, page, answers)  # type: ignore[arg-type]
        assert (refused.status, refused.errors) == (422, {"decision": "Please choose one of the options."})
    assert await pool.fetchval("select count(*) from conflict_resolutions where event_id = $1", event.id) == 0


async def test_guest_is_let_in_out_and_back_by_name(desk: Desk, pool: Pool, event: Event) -> None:
    await set_rules(pool, event, exits="reentry")
    registration_id = await guest(pool, event)
    async with pool.acquire() as connection:
        await make_phone(connection, event, gate="Garden")
    here = f"{desk.home}/guests/{registration_id}"

    let_in = await send(desk.client, await desk.visitor.open(here), {"gate": "Garden"})
    assert ("The guest is in." in let_in.text, await inside(pool, event)) == (True, (1, 1))
    let_out = await send(desk.client, let_in, {})
    assert ("The guest is out." in let_out.text, await inside(pool, event)) == (True, (0, 1))
    (undo,) = [link for link in let_out.links if link.endswith("/undo")][:1]
    asked = await desk.visitor.open(undo)
    short = await send(desk.client, asked, {"note": "x"})
    assert (short.status, short.errors) == (422, {"note": "Please say why, in a word at least."})
    back = await send(desk.client, asked, {"note": "Only smoking"})

    assert ("Taken back." in back.text, await inside(pool, event)) == (True, (1, 1))
    rows = await pool.fetch(
        "select kind, verdict, operator, source, note from check_ins where event_id = $1 order by server_at, id", event.id
    )
    who = desk.staff.actor
    assert [tuple(row) for row in rows] == [
        ("entry", "admitted", who, "search", ""),
        ("exit", "left", who, "search", ""),
        ("undo", "undone", who, "search", "Only smoking"),
    ]
    assert [action for action, *_rest in await audited(pool, event)] == ["guest_let_in", "guest_let_out", "entry_undone"]


async def test_form_sent_twice_is_one_record(desk: Desk, pool: Pool, event: Event) -> None:
    page = await desk.visitor.open(f"{desk.home}/guests/{await guest(pool, event)}")
    for _again in range(2):
        assert "The guest is in." in (await send(desk.client, page, {})).text
    assert await records(pool, event) == [("entry", "admitted", None)]
    assert [action for action, *_rest in await audited(pool, event)] == ["guest_let_in"]


async def test_organiser_overrides_the_rules_with_a_reason(desk: Desk, pool: Pool, event: Event) -> None:
    registration_id = await guest(pool, event)
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [registration_id], actor="guest", now=now())
    here = f"{desk.home}/guests/{registration_id}"

    refused = await send(desk.client, await desk.visitor.open(here), {})
    assert refused.status == 422
    assert refused.errors == {"note": "The rules say: Cancelled. To let the guest in all the same, say why here."}
    assert await inside(pool, event) == (0, 0)
    let_in = await send(desk.client, refused, {"note": "The minister asked"})

    assert ("The guest is in." in let_in.text, await inside(pool, event)) == (True, (1, 1))
    assert open_on(await desk.visitor.open(desk.home)) == []  # somebody has decided already
    entry = await pool.fetchrow("select decided_by, note, reason from check_ins where event_id = $1 and verdict = 'admitted'", event.id)
    assert entry is not None
    assert tuple(entry) == ("supervisor", "The minister asked", "cancelled")
    assert (await audited(pool, event))[-1][2] == {"event": event.slug, "overridden": True}


async def test_door_staff_cannot_override(app: Litestar, pool: Pool, event: Event) -> None:
    registration_id = await guest(pool, event)
    doorman = await desk_of(app, pool, event, role=Role.DOOR)
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [registration_id], actor="guest", now=now())
    page = await doorman.visitor.open(f"{doorman.home}/guests/{registration_id}")
    refused = await send(doorman.client, page, {"note": "My friend"})
    assert (refused.status, refused.errors) == (422, {"note": "The rules say: Cancelled. An organiser can decide otherwise."})
    assert await inside(pool, event) == (0, 0)


async def test_guest_who_is_inside_is_not_let_in_again(app: Litestar, desk: Desk, pool: Pool, event: Event) -> None:
    registration_id = await guest(pool, event)
    colleague = await desk_of(app, pool, event)
    pages = [await one.visitor.open(f"{desk.home}/guests/{registration_id}") for one in (desk, colleague)]
    await send(desk.client, pages[0], {})
    again = await send(colleague.client, pages[1], {"note": "really"})
    assert (again.status, again.url.endswith("/admission")) == (422, True)
    assert "The guest is inside already." in again.text
    assert await inside(pool, event) == (1, 1)


async def test_guest_is_found_by_door_staff_in_any_script(app: Litestar, pool: Pool, event: Event) -> None:
    await book(pool, event, make_guest("見本", "花子", family_name_kana="ミホン", family_name_latin="Mihon", company="みほん光学"))
    other = await make_event(pool, organiser_id=event.organiser_id)
    await book(pool, other, make_guest("Mihon", "Secret"))
    doorman = await desk_of(app, pool, event, role=Role.DOOR)
    for query in ("見本", "mihon", "みほん", "光学"):
        found = await doorman.client.get(f"{doorman.home}/guests", params={"q": query})
        assert (found.text.count("見本"), "Secret" in found.text) != (0, True)
        assert "Secret" not in found.text
        assert "見本" in found.text
    assert "Nobody found" in (await doorman.client.get(f"{doorman.home}/guests", params={"q": "qqq"})).text


async def test_board_and_its_actions_are_the_organisers_alone(app: Litestar, pool: Pool, event: Event) -> None:
    registration_id = await guest(pool, event, "Secret")
    later = await twice(pool, event, registration_id)
    home = f"/organiser/events/{event.slug}/door"
    guest_page = f"{home}/guests/{registration_id}"
    undo = f"{guest_page}/records/{later}/undo"
    pages = [home, f"{home}/stream", f"{home}/conflicts", f"{home}/conflicts/{later}", f"{home}/guests?q=secret", guest_page, undo]
    actions = [f"{home}/conflicts/{later}", f"{guest_page}/admission", f"{guest_page}/exit", undo]
    stranger = await desk_of(app, pool, event, organiser_id=await make_organiser(pool))
    reviewer = await desk_of(app, pool, event, role=Role.REVIEWER)
    before = await records(pool, event)

    for client, status in ((stranger.client, 404), (reviewer.client, 403), (browser(app), 303)):
        assert [(await client.get(page)).status_code for page in pages] == [status] * len(pages)
        answers = [await client.post(action, data={"decision": "mistake", "note": "mine"}) for action in actions]
        assert [answer.status_code for answer in answers] == [status] * len(actions)
        assert not any("Secret" in answer.text for answer in answers)
    assert await records(pool, event) == before
    assert await pool.fetchval("select count(*) from conflict_resolutions") == await pool.fetchval(
        "select count(*) from conflict_resolutions where event_id <> $1", event.id
    )


async def test_things_of_another_event_are_not_found(app: Litestar, desk: Desk, pool: Pool, event: Event) -> None:
    mine = await guest(pool, event)
    later = await twice(pool, event, mine)
    sister = await make_event(pool, organiser_id=event.organiser_id)
    elsewhere = await guest(pool, sister)
    wrong = f"/organiser/events/{sister.slug}/door"
    for page in (f"{wrong}/conflicts/{later}", f"{wrong}/guests/{mine}", f"{desk.home}/guests/{new_id()}"):
        assert (await desk.client.get(page)).status_code == 404
    # a record is taken back only on the page of its own guest
    undo = f"{desk.home}/guests/{await guest(pool, event, 'Bela')}/records/{later}/undo"
    assert (await desk.client.get(undo)).status_code == 404
    assert (await desk.client.post(undo, data={"note": "mine"})).status_code == 404
    assert (await desk.client.post(f"{wrong}/guests/{elsewhere}/records/{later}/undo", data={"note": "mine"})).status_code == 404
    assert open_on(await desk.visitor.open(desk.home)) == [str(later)]


async def test_fire_limit_is_told_in_words_and_days_appear_with_the_second(desk: Desk, pool: Pool, event: Event) -> None:
    await set_rules(pool, event, exits="reentry", fire_limit=4, crew_inside=2)
    async with pool.acquire() as connection:
        (phone, _) = await make_phone(connection, event)
    anna, bela = await guest(pool, event, "Anna"), await guest(pool, event, "Bela")
    assert "Room for 2 more" in (await desk.visitor.open(desk.home)).text
    await scanned(pool, event, phone, anna, at=now() - 2 * timedelta(days=1))
    await scanned(pool, event, phone, anna, at=now() - timedelta(days=1), act=Act.EXIT)
    page = await desk.visitor.open(desk.home)
    assert ("Day by day" in page.text, "Room for 2 more" in page.text) == (True, True)
    for registration_id in (anna, bela):
        await scanned(pool, event, phone, registration_id, at=now())
    assert "Full: nobody more" in (await desk.visitor.open(desk.home)).text


async def test_board_tells_of_scans_that_wait_and_links_to_them(desk: Desk, pool: Pool, event: Event) -> None:
    async with pool.acquire() as connection:
        (phone, _) = await make_phone(connection, event)
    await pool.execute(
        """
        insert into stranded_scans (id, event_id, device_id, fingerprint, why, scan)
        values (gen_random_uuid(), $1, $2, 'x', 'disconnected', '{}')
        """,
        event.id,
        phone.id,
    )
    board = await desk.visitor.open(desk.home)
    assert "One scan waits for your decision" in board.text
    (link,) = [link for link in board.links if "stranded" in link]
    assert (await desk.client.get(link)).status_code == 200
