"""Settings from the environment: complete, or every problem at once in plain words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from events.settings import Settings, SettingsError, load

KEY = "k" * 32


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load({"EVENTS_SECRET_KEY": KEY, **environ})
    return refusal.value.problems


def test_everything_has_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load({"HOME": "/root", "STRIPE_SECRET_KEY": "sk_test"})
    assert settings == Settings(
        database_url=None,
        data_dir=tmp_path / "var",
        base_url="http://127.0.0.1:8000",
        host="127.0.0.1",
        port=8000,
        secret_key=(tmp_path / "var" / "secret.key").read_bytes(),
        smtp_url=None,
        mail_from="Empfang <events@empfang.invalid>",
        demo=False,
        pool_size=10,
        metrics_token=None,
    )


def test_everything_can_be_chosen(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://app@db/events",
        "EVENTS_DATA_DIR": str(tmp_path),
        "EVENTS_BASE_URL": "https://events.example.com/",
        "EVENTS_HOST": "0.0.0.0",  # noqa: S104 (a value to be read, nothing listens)
        "PORT": "9000",
        "EVENTS_SECRET_KEY": KEY,
        "SMTP_URL": "smtps://user:word@mail.example.com",
        "EVENTS_MAIL_FROM": "Delegation Office <office@example.com>",
        "EVENTS_DEMO": "yes",
        "EVENTS_MAILS_PER_MINUTE": "600",
        "EVENTS_POOL_SIZE": "3",
        "EVENTS_METRICS_TOKEN": "look",
        "EVENTS_UPLOAD_SCANNER": "sh -c 'exit 0'",
    }
    assert load(environ) == Settings(
        database_url="postgresql://app@db/events",
        data_dir=tmp_path,
        base_url="https://events.example.com",
        host="0.0.0.0",  # noqa: S104 (as above)
        port=9000,
        secret_key=KEY.encode(),
        smtp_url="smtps://user:word@mail.example.com",
        mail_from="Delegation Office <office@example.com>",
        demo=True,
        mails_per_minute=600,
        pool_size=3,
        metrics_token="look",
        upload_scanner=["sh", "-c", "exit 0"],
    )
    assert list(tmp_path.iterdir()) == []


def test_the_sender_is_of_the_host_guests_know() -> None:
    settings = load({"EVENTS_SECRET_KEY": KEY, "EVENTS_BASE_URL": "https://events.example.com"})
    assert settings.mail_from == "Empfang <events@events.example.com>"


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    assert problems_of(
        {
            "EVENTS_BASE_URI": "https://x.example",
            "EVENTS_BASE_URL": "https://x.example/events",
            "EVENTS_DEMO": "perhaps",
            "EVENTS_MAILS_PER_MINUTE": "5",
            "EVENTS_POOL_SIZE": "0",
            "EVENTS_SECRET_KEY": "short",
            "DATABASE_URL": "mysql://db/x",
            "PORT": "80a",
            "SMTP_URL": "mail.example.com",
            "EVENTS_METRICS_TOKEN_FILE": str(tmp_path / "none"),
        }
    ) == [
        "EVENTS_BASE_URI is not a setting of this programme",
        "PORT must be a whole number from 1 to 65535, not “80a”",
        "EVENTS_BASE_URL must be an address without a path: links start at its root",
        "EVENTS_SECRET_KEY must have at least 32 characters",
        "DATABASE_URL must look like postgresql://user:password@host:5432/database",
        "SMTP_URL must look like smtp://user:password@mail.example.com:587 or smtps://…",
        "EVENTS_DEMO must be 1 or 0, not “perhaps”",
        "EVENTS_MAILS_PER_MINUTE must be a whole number from 10 to 60000, not “5”",
        "EVENTS_POOL_SIZE must be a whole number from 1 to 1000, not “0”",
        f"EVENTS_METRICS_TOKEN_FILE: {tmp_path}/none cannot be read (No such file or directory)",
    ]


def test_secrets_come_from_files(tmp_path: Path) -> None:
    values = {
        "DATABASE_URL": "postgresql://app:word@db/events",
        "EVENTS_SECRET_KEY": KEY,
        "SMTP_URL": "smtp://mail.example.com",
        "EVENTS_METRICS_TOKEN": "look",
    }
    environ = {"EVENTS_DATA_DIR": str(tmp_path)}
    for name, value in values.items():
        (tmp_path / name).write_text(f"{value}\n")
        environ[f"{name}_FILE"] = str(tmp_path / name)
    assert load(environ) == load({"EVENTS_DATA_DIR": str(tmp_path), **values})


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("smtp://mail.example.com")
    assert problems_of({"SMTP_URL": "smtp://other.example.com", "SMTP_URL_FILE": str(tmp_path / "smtp")}) == [
        "SMTP_URL and SMTP_URL_FILE are both set; keep one of them"
    ]


def test_the_made_key_is_kept_and_private(tmp_path: Path) -> None:
    environ = {"EVENTS_DATA_DIR": str(tmp_path)}
    first = load(environ).secret_key
    assert len(first) == 64
    assert load(environ).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_processes_starting_at_once_agree_on_the_key(tmp_path: Path) -> None:
    source = f"from events.settings import load; print(load({{'EVENTS_DATA_DIR': {str(tmp_path)!r}}}).secret_key.decode())"
    started = [subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) for _ in range(6)]
    keys = {process.communicate()[0].strip() for process in started}
    assert keys == {(tmp_path / "secret.key").read_text()}


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("oops")
    with pytest.raises(SettingsError, match=r"secret\.key is damaged"):
        load({"EVENTS_DATA_DIR": str(tmp_path)})


def test_a_data_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"cannot be used \(Not a directory\); set EVENTS_DATA_DIR to a folder that can be written$"):
        load({"EVENTS_DATA_DIR": str(tmp_path / "file" / "data")})


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("/nowhere/scanner -", "EVENTS_UPLOAD_SCANNER must begin with a command that can be run here, not “/nowhere/scanner -”"),
        ("sh 'open", "EVENTS_UPLOAD_SCANNER has a quotation mark without its partner: “sh 'open”"),
    ],
)
def test_a_scanner_that_cannot_be_run_is_named(command: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load({"EVENTS_SECRET_KEY": KEY, "EVENTS_UPLOAD_SCANNER": command})
    assert refusal.value.problems == [problem]
