"""The parts of a larger installation as processes of their own: web service and background work."""

import socket

import click
from litestar import Litestar

from events.commands.database import check_migrated, database
from events.commands.serving import bind, serve_until_orphaned, supervise
from events.commands.serving import serve as serve_here
from events.settings import Settings


async def serve_one_of_several(settings: Settings, *, inherited: socket.socket, supervisor: int) -> int:
    """Serve the supervisor's socket; it has checked the database."""
    await serve_until_orphaned(_web_service(settings), inherited, supervisor)
    return 0


async def serve(settings: Settings, *, workers: int) -> int:
    """Serve in this process, or supervise several."""
    listener = bind(settings.host, settings.port)
    async with database(settings) as complete:
        await check_migrated(complete)
        if workers > 1:
            listener.listen()
            click.echo(f"{workers} processes serve {settings.base_url}")
            await supervise(complete, listener, workers)
        else:
            await serve_here(_web_service(complete), listener, lambda: _announce(settings))
    return 0


async def work(settings: Settings) -> int:
    """Background work until cancelled."""
    from events.app import run_worker

    async with database(settings) as complete:
        await check_migrated(complete)
        click.echo("background work has begun")
        await run_worker(complete)
    return 0


def _web_service(settings: Settings) -> Litestar:
    from events.app import create_app

    return create_app(settings, run_jobs=False)


async def _announce(settings: Settings) -> None:
    click.echo(f"serving {settings.base_url}")
