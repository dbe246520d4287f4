"""QR codes as one SVG path for pages and papers, and as a small PNG for mails.

The payload decides how often a bad camera frame decodes: an upper-case URL with a short code stays in the
alphanumeric mode and makes the fewest modules, so callers pass `HTTPS://HOST/T/CODE`.
"""

import struct
import zlib

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4  # modules of white on every side, ISO/IEC 18004 §5.3.8

# Trying all eight masks takes five times as long and none of them decodes measurably better.
MASK_PATTERN = 2


def qr_svg(text: str) -> str:
    """An `<svg>` of one black path, one unit a module, quiet zone included; size and white ground are the page's."""
    rows = _modules(text)
    size = len(rows) + 2 * QUIET_ZONE
    path = "".join(
        f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in _dark_runs(row)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path d="{path}"/></svg>'


def qr_png(text: str, *, module_px: int = 8) -> bytes:
    """A black and white PNG, quiet zone included: mail programs show no SVG."""
    rows = _modules(text)
    margin = [False] * QUIET_ZONE
    blank = [False] * (len(rows) + 2 * QUIET_ZONE)
    padded = [blank] * QUIET_ZONE + [margin + row + margin for row in rows] + [blank] * QUIET_ZONE
    size = len(padded) * module_px
    lines = b"".join((b"\0" + _packed_line(row, module_px)) * module_px for row in padded)
    header = struct.pack(">2I5B", size, size, 1, 0, 0, 0, 0)  # one bit a pixel, greyscale, no interlace
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def _modules(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK_PATTERN)
    code.add_data(text, optimize=0)  # one segment: splitting an address into modes makes it longer
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs


def _packed_line(row: list[bool], module_px: int) -> bytes:
    bits = "".join(("0" if dark else "1") * module_px for dark in row)
    return bytes(int(bits[i : i + 8].ljust(8, "1"), 2) for i in range(0, len(bits), 8))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
