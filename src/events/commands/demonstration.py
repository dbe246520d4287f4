"""The demo programme on the terminal: loading it and printing the ways in."""

import time

import click

from events.commands.database import connected
from events.settings import Settings


async def load_demo(settings: Settings, *, empty: bool) -> None:
    """The demo programme, loaded where it is not there yet."""
    from events.demo import actions as demo

    started_at = time.monotonic()
    async with connected(settings) as connection:
        await demo.load(connection, settings, empty=empty)
    tell("programme", f"demo programme ready ({time.monotonic() - started_at:.1f} s)")


async def print_links(settings: Settings) -> None:
    """The ways in: guest, invitee, organiser, door."""
    from events.demo import actions as demo

    async with connected(settings) as connection:
        links = await demo.links(settings, connection)
    for name, url in links:
        click.echo(f"  {name.capitalize():<10} {url}")


def tell(topic: str, words: str) -> None:
    """One line of progress."""
    click.echo(f"  {topic:<10} {words}")
