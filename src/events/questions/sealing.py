"""What only security may read, encrypted with a key of its own (AES-256-GCM, NIST SP 800-38D).

A sealed value is a version byte, the nonce, and the ciphertext with its tag; it opens only for the question it was given to.
The nonce is derived from what is sealed and where it came from: a form that is sent twice seals to the same bytes, so that the
second sending is known for what it is, while equal answers of different people look different.
"""

import hmac
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.kit.tokens import Tokens

_VERSION = b"\x01"
_NONCE_BYTES = 12


class Unreadable(Exception):
    """The value was sealed with another secret key, for another question, or is damaged."""


def seal(tokens: Tokens, question_id: UUID, content: bytes, *, context: str) -> bytes:
    """`context` says whose answer it is (a mail address, a booking), so that equal answers of others seal differently."""
    told_apart = hmac.new(tokens.key("nonces of answers"), question_id.bytes, "sha256")
    told_apart.update(context.encode() + b"\0" + content)
    nonce = told_apart.digest()[:_NONCE_BYTES]
    return _VERSION + nonce + AESGCM(tokens.key("answers")).encrypt(nonce, content, question_id.bytes)


def unseal(tokens: Tokens, question_id: UUID, sealed: bytes) -> bytes:
    """What was sealed for the question. Raises `Unreadable`."""
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or len(nonce) < _NONCE_BYTES:
        raise Unreadable
    try:
        return AESGCM(tokens.key("answers")).decrypt(nonce, content, question_id.bytes)
    except InvalidTag:
        raise Unreadable from None
