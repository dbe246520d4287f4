"""The command line. Each command imports what it needs when it runs, so that --help is quick."""

import os
import socket
from collections.abc import Mapping

import click

from events.settings import Settings, load


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="empfang", prog_name="events")
def main() -> None:
    """Empfang: registration and ticketing for receptions, dinners and workshops.

    Settings come from the environment: DATABASE_URL, EVENTS_DATA_DIR, EVENTS_BASE_URL and others, see docs/operations.md.
    """


@main.command()
def run() -> None:
    """Everything in one process, with the demo programme, and its links printed when it is ready.

    Without DATABASE_URL it brings its own PostgreSQL in the data folder. EVENTS_DEMO=0 leaves out the demo programme.
    """
    from events.commands.lifecycle import finish
    from events.commands.running import run as work

    finish(lambda: work(_settings(EVENTS_DEMO=os.environ.get("EVENTS_DEMO") or "1")))


@main.command()
@click.option("--host", help="Address to listen on. Default: EVENTS_HOST or 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. Default: PORT or 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes sharing the port.")
@click.option("--socket", "descriptor", type=int, hidden=True, help="Serve this inherited socket …")
@click.option("--supervisor", type=int, hidden=True, help="… of this process, and end with it.")
def serve(host: str | None, port: int | None, workers: int, descriptor: int | None, supervisor: int | None) -> None:
    """The web service alone, on a migrated database. Mails and other background work need “events worker” as well."""
    from events.commands import services
    from events.commands.lifecycle import finish

    if descriptor is not None and supervisor is not None:
        inherited = socket.socket(fileno=descriptor)
        finish(lambda: services.serve_one_of_several(_settings(), inherited=inherited, supervisor=supervisor))
    chosen = {name: str(value) for name, value in (("EVENTS_HOST", host), ("PORT", port)) if value is not None}
    finish(lambda: services.serve(_settings(**chosen), workers=workers))


@main.command()
def worker() -> None:
    """Background work alone: mails, waiting lists, expiry of holds. Any number may run at once."""
    from events.commands.lifecycle import finish
    from events.commands.services import work

    finish(lambda: work(_settings()))


@main.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run from several machines at once."""
    from events.commands.lifecycle import finish
    from events.commands.tasks import migrate as work

    finish(lambda: work(_settings()))


@main.command()
@click.option("--empty", is_flag=True, help="The same programme without guests.")
def demo(*, empty: bool) -> None:
    """Load the demo programme where it is not there yet, and print its links."""
    from events.commands.lifecycle import finish
    from events.commands.tasks import demo as work

    finish(lambda: work(_settings(EVENTS_DEMO="1"), empty=empty))


@main.command()
def reconcile() -> None:
    """Count every place again and compare with the books; exit 1 and print each difference."""
    from events.commands.lifecycle import finish
    from events.commands.tasks import reconcile as work

    finish(lambda: work(_settings()))


@main.command()
@click.option("--dry-run", is_flag=True, help="Only count what is due, and print it.")
def retention(*, dry_run: bool) -> None:
    """Forget what has been kept long enough, and print what it was. The worker does the same every hour."""
    from events.commands.lifecycle import finish
    from events.commands.tasks import retention as work

    finish(lambda: work(_settings(), dry_run=dry_run))


@main.command()
@click.option("--organiser", required=True, help="The organiser's short name (slug), as in “thuringia”.")
@click.option("--scope", "scopes", required=True, multiple=True, help="What the token may do; give it once for each scope.")
def token(organiser: str, scopes: tuple[str, ...]) -> None:
    """Issue a bearer token for the JSON API and print nothing else. It is shown this once."""
    from events.commands.lifecycle import finish
    from events.commands.tasks import token as work

    finish(lambda: work(_settings(), organiser=organiser, scopes=scopes))


@main.command()
@click.argument("sources", nargs=-1)
def bounces(sources: tuple[str, ...]) -> None:
    """Take in delivery reports (RFC 3464) that came to the sender's mailbox: files, folders of files, or the standard input.

    Mails that a report gives up are shown as bounced to the organiser. Pipe every report in, or name a maildir's “new”.
    """
    from events.commands.bounces import bounces as work
    from events.commands.lifecycle import finish

    finish(lambda: work(_settings(), sources=sources))


@main.command()
@click.option("--clients", type=click.IntRange(1, 512), default=64, show_default=True, help="Connections that are busy all the time.")
@click.option("--seconds", type=click.FloatRange(0.5, 60), default=2.0, show_default=True, help="Length of one measurement.")
@click.option("--rounds", type=click.IntRange(1, 20), default=5, show_default=True, help="How often; the medians are shown.")
@click.option("--browser", is_flag=True, help="Instead: what the scanner reads and how soon it answers, in a real Chromium.")
def bench(clients: int, seconds: float, rounds: int, browser: bool) -> None:
    """Measure sign-ups, check-ins and pages beside this machine's own limits, on a database made for it and removed again."""
    from events.commands.lifecycle import finish
    from events.commands.measuring import bench as work

    finish(lambda: work(_settings(), clients=clients, seconds=seconds, rounds=rounds, browser=browser))


def _settings(**overrides: str) -> Settings:
    environment: Mapping[str, str] = {**os.environ, **overrides}
    return load(environment)


if __name__ == "__main__":
    main()
