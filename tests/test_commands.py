"""The commands as real processes: how they start, refuse, serve and end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from events.__main__ import main
from events.commands.serving import GRACE_SECONDS

EVENTS = [sys.executable, "-m", "events"]
ENDS_WITHIN_SECONDS = 10


class Installation:
    """A data folder and a free port, and the commands that run on them."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTS_", "DATABASE_", "SMTP_"))}
        self.environment = {**ours, "EVENTS_DATA_DIR": str(folder), "EVENTS_DEMO": "0", "PORT": str(self.port), **environment}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*EVENTS, *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """The command in a process group of its own, like a shell's job; killed at the end if it is still there."""
        with subprocess.Popen(
            [*EVENTS, *words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def serving(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        with self.running(*words) as process:
            until(lambda: self.answers() or process.poll() is not None)
            assert process.poll() is None, process.communicate()[0]
            yield process

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> list[str]:
        """Everything still running that knows the folder by its name, servers and their workers."""
        listed = subprocess.run(["ps", "axeww", "-o", "stat=,pid=,args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if str(self.folder) in line and not line.startswith("Z")]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], object], *, within_seconds: float = 30) -> None:
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> str:
    """Send the signal, wait at most ten seconds, answer what the process said."""
    process.send_signal(number)
    said, _ = process.communicate(timeout=ENDS_WITHIN_SECONDS)
    return said


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


@pytest.fixture
def on_server(tmp_path: Path, dsn: str) -> Installation:
    """An installation on the module's migrated database."""
    return Installation(tmp_path / "data", DATABASE_URL=dsn)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_in_order(installation: Installation, number: signal.Signals) -> None:
    with installation.serving("run") as process:
        said = end(process, number)
    assert process.returncode == 0
    assert f"Ready on http://127.0.0.1:{installation.port} " in said
    assert installation.processes() == []
    assert "database system is shut down" in (installation.folder / "postgres" / "server.log").read_text()


def test_run_ends_while_a_guest_does_not_finish(installation: Installation) -> None:
    with installation.serving("run") as process, closing(socket.create_connection(("127.0.0.1", installation.port))) as guest:
        guest.sendall(b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf a form")
        time.sleep(0.2)
        end(process)
    assert process.returncode == 0
    assert installation.processes() == []


def test_run_ends_when_told_while_it_starts(installation: Installation) -> None:
    with installation.running("run") as process:
        until((installation.folder / "postgres" / "lock").exists)
        end(process)
    assert process.returncode == 0
    assert installation.processes() == []


def test_run_again_after_kill(installation: Installation) -> None:
    with installation.serving("run") as process:
        process.kill()
        process.wait()
    key = (installation.folder / "secret.key").read_bytes()
    assert installation.processes() != []

    with installation.serving("run") as process:
        said = end(process)
    assert "up to date" in said
    assert (installation.folder / "secret.key").read_bytes() == key
    assert installation.processes() == []


def test_a_port_in_use_is_refused_before_anything_is_made(installation: Installation) -> None:
    with closing(socket.create_server(("127.0.0.1", installation.port))):
        refused = installation.command("run")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"events: port {installation.port} on 127.0.0.1 is in use; "
        f"stop the other programme or choose another port, as in PORT={installation.port + 1}\n"
    )
    assert not (installation.folder / "postgres").exists()


def test_a_second_run_on_the_same_folder_is_refused_and_other_commands_share(installation: Installation) -> None:
    with installation.serving("run") as process:
        second = Installation(installation.folder)
        refused = second.command("run")
        assert refused.returncode == 1
        assert refused.stderr == (
            f"events: the data folder {installation.folder}/postgres is in use by another process (process {process.pid})\n"
        )
        assert second.command("migrate").stdout == "up to date\n"
        assert second.command("reconcile").returncode == 0
        assert installation.answers()
        end(process)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[list[str]]:
    """Words before a command that let it see the folder as a small file system of its own; needs root's right to mount."""
    folder.mkdir()
    words = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$@"', str(folder)]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system is not allowed here")
    yield words


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("ro", "{folder}/secret.key cannot be used (Read-only file system); set EVENTS_DATA_DIR to a folder that can be written"),
        ("size=8m", "the database could not be prepared: the disk is full"),
    ],
)
def test_a_folder_that_takes_nothing_is_refused(installation: Installation, options: str, reason: str) -> None:
    with mounted(installation.folder, options) as words:
        refused = subprocess.run(
            [*words, *EVENTS, "run"], env=installation.environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert refused.returncode == 1
    assert refused.stderr == f"events: {reason.format(folder=installation.folder)}\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_refused(installation: Installation) -> None:
    installation.folder.mkdir(mode=0o500)
    refused = installation.command("run")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"events: {installation.folder}/secret.key cannot be used (Permission denied)")


@pytest.mark.parametrize("command", [["run"], ["serve"], ["worker"], ["migrate"], ["reconcile"]])
def test_an_unreachable_database_is_refused_without_its_password(tmp_path: Path, command: list[str]) -> None:
    url = f"postgresql://app:secret@127.0.0.1:{free_port()}/events"
    refused = Installation(tmp_path, DATABASE_URL=url).command(*command)
    assert refused.returncode == 1
    assert refused.stderr == f"events: the database {url.partition('@')[2]} cannot be reached: Connection refused\n"


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "2"], ["worker"], ["reconcile"]])
def test_a_database_without_schema_is_refused(tmp_path: Path, empty_dsn: str, command: list[str]) -> None:
    refused = Installation(tmp_path, DATABASE_URL=empty_dsn).command(*command)
    assert refused.returncode == 1
    assert refused.stderr.startswith("events: the database is not migrated (")
    assert refused.stderr.endswith(", first 0001_foundation): run “events migrate” once\n")


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    refused = Installation(tmp_path, EVENTS_COLOUR="red", SMTP_URL="mail").command("worker")
    assert refused.returncode == 1
    assert refused.stderr == (
        "events: EVENTS_COLOUR is not a setting of this programme\n"
        "events: SMTP_URL must look like smtp://user:password@mail.example.com:587 or smtps://…\n"
    )


