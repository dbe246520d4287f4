"""Secrets in links and codes: derived from the service's key or random, and stored only as SHA-256."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID


class Tokens:
    """Derives the same token for the same thing every time, so that the database need not hold it."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = secret_key

    def token(self, purpose: str, thing: UUID) -> str:
        """A link token of 128 bits, 22 characters of base64url."""
        return base64.urlsafe_b64encode(self._derive(purpose, thing, 1)[:16]).decode().rstrip("=")

    def code(self, purpose: str, thing: UUID, issue: int) -> str:
        """A code of 80 bits, 16 upper-case characters of base32 (RFC 4648), short enough for a small QR symbol."""
        return base64.b32encode(self._derive(purpose, thing, issue)[:10]).decode()

    def key(self, purpose: str) -> bytes:
        """A key of 256 bits of its own for a purpose; it tells nothing about the others."""
        return hmac.digest(self._key, b"key\0" + purpose.encode(), "sha256")

    def fingerprint(self, purpose: str, text: str) -> bytes:
        """A keyed hash of a text: whoever has the database alone cannot find out what it was by trying."""
        return hmac.digest(self._key, f"{purpose}\0{text}".encode("utf-8", "replace"), "sha256")

    def _derive(self, purpose: str, thing: UUID, issue: int) -> bytes:
        message = b"\0".join((purpose.encode(), thing.bytes, str(issue).encode()))
        return hmac.digest(self._key, message, "sha256")


def random_token() -> str:
    """A fresh token of 256 bits for sessions, sign-in links, phones and API clients."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are long and random, so a plain digest is enough (no salt, no stretching)."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
