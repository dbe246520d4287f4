"""What an installation decides, read once from the environment at start.

`load` either answers a complete, checked `Settings` or raises `SettingsError` with every problem at once, in words for the
person who set the variables. Whatever is secret may also come from a file: `SMTP_URL_FILE=/run/secrets/smtp`.
Names starting with `STRIPE_` are left to the payments.
"""

import os
import secrets
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import overload
from urllib.parse import urlsplit

import msgspec

# 32 characters of base64 or hex carry at least 128 bits, which is what signatures and tokens are derived from.
SECRET_KEY_MIN_CHARACTERS = 32

# A mail that waits for its turn longer than its job is leased (five minutes, sixteen at once) would be sent twice.
FEWEST_MAILS_PER_MINUTE = 10

_WALLETS = {
    "wallet_apple_certificate": "EVENTS_WALLET_APPLE_CERTIFICATE",
    "wallet_apple_key": "EVENTS_WALLET_APPLE_KEY",
    "wallet_apple_wwdr": "EVENTS_WALLET_APPLE_WWDR",
    "wallet_google_issuer": "EVENTS_WALLET_GOOGLE_ISSUER",
    "wallet_google_key": "EVENTS_WALLET_GOOGLE_KEY",
}
# What a wallet needs it needs altogether.
_TOGETHER = (list(_WALLETS)[:3], list(_WALLETS)[3:])
_SECRETS = frozenset({"DATABASE_URL", "EVENTS_SECRET_KEY", "EVENTS_METRICS_TOKEN", "SMTP_URL", *_WALLETS.values()})
_PLAIN = frozenset(
    {
        "EVENTS_DATA_DIR",
        "EVENTS_BASE_URL",
        "EVENTS_HOST",
        "PORT",
        "EVENTS_MAIL_FROM",
        "EVENTS_DEMO",
        "EVENTS_POOL_SIZE",
        "EVENTS_MAILS_PER_MINUTE",
        "EVENTS_UPLOAD_SCANNER",
    }
)
_KNOWN = _SECRETS | _PLAIN | {f"{name}_FILE" for name in _SECRETS}
_YES_AND_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False}


