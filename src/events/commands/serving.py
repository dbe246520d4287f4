"""Serving HTTP: the socket, the server in this process, and several processes behind one socket."""

import asyncio
import errno
import gc
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import click
import uvicorn
from litestar import Litestar

from events.commands.lifecycle import CommandError, end_with
from events.settings import Settings

# What is being answered may end, and the resources behind it. Service managers and containers grant 10 s for everything;
# the rest is the database's.
GRACE_SECONDS = 5
_END_WITHIN_SECONDS = 6

# Longer than proxies keep an idle connection (Caddy 2 min): the side that sends requests must be the one that closes.
_KEEP_ALIVE_SECONDS = 125

_YOUNG_SECONDS = 5.0


def bind(host: str, port: int) -> socket.socket:
    """Reserve the port without listening yet: who else has it is known at once, and nobody connects before we can answer."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        reserved = socket.socket(family, kind, protocol)
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(address)
    except OSError as reason:
        raise _port_refused(reason, host, port) from reason
    return reserved


def _port_refused(reason: OSError, host: str, port: int) -> CommandError:
    if reason.errno == errno.EADDRINUSE:
        return CommandError(f"port {port} on {host} is in use; stop the other programme or choose another port, as in PORT={port + 1}")
    return CommandError(f"cannot listen on {host} port {port}: {reason.strerror or reason}")


class _Server(uvicorn.Server):
    """Tells when it listens; leaves the signals to `lifecycle`."""

    def __init__(self, app: Litestar, config: uvicorn.Config, on_listening: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self.app = app
        self.on_listening = on_listening

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await self._serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self.on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Live streams never end by themselves: end them first, or each stop would use up its grace."""
        self.app.state.live.end_streams()
        await super().shutdown(sockets)


async def serve(app: Litestar, listener: socket.socket, on_listening: Callable[[], Awaitable[None]]) -> None:
    """Serve until cancelled; then let running requests end. Cancelled once more, drop them."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # What the application is made of lives as long as the process: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    server = _Server(app, config, on_listening)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await asyncio.wait({serving}, timeout=_END_WITHIN_SECONDS)
        server.force_exit = True
        serving.cancel()
        raise
    except OSError as reason:
        host, port = listener.getsockname()[:2] if listener.fileno() >= 0 else ("this machine", 0)
        raise _port_refused(reason, host, port) from reason


async def serve_until_orphaned(app: Litestar, listener: socket.socket, supervisor: int) -> None:
    """`serve`, as one of several processes: also ends when the supervisor, a process id, has been killed."""
    serving = asyncio.create_task(serve(app, listener, _silently))
    watching = asyncio.create_task(end_with(supervisor))
    try:
        await asyncio.wait({serving, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _silently() -> None:
    """Workers say nothing: their supervisor does."""


async def supervise(settings: Settings, listener: socket.socket, workers: int) -> None:
    """Keep that many processes serving the socket until cancelled; one that dies is replaced."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL_FILE"}
    environment |= {"DATABASE_URL": settings.database_url or "", "EVENTS_DATA_DIR": str(settings.data_dir), "PORT": str(settings.port)}
    command = [sys.executable, "-m", "events", "serve", "--socket", str(listener.fileno()), "--supervisor", str(os.getpid())]
    async with asyncio.TaskGroup() as places:
        for _ in range(workers):
            places.create_task(_keep_alive(command, environment, listener.fileno()))


async def _keep_alive(command: list[str], environment: dict[str, str], descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        started_at = loop.time()
        child = await asyncio.create_subprocess_exec(*command, env=environment, pass_fds=[descriptor], start_new_session=True)
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _end(child)
            raise
        click.echo(f"events: a serving process ended ({code}) and is replaced", err=True)
        # One that dies at once would otherwise keep the machine busy with starting it.
        await asyncio.sleep(1 if loop.time() - started_at < _YOUNG_SECONDS else 0)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), _END_WITHIN_SECONDS + 1)
    except (TimeoutError, asyncio.CancelledError):
        child.kill()
        await child.wait()