def test_serve_says_nothing_about_itself(on_server: Installation) -> None:
    with on_server.serving("serve") as process:
        assert "server" not in httpx.get(f"http://127.0.0.1:{on_server.port}/healthz").headers
        said = end(process)
    assert process.returncode == 0
    assert said == f"serving http://127.0.0.1:{on_server.port}\n"


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in listed.split()]


def test_a_dead_worker_is_replaced(on_server: Installation) -> None:
    with on_server.serving("serve", "--workers", "2") as process:
        before = workers_of(process)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(workers_of(process)) - set(before)) == 1)
        until(on_server.answers)
        end(process)
    assert process.returncode == 0
    assert on_server.processes() == []


def test_workers_of_a_killed_supervisor_leave_the_port(on_server: Installation) -> None:
    with on_server.serving("serve", "--workers", "2") as process:
        process.kill()
        process.wait()
        until(lambda: on_server.processes() == [])
    with closing(socket.create_server(("127.0.0.1", on_server.port))):
        pass


def test_worker_ends_in_order(on_server: Installation) -> None:
    with on_server.running("worker") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "background work has begun\n"
        end(process)
    assert process.returncode == 0


def test_token_refuses_what_is_not_there(on_server: Installation) -> None:
    unknown_scope = on_server.command("token", "--organiser", "nobody", "--scope", "everything")
    assert unknown_scope.stderr.startswith("events: there is no scope everything; there are events:read, ")
    unknown_organiser = on_server.command("token", "--organiser", "nobody", "--scope", "events:read")
    assert (unknown_organiser.returncode, unknown_organiser.stdout) == (1, "")
    assert unknown_organiser.stderr == "events: There is no organiser “nobody”.\n"


@pytest.mark.parametrize("command", ["", *main.commands])
def test_every_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(main, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert answer.output.startswith("Usage: ")


def test_run_shows_the_four_ways_in_and_ends_with_a_board_open(installation: Installation) -> None:
    installation.environment["EVENTS_DEMO"] = "1"
    with installation.running("run") as process, httpx.Client(timeout=30, follow_redirects=True) as browser:
        assert process.stdout is not None
        said = ""
        while "Door" not in said:
            said += process.stdout.readline()
        links = dict(line.split() for line in said.splitlines()[-4:])
        answers = {name: browser.get(url).status_code for name, url in links.items()}
        assert answers == {"Guest": 200, "Invitee": 200, "Organiser": 200, "Door": 200}

        token = installation.command("token", "--organiser", "thuringia", "--scope", "events:read")
        assert (token.returncode, token.stderr, len(token.stdout.split())) == (0, "", 1)
        assert installation.command("demo").stdout.splitlines()[1].split()[0] == "Guest"

        signing_in = httpx.URL(links["Organiser"])
        board = browser.post(signing_in, data={"next_page": signing_in.params["next_page"]}).url
        with browser.stream("GET", f"{board}/stream") as stream:
            messages = stream.iter_lines()
            assert next(messages).startswith("retry:")
            told_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert "event: alive" in list(messages)
            assert time.monotonic() - told_at < GRACE_SECONDS
        process.communicate(timeout=ENDS_WITHIN_SECONDS)
    assert process.returncode == 0
