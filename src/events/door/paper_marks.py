"""The mark beside a line of the printed guest list: it means a guest to phones of that event's door, and nothing to anybody else."""

import base64
import binascii
import re
from uuid import UUID

_MARK = re.compile(r"\s*L:([A-Z2-7]{26})\s*", re.IGNORECASE)


def line_mark(registration_id: UUID) -> str:
    """ "L:" and the registration's 16 bytes in base32 (RFC 4648) without padding: a QR symbol of version 2."""
    return "L:" + base64.b32encode(registration_id.bytes).decode().rstrip("=")


def registration_of_mark(text: str) -> UUID | None:
    """The registration that a scanned mark means; none for any other text."""
    found = _MARK.fullmatch(text)
    if not found:
        return None
    try:
        return UUID(bytes=base64.b32decode(found[1].upper() + "======"))
    except (binascii.Error, ValueError):
        return None
