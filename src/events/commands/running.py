"""`events run`: database, schema, demo programme, background work and web server in one process."""

import socket
from importlib.metadata import version

import click

from events.commands.database import connected, database, place
from events.commands.demonstration import load_demo, print_links, tell
from events.commands.serving import bind, serve
from events.kit.migrations import migrate
from events.kit.places import migrations_folder
from events.settings import Settings


async def run(settings: Settings) -> int:
    """Prepare everything, showing each step, and serve until cancelled."""
    listener = bind(settings.host, settings.port)
    click.echo(f"Empfang {version('empfang')}")
    async with database(settings, shared=False) as complete:
        await _prepare(complete, whereabouts=place(settings.database_url) if settings.database_url else f"embedded in {settings.data_dir}")
        await _serve(complete, listener)
    return 0


async def _prepare(settings: Settings, *, whereabouts: str) -> None:
    async with connected(settings) as connection:
        server = connection.get_server_version()
        tell("database", f"PostgreSQL {server.major}.{server.micro}, {whereabouts}")
        done = await migrate(connection, migrations_folder())
        tell("schema", f"{len(done)} migrations run" if done else "up to date")
        if settings.demo:
            await load_demo(settings, empty=False)


async def _serve(settings: Settings, listener: socket.socket) -> None:
    from events.app import create_app

    async def announce() -> None:
        click.echo(f"\nReady on {settings.base_url} (Ctrl-C ends it)\n")
        if settings.demo:
            await print_links(settings)
        click.echo("")

    await serve(create_app(settings, run_jobs=True), listener, announce)
