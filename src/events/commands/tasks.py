"""Commands that do one thing and end."""

import click

from events.commands.database import check_migrated, connected, database
from events.commands.demonstration import load_demo, print_links
from events.commands.lifecycle import CommandError
from events.kit import migrations
from events.kit.places import migrations_folder
from events.settings import Settings


async def migrate(settings: Settings) -> int:
    async with database(settings) as complete, connected(complete) as connection:
        done = await migrations.migrate(connection, migrations_folder())
    click.echo("\n".join(done) or "up to date")
    return 0


async def demo(settings: Settings, *, empty: bool) -> int:
    """Migrates first: whoever wants a demonstration wants it on a new database."""
    async with database(settings) as complete:
        async with connected(complete) as connection:
            await migrations.migrate(connection, migrations_folder())
        await load_demo(complete, empty=empty)
        await print_links(complete)
    return 0


async def reconcile(settings: Settings) -> int:
    from events.door import reconcile as door
    from events.invitations import reconcile as invitations
    from events.registration import reconcile as registration

    async with database(settings) as complete:
        await check_migrated(complete)
        async with connected(complete) as connection:
            rooms = (registration.differences, invitations.differences, door.differences)
            found = [difference for differences in rooms for difference in await differences(connection)]
    for difference in found:
        click.echo(difference)
    return 1 if found else 0


async def retention(settings: Settings, *, dry_run: bool) -> int:
    from events.kit.clock import now
    from events.kit.database import open_pool
    from events.privacy.retention import forget_what_is_due, what_is_due

    async with database(settings) as complete:
        await check_migrated(complete)
        assert complete.database_url is not None
        pool = await open_pool(complete.database_url, size=2)
        try:
            for due in await what_is_due(pool, now=now()):
                click.echo(f"{due.organiser}: {due.kind}: {due.rows}, over before {due.before:%Y-%m-%d %H:%M} UTC")
            if not dry_run:
                await forget_what_is_due(pool)
        finally:
            await pool.close()
    return 0


async def token(settings: Settings, *, organiser: str, scopes: tuple[str, ...]) -> int:
    from events.accounts.actions import issue_token
    from events.accounts.model import Scope

    if unknown := sorted(set(scopes) - set(Scope)):
        raise CommandError(f"there is no scope {unknown[0]}; there are {', '.join(Scope)}")
    async with database(settings) as complete:
        await check_migrated(complete)
        async with connected(complete) as connection, connection.transaction():
            click.echo(await issue_token(connection, organiser, scopes))
    return 0
