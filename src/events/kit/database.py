"""The connection pool: asyncpg with JSON through msgspec."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import msgspec

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Executor: TypeAlias = Pool | Connection
else:
    # At run time the annotations only have to exist; the framework must not try to validate a connection.
    Pool = Connection = Executor = Any

# What a query raises when its connection is gone: killed, refused, or found dead when it was taken from the pool (asyncpg then
# complains about its own state). Whether the statement took effect is unknown, so only idempotent work may be tried again.
LOST_CONNECTION: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# The same for whoever asks: the database cannot serve just now, and the same request may succeed in a moment.
OUT_OF_SERVICE: tuple[type[Exception], ...] = (
    *LOST_CONNECTION,
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.TransactionRollbackError,  # chosen to end a deadlock
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is being promoted
    asyncpg.LockNotAvailableError,
)

_decode: Callable[[str], Any] = msgspec.json.Decoder().decode


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def prepare_connection(connection: Connection) -> None:
    """Teaches a connection that jsonb columns and parameters are plain Python values."""
    await connection.set_type_codec("jsonb", encoder=_encode, decoder=_decode, schema="pg_catalog")


async def open_pool(dsn: str, *, size: int = 10) -> Pool:
    """Opens a pool of at most `size` connections. A connection that is idle longer than five minutes is closed."""
    return await asyncpg.create_pool(
        dsn, min_size=min(2, size), max_size=size, init=prepare_connection, reset=_leave_as_it_is, command_timeout=60
    )


async def _leave_as_it_is(_connection: Connection) -> None:
    """Spares a round trip at the end of every use (measured: a fifth of a small request). Nothing is there to reset: no code
    changes a session, listens on a pooled connection or takes a session's advisory lock; open transactions are rolled back anyway."""
