"""What is shipped beside the code fits the code: compose.yaml, the roles of the database, the operator's handbook."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from events import settings
from events.__main__ import main
from events.demo import actions as demo
from events.kit.database import prepare_connection
from events.kit.migrations import migrate, pending
from events.kit.places import migrations_folder
from events.kit.postgres import embedded, program
from events.registration.reconcile import differences

ROOT = Path(__file__).parents[1]
HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "empfang"}


@pytest.mark.parametrize("name", OURS)
def test_compose_starts_commands_that_exist(name: str) -> None:
    command, *options = OURS[name]["command"]
    known = {option for parameter in main.commands[command].params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


@pytest.mark.parametrize("name", OURS)
def test_compose_sets_what_is_a_setting(name: str) -> None:
    names = {name for name in OURS[name]["environment"] if name != "FORWARDED_ALLOW_IPS"}
    assert names <= settings._KNOWN


@pytest.mark.parametrize("name", OURS)
def test_compose_gives_every_secret_that_is_read(name: str) -> None:
    read = {value for value in OURS[name]["environment"].values() if value.startswith("/run/secrets/")}
    assert read == {f"/run/secrets/{secret}" for secret in OURS[name]["secrets"]}
    assert set(OURS[name]["secrets"]) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_gives_nothing_more_than_needed(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name == "caddy" or service["user"] != "root"


def test_secrets_are_made_once(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_bytes((ROOT / "deploy" / "make-secrets").read_bytes())
    subprocess.run(["sh", script, "smtp://mail.example.com"], check=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", script], check=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == set(COMPOSE["secrets"])
    assert first["smtp_url"] == "smtp://mail.example.com"
    assert first["app_url"] == f"postgresql://events_app:{first['app_password']}@database/events"
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.fixture
async def two_roles(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """URLs of the owner and of the application's role, made by deploy/roles.sql on a server of their own."""
    async with embedded(tmp_path / "server", durable=False) as url:
        superuser = url.replace("/events?", "/postgres?")
        for arguments in (
            ["--command=drop database events"],
            ["--set=owner_password=owner-word", "--set=app_password=app-word", f"--file={ROOT / 'deploy' / 'roles.sql'}"],
        ):
            psql(*arguments, superuser)
        place = url.partition("@")[2]
        yield f"postgresql://events_owner:owner-word@{place}", f"postgresql://events_app:app-word@{place}"


def psql(*arguments: str) -> None:
    subprocess.run([program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", *arguments], check=True)


async def test_the_service_works_without_the_right_to_change_the_schema(two_roles: tuple[str, str], tmp_path: Path) -> None:
    owner_url, app_url = two_roles
    owner = await asyncpg.connect(owner_url)
    assert await migrate(owner, migrations_folder()) == [path.stem for path in sorted(migrations_folder().glob("*.sql"))]
    await owner.close()

    app = await asyncpg.connect(app_url)
    await prepare_connection(app)
    assert await pending(app, migrations_folder()) == []
    await demo.load(app, settings.load({"EVENTS_DATA_DIR": str(tmp_path)}), empty=False)
    assert await differences(app) == []
    for statement in ("create table mine (id int)", "alter table guests add column mine int", "drop table check_ins", "truncate guests"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement)
    await app.close()


@pytest.mark.parametrize("name", sorted(settings._KNOWN))
def test_the_handbook_explains_every_setting(name: str) -> None:
    assert f"`{name.removesuffix('_FILE')}`" in HANDBOOK


@pytest.mark.parametrize("command", main.commands)
def test_the_handbook_explains_every_command(command: str) -> None:
    assert re.search(rf"`events {command}\b", HANDBOOK)
