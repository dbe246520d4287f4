"""Machines that guess links: whoever opens one address after the other that leads nowhere has to wait a minute.

Counted in each process by itself and only for addresses that hold a secret: the secrets are long enough, this spares the database.
What is refused is the look-up itself, so right and wrong guesses read the same.
"""

import re
import time

from .limits import network_of

WRONG_LINKS_PER_MINUTE = 60  # an office behind one address, on the day after all tickets were issued again
NETWORKS_KEPT = 10_000
WINDOW_SECONDS = 60.0

# Behind a proxy whose forwarded addresses are not trusted everybody seems to be this machine: then nobody is limited.
_THIS_MACHINE = frozenset({"", "127.0.0.1", "::1"})
_SECRET = re.compile(r"/(?:b|t|T|h|consents|erasures|email|sign-in|unsubscribe)/.")
_LEADS_NOWHERE = frozenset({404, 410})


class Guesses:
    """One per process."""

    def __init__(self) -> None:
        self._missed: dict[str, tuple[float, int]] = {}

    def too_many(self, path: str, host: str) -> bool:
        """Whether this client has to wait before another link is looked up."""
        if host in _THIS_MACHINE or not _SECRET.match(path):
            return False
        began, missed = self._missed.get(network_of(host), (0.0, 0))
        return missed >= WRONG_LINKS_PER_MINUTE and time.monotonic() - began < WINDOW_SECONDS

    def note(self, path: str, host: str, status: int) -> None:
        """What an address answered."""
        if status not in _LEADS_NOWHERE or host in _THIS_MACHINE or not _SECRET.match(path):
            return
        who, now = network_of(host), time.monotonic()
        began, missed = self._missed.get(who, (now, 0))
        if now - began >= WINDOW_SECONDS:
            began, missed = now, 0
        if len(self._missed) >= NETWORKS_KEPT:
            self._missed.clear()
        self._missed[who] = (began, missed + 1)
