"""The house's seal as PNG for wallets, drawn from the same circles as static/img/icon.svg."""

import struct
import zlib
from functools import cache
from math import hypot

_RED = (0xC0, 0x39, 0x2B)
_SIDE = 64.0  # the drawing's own units
_CENTRE_X, _CENTRE_Y = 32.0, 46.0
_WAVES = (23.0, 15.5, 8.0)
_STROKE = 3.4
_FINE = 3  # samples a pixel, each way: smooth edges without a library


@cache
def seal_png(size: int) -> bytes:
    """The seal in so many pixels, corners transparent."""
    rows = [b"\0" + b"".join(_pixel(x, y, size) for x in range(size)) for y in range(size)]
    header = struct.pack(">2I5B", size, size, 8, 6, 0, 0, 0)  # eight bits a channel, with alpha
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + _chunk(b"IEND", b"")


def _pixel(x: int, y: int, size: int) -> bytes:
    """The mean of the samples inside a pixel; colour counts only where the seal is."""
    step = _SIDE / size / _FINE
    samples = [_sample((x * _FINE + i + 0.5) * step, (y * _FINE + j + 0.5) * step) for i in range(_FINE) for j in range(_FINE)]
    inside = [white for white in samples if white is not None]
    if not inside:
        return b"\0\0\0\0"
    white = sum(inside) / len(inside)
    colour = bytes(round(channel + (255 - channel) * white) for channel in _RED)
    return colour + bytes([round(255 * len(inside) / len(samples))])


def _sample(x: float, y: float) -> float | None:
    """How white the seal is at a point; None outside of it."""
    if not _in_rounded(x, y, 0.0, 14.0):
        return None
    on_wave = y <= _CENTRE_Y and any(abs(hypot(x - _CENTRE_X, y - _CENTRE_Y) - radius) <= _STROKE / 2 for radius in _WAVES)
    if on_wave:
        return 1.0
    on_frame = _in_rounded(x, y, 4.0, 11.0) and not _in_rounded(x, y, 6.0, 9.0)
    return 0.6 if on_frame else 0.0


def _in_rounded(x: float, y: float, inset: float, radius: float) -> bool:
    low, high = inset, _SIDE - inset
    if not (low <= x <= high and low <= y <= high):
        return False
    beyond_x = max(low + radius - x, x - high + radius, 0.0)
    beyond_y = max(low + radius - y, y - high + radius, 0.0)
    return hypot(beyond_x, beyond_y) <= radius


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
