"""Writing a person down at the door: by the plain page without a script, and by the phone's own call, killed servers included."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.door import handover
from events.door.access import PHONE_COOKIE
from events.door.persons import privacy_texts
from events.door.walk_ins import new_registration_id
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.people.consents import Purpose, consent_text
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest
from tests.staff import browser, running_app
from tests.visitor import Page

from .builders import make_phone, records, registration_ids

PERSON = {"family_name": "Neumann", "given_name": "Nora", "language": "en"}


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def phone_of(app: Litestar, pool: Pool, event: Event, *, walk_ins: bool = True) -> httpx.AsyncClient:
    async with pool.acquire() as connection:
        _, token = await make_phone(connection, event)
    await pool.execute("insert into door_rules (event_id, walk_ins) values ($1, $2)", event.id, walk_ins)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return client


async def send(phone: httpx.AsyncClient, *scans: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await phone.post("/door/scans", json={"sent_at": now().isoformat(), "facts": {}, "scans": scans})
    assert answer.status_code == 200
    return answer.json()["answers"]  # type: ignore[no-any-return]


def walk_in(**fields: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "at": now().isoformat(),
        "act": "walk_in",
        "source": "walk_in",
        "person": PERSON | {"privacy": english()},
    } | fields


def english() -> str:
    return next(text_hash for language, _name, _words, text_hash in privacy_texts() if language == "en")


async def test_hash_is_that_of_the_words() -> None:
    assert english() == hashlib.sha256(consent_text(Purpose.PRIVACY).encode()).hexdigest()


async def test_walk_in_on_the_plain_page(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    form = Page(await phone.get("/door/walk-ins")).form
    wanting = await phone.post("/door/walk-ins", data=dict(form.filled({"family_name": "", "email": "nobody"})))
    assert (wanting.status_code, "Please fill this in." in wanting.text, "confirm this" in wanting.text) == (422, True, True)

    filled = dict(form.filled({"family_name": "Neumann", "given_name": "Nora", "privacy": english()}))
    answers = [await phone.post("/door/walk-ins", data=filled) for _ in range(2)]

    assert [(answer.status_code, "Nora Neumann" in answer.text) for answer in answers] == [(200, True), (200, True)]
    assert await records(pool, event) == [("entry", "admitted", None)]


async def test_full_event_offers_the_waiting_list_on_the_plain_page(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    phone = await phone_of(app, pool, event)
    form = Page(await phone.get("/door/walk-ins")).form
    full = Page(await phone.post("/door/walk-ins", data=dict(form.filled({"family_name": "Neumann", "privacy": english()}))))
    assert (full.status, "The event is full." in full.text) == (409, True)
    waiting = await phone.post("/door/walk-ins", data=dict(full.form.filled({"privacy": english()})) | {"waits": "yes"})
    assert "On the waiting list" in waiting.text
    assert await records(pool, event) == [("entry", "refused", "full"), ("entry", "refused", "waitlisted")]


async def test_no_walk_ins_where_the_rules_say_so(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event, walk_ins=False)
    assert "This event takes no walk-ins." in (await phone.get("/door/walk-ins")).text
    [answer] = await send(phone, walk_in())
    assert (answer["verdict"], answer["kind"]) == ("refused", "walk_ins_off")


async def test_companion_and_substitute_on_plain_pages(app: Litestar, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [guest] = await registration_ids(pool, await book(pool, event, make_guest("Weiß", "Clara")))
    [foreign] = await registration_ids(pool, await book(pool, other))
    phone = await phone_of(app, pool, event)
    for act, said in (("companion", "Comes along with:"), ("substitute", "Takes the place of:")):
        shown = Page(await phone.get(f"/door/walk-ins?act={act}&guest={guest}"))
        assert (said in shown.text, "Clara Weiß" in shown.text) == (True, True)
        answer = await phone.post("/door/walk-ins", data=dict(shown.form.filled({"family_name": "Neumann", "given_name": act})))
        assert "Welcome" in answer.text
        assert (await phone.get(f"/door/walk-ins?act={act}&guest={foreign}")).status_code == 404
    names = await pool.fetch(
        "select g.given_name from registrations r join guests g on g.id = r.guest_id where r.event_id = $1 order by g.position", event.id
    )
    assert [row[0] for row in names] == ["companion", "substitute"]


async def test_a_server_killed_between_claim_and_entry(app: Litestar, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim is written, the entry is not, and the phone has heard nothing: sent again it is completed, once."""
    event = await make_event(pool, capacity=1)
    phone = await phone_of(app, pool, event)
    scan = walk_in()

    async def killed(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as dying:
        dying.setattr(handover, "_made", _then(handover._made, killed))
        lost = await phone.post("/door/scans", json={"sent_at": now().isoformat(), "facts": {}, "scans": [scan]})
        assert lost.status_code == 503
    assert await pool.fetchval("select count(*) from registrations where event_id = $1", event.id) == 1
    assert await records(pool, event) == []

    [completed], [again] = await send(phone, scan), await send(phone, scan)

    assert (completed["verdict"], again["verdict"], again["replayed"]) == ("admitted", "admitted", True)
    assert completed["entry"]["id"] == str(new_registration_id(event.id, UUID(scan["id"])))
    assert await records(pool, event) == [("entry", "admitted", None)]
    assert await pool.fetchval("select count(*) from registrations where event_id = $1", event.id) == 1


def _then(first: Any, second: Any) -> Any:
    async def both(*given: Any) -> None:
        await first(*given)
        await second()

    return both


async def test_let_in_without_a_connection_and_then_full(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    phone = await phone_of(app, pool, event)
    scan = walk_in(decided={"verdict": "admitted", "reason": None, "by": "phone"})
    [answer], [again] = await send(phone, scan), await send(phone, scan)
    assert [(one["verdict"], one["conflict"]["kind"]) for one in (answer, again)] == [("admitted", "over_limit")] * 2
    assert await pool.fetchval("select count(*) from door_conflicts where event_id = $1", event.id) == 1
    assert (
        await pool.fetchval("select state from registrations where id = $1", new_registration_id(event.id, UUID(scan["id"])))
        == "waitlisted"
    )


async def test_an_exit_queued_behind_a_walk_in_finds_the_guest(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await phone_of(app, pool, event)
    await pool.execute("update door_rules set exits = 'reentry' where event_id = $1", event.id)
    scan = walk_in(decided={"verdict": "admitted", "reason": None, "by": "phone"})
    guest = str(new_registration_id(event.id, UUID(scan["id"])))
    out = {"id": str(new_id()), "at": now().isoformat(), "act": "exit", "source": "search", "registration_id": guest}
    answers = await send(phone, scan, out)
    assert [answer["kind"] for answer in answers] == ["admitted", "goodbye"]


async def test_a_supervisor_lets_in_beyond_the_last_place(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    phone = await phone_of(app, pool, event)
    decided = {"verdict": "admitted", "reason": "full", "by": "supervisor"}
    [refused] = await send(phone, walk_in(decided=decided, note="the ambassador"))
    await pool.execute("update devices set role = 'supervisor' where event_id = $1", event.id)
    [let_in] = await send(phone, walk_in(decided=decided, note="the ambassador"))
    assert (refused["kind"], let_in["verdict"], let_in["conflict"]) == ("unreadable", "admitted", None)
