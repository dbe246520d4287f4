"""What every request meets, tried on a small application of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from litestar.testing import AsyncTestClient

from events.kit import http, templates
from events.kit.database import Connection, Pool, open_pool
from events.kit.errors import DomainError
from events.kit.forms import Form
from events.kit.i18n import current_language


class Refused(DomainError):
    status = 409
    code = "too_late"
    title = "Too late."
    next_step = "Come back tomorrow."


class Order(msgspec.Struct, forbid_unknown_fields=True):
    places: int


@get("/language")
async def show_language() -> str:
    return current_language()


@post("/notes/{fail:str}")
async def write_note(tx: NamedDependency[Connection], fail: FromPath[str]) -> str:
    await tx.execute("insert into notes values ($1)", fail)
    if fail == "refused":
        raise Refused
    if fail == "broken":
        raise ZeroDivisionError("Erika Platzhalter")
    return "written"


@post("/forms")
async def read_form(request: Request[Any, Any, State]) -> dict[str, str]:
    return (await Form.read(request)).values


@post("/api/cut/{when:str}")
async def lose_connection(tx: NamedDependency[Connection], when: FromPath[str]) -> str:
    """The database goes away in the middle of the work, or between the work and its commit."""
    await tx.execute("insert into notes values ('cut')")
    if when == "before-commit":
        tx.terminate()
    else:
        await tx.execute("select pg_terminate_backend(pg_backend_pid())")
    return "written"


@post("/api/orders", status_code=201)
async def order(data: JSONBody[Order]) -> int:
    return data.places


@get("/api/events/{event_id:uuid}")
async def show_event(event_id: FromPath[UUID]) -> str:
    return str(event_id)


OUTAGES = [
    asyncpg.CannotConnectNowError("starting up"),
    asyncpg.AdminShutdownError("shutting down"),
    asyncpg.DiskFullError("no space left on device"),
    asyncpg.TooManyConnectionsError("too many clients already"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    ConnectionRefusedError(),
    TimeoutError(),
]


@get("/api/away/{kind:int}")
async def reach_database(kind: FromPath[int]) -> str:
    raise OUTAGES[kind]


@pytest.fixture(scope="module")
async def client(pool: Pool, dsn: str) -> AsyncIterator[AsyncTestClient[Litestar]]:
    await pool.execute("create table notes (note text)")

    @asynccontextmanager
    async def with_pool(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await open_pool(dsn, size=2)
        yield
        await app.state.pool.close()

    app = Litestar(
        [show_language, write_note, read_form, lose_connection, order, show_event, reach_database],
        dependencies={"tx": Provide(http.provide_tx)},
        before_request=http.before_request,
        before_send=[http.before_send],
        exception_handlers={
            DomainError: http.answer_domain_error,
            HTTPException: http.answer_http_error,
            Exception: http.answer_unexpected,
        },
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(templates.new_environment())),
        openapi_config=None,
        request_max_body_size=1000,
        state=State({"base_url": "https://events.example.com"}),
        lifespan=[with_pool],
    )
    async with AsyncTestClient(app, base_url="https://events.example.com", raise_server_exceptions=False) as opened:
        yield opened


async def notes(pool: Pool) -> list[str]:
    return [row[0] for row in await pool.fetch("select note from notes")]


async def test_work_is_committed_before_the_answer_and_undone_when_it_is_refused(client: AsyncTestClient[Litestar], pool: Pool) -> None:
    assert (await client.post("/notes/fine")).status_code == 201
    assert await notes(pool) == ["fine"]
    refused = await client.post("/notes/refused")
    assert (refused.status_code, "Come back tomorrow." in refused.text) == (409, True)
    broken = await client.post("/notes/broken")
    assert (broken.status_code, "Erika" in broken.text) == (500, False)
    assert await notes(pool) == ["fine"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 201),
        ({"origin": "https://events.example.com"}, 201),
        ({"origin": "https://events.example.com", "host": "127.0.0.1:8000"}, 201),  # a proxy that asks us by another name
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://[broken"}, 403),
        ({"origin": "null"}, 403),
        # Browsers add this by themselves where a proxy or an address with a name and password in it asked for it once.
        ({"sec-fetch-site": "cross-site", "authorization": "Basic dXNlcjpwYXNz"}, 403),
        ({}, 201),
    ],
)
async def test_forms_from_other_sites_are_turned_away(client: AsyncTestClient[Litestar], headers: dict[str, str], status: int) -> None:
    assert (await client.post("/notes/origin", headers=headers)).status_code == status


async def test_programs_may_come_from_anywhere_because_no_cookie_counts_for_them(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.post("/api/orders", json={"places": 3}, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.json()) == (201, 3)


async def test_pages_let_browsers_tell_where_their_own_forms_come_from(client: AsyncTestClient[Litestar]) -> None:
    """With "no-referrer" browsers send "Origin: null" with every form (Fetch, 3.2), and without TLS nothing else speaks for it."""
    assert (await client.get("/language")).headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "body",
    [
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=no-such\r\n\r\nb\r\n--x--\r\n',
        b"no part at all",
    ],
)
async def test_form_that_cannot_be_read_is_the_senders_mistake(client: AsyncTestClient[Litestar], body: bytes) -> None:
    answer = await client.post("/forms", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, "500" in answer.text) == (400, False)


async def test_every_answer_carries_the_security_headers(client: AsyncTestClient[Litestar]) -> None:
    for path in ("/language", "/nowhere"):
        headers = (await client.get(path)).headers
        assert {name: headers[name] for name in http.SECURITY_HEADERS} == http.SECURITY_HEADERS


async def test_language_follows_address_then_cookie_then_header(client: AsyncTestClient[Litestar]) -> None:
    client.cookies.clear()
    assert (await client.get("/language", headers={"accept-language": "ja"})).text == "ja"
    chosen = await client.get("/language?lang=de", headers={"accept-language": "ja"})
    assert chosen.text == "de"
    assert chosen.headers["set-cookie"] == "language=de; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure"
    assert (await client.get("/language", headers={"accept-language": "ja"})).text == "de"
    client.cookies.clear()
    assert "set-cookie" not in (await client.get("/language?lang=xx")).headers


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"places": "many"}', 422, "invalid_input"),
        ('{"places": 1, "colour": "red"}', 422, "invalid_input"),
        ("{", 400, "bad_request"),
        ('{"places": ' + "1" * 2000 + "}", 413, "content_too_large"),
    ],
)
async def test_programs_get_problem_details(client: AsyncTestClient[Litestar], body: str, status: int, code: str) -> None:
    answer = await client.post("/api/orders", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)


async def test_unknown_address_is_404_and_outage_is_503(client: AsyncTestClient[Litestar]) -> None:
    for path in ("/api/nowhere", "/api/events/no-uuid"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for kind in range(len(OUTAGES)):
        away = await client.get(f"/api/away/{kind}")
        assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "unavailable", "5")


@pytest.mark.parametrize("when", ["in-the-middle", "before-commit"])
async def test_connection_that_is_lost_in_a_transaction_is_an_outage(client: AsyncTestClient[Litestar], pool: Pool, when: str) -> None:
    lost = await client.post(f"/api/cut/{when}")
    assert (lost.status_code, lost.json()["code"]) == (503, "unavailable")
    assert "cut" not in await notes(pool)
