"""A pool that is one connection: rooms that ask for a pool then work within the transaction that is open there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from events.kit.database import Connection, Pool


class _OneConnection:
    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._tx


def pool_of(tx: Connection) -> Pool:
    """The transaction in the place of a pool. Whatever is done with it has to be done one after the other."""
    return cast(Pool, _OneConnection(tx))
