"""Films for Chromium's fake camera: an .mjpeg is nothing but JPEG frames one after the other, played thirty times a second, for ever."""

import io
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT = 640, 480
FRAMES_PER_SECOND = 30


def shoot(path: Path, *scenes: tuple[str | None, float]) -> Path:
    """A film of phones held up: for each scene a QR code's text (or nobody at the door) and how many seconds it stays."""
    path.write_bytes(b"".join(_frame(text) * round(seconds * FRAMES_PER_SECOND) for text, seconds in scenes))
    return path.absolute()


def _frame(text: str | None) -> bytes:
    room = Image.new("RGB", (WIDTH, HEIGHT), (38, 34, 40))
    lamps = ImageDraw.Draw(room)
    for x, y, size in ((80, 90, 40), (520, 70, 60), (590, 300, 46), (60, 380, 52), (330, 30, 30)):
        lamps.ellipse((x - size, y - size, x + size, y + size), fill=(150, 120, 70))
    room = room.filter(ImageFilter.GaussianBlur(18))
    if text:
        ticket = _ticket(text).rotate(-4, expand=True, fillcolor=(38, 34, 40), resample=Image.Resampling.BICUBIC)
        room.paste(ticket, ((WIDTH - ticket.width) // 2, (HEIGHT - ticket.height) // 2))
    jpeg = io.BytesIO()
    room.save(jpeg, "JPEG", quality=80)
    return jpeg.getvalue()


def _ticket(text: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=8)
    code.add_data(text, optimize=0)
    phone = Image.new("RGB", (290, 400), (246, 244, 238))
    picture = code.make_image().get_image().convert("RGB").resize((250, 250))
    phone.paste(picture, (20, 90))
    ImageDraw.Draw(phone).rectangle((0, 0, 290, 60), fill=(32, 44, 92))
    return phone
