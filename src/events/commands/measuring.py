"""`events bench`: the measurements kept beside the sources, for whoever has a checkout."""

import sys
from pathlib import Path

from events.commands.database import database
from events.commands.lifecycle import CommandError
from events.settings import Settings

_CHECKOUT = Path(__file__).parents[3]


async def bench(settings: Settings, *, clients: int, seconds: float, rounds: int, browser: bool) -> int:
    """Measures on a database of its own, on the configured or the embedded server; with `browser` what needs a real one."""
    if not (_CHECKOUT / "benchmarks" / "run.py").exists():
        raise CommandError("the measurements are not part of an installed package: run them from a checkout of the sources")
    sys.path.insert(0, str(_CHECKOUT))
    from benchmarks.browser import bench_browser
    from benchmarks.run import Plan, bench

    async with database(settings) as complete:
        return await (bench_browser(complete) if browser else bench(complete, Plan(clients, seconds, rounds)))
