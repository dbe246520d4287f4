"""How a command begins and ends: on one event loop, interrupted by signals, with refusals in one plain line."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import NoReturn

import click

from events.kit.errors import DomainError
from events.kit.migrations import MigrationError
from events.kit.postgres import PostgresError
from events.settings import SettingsError

# One Ctrl-C may arrive twice, from the terminal and from `make` passing it on.
_SAME_SIGNAL_SECONDS = 1.0


class CommandError(Exception):
    """The command cannot do what was asked; the message is one plain sentence."""


def finish(work: Callable[[], Coroutine[None, None, int]]) -> NoReturn:
    """Run the work to its end and exit with its answer; 1 after a refusal, 0 when a signal ended it in order.

    SIGTERM and Ctrl-C cancel the work, whose context managers then end requests and database. A second Ctrl-C cancels that
    waiting too.
    """
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            code = runner.run(_interruptible(work))
    except SettingsError as refusal:
        _refuse(*refusal.problems)
    except (CommandError, MigrationError, PostgresError) as refusal:
        _refuse(str(refusal))
    except DomainError as refusal:
        _refuse(refusal.say())
    sys.exit(code)


async def _interruptible(work: Callable[[], Coroutine[None, None, int]]) -> int:
    loop = asyncio.get_running_loop()
    task = loop.create_task(work())
    first_at: float | None = None

    def interrupt(number: signal.Signals) -> None:
        nonlocal first_at
        if first_at is None:
            first_at = loop.time()
            task.cancel()
        elif number == signal.SIGINT and loop.time() - first_at > _SAME_SIGNAL_SECONDS:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt, number)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


async def end_with(parent: int) -> None:
    """Returns when the parent process is gone, so that workers of a killed supervisor do not keep the port."""
    while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells a process that its parent died)
        await asyncio.sleep(1)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ModuleNotFoundError:
        return asyncio.new_event_loop
    return new_event_loop


def _refuse(*reasons: str) -> NoReturn:
    for reason in reasons:
        click.echo(f"events: {' '.join(reason.split())}", err=True)
    sys.exit(1)