class SettingsError(Exception):
    """The environment cannot be used; `problems` names every reason, one plain sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One installation's choices. Beside each field stands the variable it is read from."""

    database_url: str | None
    """`DATABASE_URL`: a PostgreSQL server, 15 or newer. Absent: the embedded server in the data folder."""

    data_dir: Path
    """`EVENTS_DATA_DIR`, default `var`: the embedded database, the generated secret key, mails kept while there is no SMTP server."""

    base_url: str
    """`EVENTS_BASE_URL`, default `http://127.0.0.1:PORT`: how guests reach the service; every link in mails and QR codes starts with it."""

    host: str
    """`EVENTS_HOST`, default `127.0.0.1`: the address to listen on."""

    port: int
    """`PORT`, default 8000: the port to listen on."""

    secret_key: bytes
    """`EVENTS_SECRET_KEY`, at least 32 characters: signs codes and links. Absent: made once and kept in the data folder. Every
    process of an installation needs the same one."""

    smtp_url: str | None
    """`SMTP_URL`: `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`. Absent: mails are kept in the data folder."""

    mail_from: str
    """`EVENTS_MAIL_FROM`, default `Empfang <events@` + host of the base URL + `>`: the sender of every mail."""

    demo: bool
    """`EVENTS_DEMO`, default no (`events run`: yes): one-time sign-in links are printed and kept mails can be read in the browser."""

    mails_per_minute: int | None = None
    """`EVENTS_MAILS_PER_MINUTE`, default no limit: what each process that sends mail hands to the mail server at most. Waves of
    invitations wait; confirmations go ahead of them."""

    upload_scanner: list[str] | None = None
    """`EVENTS_UPLOAD_SCANNER`: a command that gets each file guests send on its standard input and ends with 0 (clean) or 1
    (harmful), such as `clamdscan --no-summary -`. Absent: files stay "not scanned"."""

    pool_size: int
    """`EVENTS_POOL_SIZE`, default 10: database connections each process may hold."""

    metrics_token: str | None
    """`EVENTS_METRICS_TOKEN`: bearer token for `/metrics`. Absent: only this machine may read it."""

    wallet_apple_certificate: str | None = None
    """`EVENTS_WALLET_APPLE_CERTIFICATE`: the certificate of a pass type, in PEM; pass type and team are read from it. Absent, like
    the two below: tickets are not offered for Apple Wallet."""

    wallet_apple_key: str | None = None
    """`EVENTS_WALLET_APPLE_KEY`: its private key, in PEM, without a password."""

    wallet_apple_wwdr: str | None = None
    """`EVENTS_WALLET_APPLE_WWDR`: Apple's intermediate certificate (Worldwide Developer Relations), in PEM."""

    wallet_google_issuer: str | None = None
    """`EVENTS_WALLET_GOOGLE_ISSUER`: the issuer's number at Google Wallet. Absent, like the one below: no Google Wallet."""

    wallet_google_key: str | None = None
    """`EVENTS_WALLET_GOOGLE_KEY`: the JSON key file of the service account that may issue."""


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment. Makes the secret key in the data folder when none is given."""
    problems = [f"{name} is not a setting of this programme" for name in sorted(environ) if _is_stray(name)]
    read = _Reader(environ, problems)
    data_dir = Path(environ.get("EVENTS_DATA_DIR") or "var").absolute()
    port = read.whole_number("PORT", default=8000, least=1, most=65535)
    base_url = read.checked("EVENTS_BASE_URL", _base_url) or f"http://127.0.0.1:{port}"
    secret_key = read.checked("EVENTS_SECRET_KEY", _secret_key)
    settings = Settings(
        database_url=read.checked("DATABASE_URL", _database_url),
        data_dir=data_dir,
        base_url=base_url,
        host=environ.get("EVENTS_HOST") or "127.0.0.1",
        port=port,
        secret_key=(secret_key or "").encode(),
        smtp_url=read.checked("SMTP_URL", _smtp_url),
        mail_from=environ.get("EVENTS_MAIL_FROM") or f"Empfang <events@{_mail_domain(base_url)}>",
        demo=read.yes_or_no("EVENTS_DEMO"),
        mails_per_minute=read.whole_number("EVENTS_MAILS_PER_MINUTE", default=None, least=FEWEST_MAILS_PER_MINUTE, most=60_000),
        upload_scanner=shlex.split(read.checked("EVENTS_UPLOAD_SCANNER", _command) or "") or None,
        pool_size=read.whole_number("EVENTS_POOL_SIZE", default=10, least=1, most=1000),
        metrics_token=read.text("EVENTS_METRICS_TOKEN"),
        **(wallets := {field: read.text(name) for field, name in _WALLETS.items()}),
    )
    problems += _halves(wallets)
    if problems:
        raise SettingsError(problems)
    if secret_key is None:
        return msgspec.structs.replace(settings, secret_key=_kept_secret_key(data_dir))
    return settings


def _halves(wallets: Mapping[str, str | None]) -> list[str]:
    missing = [field for fields in _TOGETHER if any(wallets[one] for one in fields) for field in fields if not wallets[field]]
    return [f"{_WALLETS[field]} is missing: this wallet needs it as well" for field in missing]


def _is_stray(name: str) -> bool:
    return name.startswith("EVENTS_") and name not in _KNOWN


class _Reader:
    """Reads single values and collects what is wrong with them, so that one start reports everything."""

    def __init__(self, environ: Mapping[str, str], problems: list[str]) -> None:
        self.environ = environ
        self.problems = problems

    def text(self, name: str) -> str | None:
        """The value of a name or of the file that `<name>_FILE` points to; empty counts as absent."""
        file = self.environ.get(f"{name}_FILE")
        if not file or name not in _SECRETS:
            return self.environ.get(name) or None
        if self.environ.get(name):
            self.problems.append(f"{name} and {name}_FILE are both set; keep one of them")
            return None
        try:
            return Path(file).read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as reason:
            self.problems.append(f"{name}_FILE: {file} cannot be read ({getattr(reason, 'strerror', None) or 'not text'})")
            return None

    def checked(self, name: str, check: Callable[[str], str]) -> str | None:
        """The value as `check` returns it; a `ValueError` of the check becomes a problem under the variable's name."""
        value = self.text(name)
        try:
            return None if value is None else check(value)
        except ValueError as reason:
            self.problems.append(f"{name} {reason}")
            return None

    @overload
    def whole_number(self, name: str, *, default: int, least: int, most: int) -> int: ...
    @overload
    def whole_number(self, name: str, *, default: None, least: int, most: int) -> int | None: ...
    def whole_number(self, name: str, *, default: int | None, least: int, most: int) -> int | None:
        value = self.environ.get(name)
        if not value:
            return default
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self.problems.append(f"{name} must be a whole number from {least} to {most}, not “{value}”")
        return default

    def yes_or_no(self, name: str) -> bool:
        value = self.environ.get(name, "").lower()
        if value not in _YES_AND_NO:
            self.problems.append(f"{name} must be 1 or 0, not “{value}”")
        return _YES_AND_NO.get(value, False)


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"must look like https://events.example.com, not “{value}”")
    if parts.query or parts.fragment or parts.path.strip("/"):
        raise ValueError("must be an address without a path: links start at its root")
    return f"{parts.scheme}://{parts.netloc}"


def _database_url(value: str) -> str:
    if urlsplit(value).scheme not in {"postgresql", "postgres"}:
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return value


def _command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError:
        raise ValueError(f"has a quotation mark without its partner: “{value}”") from None
    if not words or shutil.which(words[0]) is None:
        raise ValueError(f"must begin with a command that can be run here, not “{value}”")
    return value


def _smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must look like smtp://user:password@mail.example.com:587 or smtps://…")
    return value


def _secret_key(value: str) -> str:
    if len(value) < SECRET_KEY_MIN_CHARACTERS:
        raise ValueError(f"must have at least {SECRET_KEY_MIN_CHARACTERS} characters")
    return value


def _mail_domain(base_url: str) -> str:
    """The host of the base URL where it can stand in a mail address, else a name that is never delivered to (RFC 2606)."""
    host = urlsplit(base_url).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() and ":" not in host else "empfang.invalid"


def _kept_secret_key(data_dir: Path) -> bytes:
    """The key in the data folder; made at the first start. Of several processes starting at once one wins and all read its key."""
    path = data_dir / "secret.key"
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _publish_once(path, secrets.token_urlsafe(48))
        key = path.read_bytes().strip()
    except OSError as reason:
        raise SettingsError([f"{path} cannot be used ({reason.strerror}); set EVENTS_DATA_DIR to a folder that can be written"]) from reason
    if len(key) < SECRET_KEY_MIN_CHARACTERS:
        raise SettingsError([f"{path} is damaged; restore it from a backup, or delete it and lose every code signed with it"])
    return key


def _publish_once(path: Path, content: str) -> None:
    """Write a complete private file under a name of our own first: linking it is atomic and loses to an earlier link."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
