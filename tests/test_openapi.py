"""The OpenAPI document is true: schemathesis plays client against the running service and compares every answer with it."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from events.kit.database import Pool
from tests.builders import SECRET_KEY, make_event
from tests.door.builders import make_gate
from tests.openapi_checks import CONTINGENT, GATE
from tests.programs import make_token, program
from tests.staff import running_app

EXAMPLES = 25  # for each operation and phase: fifteen to thirty seconds for everything
CONFIG = """
headers = {{ Authorization = "Bearer ${{API_TOKEN}}" }}
parameters = {{ "path.slug" = "{slug}" }}

[generation]
max-examples = {examples}
deterministic = true

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
"""


@asynccontextmanager
async def served(dsn: str, data_dir: Path) -> AsyncIterator[str]:
    """The address of `events serve` on the database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": dsn,
        "EVENTS_DATA_DIR": str(data_dir),
        "EVENTS_SECRET_KEY": SECRET_KEY.decode(),
        "PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "events", "serve", env=environment)
    try:
        await _until_ready(process, f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, address: str) -> None:
    async with httpx.AsyncClient() as client:
        while process.returncode is None:
            try:
                if (await client.get(address)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.2)
    raise AssertionError("the service ended before it was ready")


async def test_service_answers_as_its_document_says(dsn: str, pool: Pool, tmp_path: Path) -> None:
    event = await make_event(pool, capacity=100_000, contingents={CONTINGENT: 50_000})
    async with pool.acquire() as connection:
        await make_gate(connection, event, GATE)
    token = await make_token(pool, event.organiser_id)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(slug=event.slug, examples=EXAMPLES), encoding="utf-8")
    async with served(dsn, tmp_path) as base:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{base}/api/openapi.json"]
        environment = {**os.environ, "API_TOKEN": token, "SCHEMATHESIS_HOOKS": "tests.openapi_checks", "NO_COLOR": "1"}
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        report = (await process.communicate())[0].decode()
    assert process.returncode == 0, report
    assert "WARNINGS" not in report, report
    assert re.search(r"Tested: 5\b", report), report
    assert await pool.fetchval("select taken from pools where id = $1", event.id) > 20, "the sign-ups never reached the claim"


async def test_document_covers_the_api_and_nothing_else(dsn: str) -> None:
    async with running_app(dsn) as app, program(app) as client:
        document = (await client.get("/api/openapi.json")).json()
    operations = {f"{method} {path}": list(told["responses"]) for path, item in document["paths"].items() for method, told in item.items()}
    assert sorted(operations) == [
        "get /api/v1/events/{slug}",
        "get /api/v1/events/{slug}/guests",
        "post /api/v1/events/{slug}/check-ins",
        "post /api/v1/events/{slug}/check-ins/batch",
        "post /api/v1/events/{slug}/registrations",
    ]
    assert sorted(operations["post /api/v1/events/{slug}/registrations"]) == ["201", "400", "401", "403", "404", "409", "422", "503"]
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
