"""Where the embedded server keeps its things, and who may touch them."""

import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

# sun_path holds 108 bytes on Linux, 104 on macOS, with the final zero; PostgreSQL adds "/.s.PGSQL.5432.lock".
SOCKET_FOLDER_MAX_BYTES = 84

ROLE = "events"
DATABASE = "events"


class PostgresError(Exception):
    """The embedded server cannot run; the message is one plain sentence for the person at the terminal."""


_PLAIN_REASONS = {
    errno.EACCES: "this user may not write to it",
    errno.EPERM: "this user may not write to it",
    errno.EROFS: "it is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOTDIR: "a file is in the way",
}


@contextmanager
def plain_io_errors(folder: Path) -> Iterator[None]:
    """What the operating system refuses becomes a `PostgresError` about the folder."""
    try:
        yield
    except OSError as reason:
        words = _PLAIN_REASONS.get(reason.errno or 0, reason.strerror or str(reason))
        raise PostgresError(f"the data folder {folder} cannot be used: {words}") from reason


def claim_folder(folder: Path) -> int | None:
    """Own the folder until the answered descriptor is closed or this process ends; None when another process owns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()}\n".encode(), 0)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:
        os.close(lock)
        raise
    return lock


def owner_of_lock(folder: Path) -> str:
    return (folder / "lock").read_text(encoding="ascii").strip() or "unknown"


def socket_folder(folder: Path) -> Path:
    """The folder itself, or a private one under the system's temporary folder where the path is too long for a socket."""
    if len(os.fsencode(folder)) <= SOCKET_FOLDER_MAX_BYTES:
        return folder
    short = Path(tempfile.gettempdir()) / f"empfang-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid not in {os.geteuid(), folder.stat().st_uid}:
        raise PostgresError(f"{short} belongs to somebody else; choose a data folder with a shorter path")
    return short


def connection_url(folder: Path) -> str:
    """URL of the server in this folder, as asyncpg and libpq understand it."""
    password = quote((folder / "password").read_text(encoding="ascii").strip(), safe="")
    return f"postgresql://{ROLE}:{password}@/{DATABASE}?{urlencode({'host': str(socket_folder(folder)), 'port': '5432'})}"
