"""Remembers finished pages: a page that is the same for everybody is rendered once and not for each of a thousand readers.

Only what the key names may go into such a page; nothing personal ever does. Every process has its own memory of them, which is
never older than its key and bounded in number.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from .tokens import random_token

# Stands where each reader gets a value of their own; random, so that nobody can have typed it.
OWN_VALUE = random_token()


class RenderedPages:
    """The pages most recently asked for."""

    def __init__(self, *, largest: int = 200) -> None:
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._largest = largest

    def get(self, key: Hashable, render: Callable[[], str], *, own_value: str) -> str:
        """The page of the key, rendered if it is not known, with this reader's value in place of `OWN_VALUE`."""
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = render()
            if len(self._pages) > self._largest:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        return page.replace(OWN_VALUE, own_value)
