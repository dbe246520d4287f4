"""Takes in delivery reports, as a mail server hands them over."""

import sys
from pathlib import Path

import click

from events.commands.database import check_migrated, connected, database
from events.commands.lifecycle import CommandError
from events.settings import Settings


async def bounces(settings: Settings, *, sources: tuple[str, ...]) -> int:
    """Marks the mails that reports give up. A source is a file, a folder of files (the “new” of a maildir), or “-” for the input."""
    from events.messaging.bounces import bounces_of
    from events.messaging.queries import note_bounce

    reports = [report for source in sources or ("-",) for report in _reports(source)]
    async with database(settings) as complete:
        await check_migrated(complete)
        async with connected(complete) as connection:
            for name, raw in reports:
                for bounce in bounces_of(raw):
                    noted = await note_bounce(connection, bounce.key, told=bounce.told)
                    click.echo(f"{name}: {'bounced' if noted else 'known already'}: {bounce.told}")
    return 0


def _reports(source: str) -> list[tuple[str, bytes]]:
    if source == "-":
        return [("input", sys.stdin.buffer.read())]
    path = Path(source)
    try:
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        return [(file.name, file.read_bytes()) for file in files]
    except OSError as reason:
        raise CommandError(f"{path}: {reason.strerror}") from reason
