"""Door scenes that a camera really sees: tickets tilted, blurred, dim, glaring, far away, cracked. Made once, from a fixed seed, and
kept in benchmarks/frames/, so that two decoders, or two versions of one, are judged by the same pictures.

Run as a program it draws them again: `.venv/bin/python -m benchmarks.frames`.
"""

import base64
import io
import random
from collections.abc import Callable
from pathlib import Path

import click
import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter
from qrcode.constants import ERROR_CORRECT_M

FOLDER = Path(__file__).parent / "frames"
WIDTH, HEIGHT = 512, 384
EACH = 15  # of every kind, from easy to hopeless
SEED = 20270422
Corner = tuple[float, float]
Blemish = Callable[[Image.Image, float, random.Random], Image.Image]


def code_of(number: int) -> str:
    """The text of a frame's ticket: an address as a real ticket's, with a code of its own."""
    letters = base64.b32encode(random.Random(SEED + number).randbytes(10)).decode()  # noqa: S311 - a picture, not a secret
    return f"HTTPS://EMPFANG.EXAMPLE/T/{letters}"


def frame(kind: str, step: int, number: int) -> Image.Image:
    """One scene; `step` of EACH says how bad it is."""
    chance = random.Random(SEED * 1000 + number)  # noqa: S311
    strength = (step + 1) / EACH
    ticket = _phone(code_of(number))
    if kind in ON_THE_PHONE:
        ticket = ON_THE_PHONE[kind](ticket, strength, chance)
    scene = _held_up(ticket, chance, size=0.8 - 0.63 * strength if kind == "far" else 0.8, tilt=strength if kind == "tilted" else 0.15)
    if kind in OF_THE_CAMERA:
        scene = OF_THE_CAMERA[kind](scene, strength, chance)
    return _noisy(scene, 6, chance)


def _phone(text: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=6)
    code.add_data(text, optimize=0)
    phone = Image.new("RGB", (300, 380), (246, 244, 238))
    phone.paste(code.make_image().get_image().convert("RGB").resize((260, 260)), (20, 90))
    ImageDraw.Draw(phone).rectangle((0, 0, 300, 66), fill=(32, 44, 92))
    return phone


def _held_up(ticket: Image.Image, chance: random.Random, *, size: float, tilt: float) -> Image.Image:
    """In a hand, before a foyer: never quite straight."""
    room = Image.new("RGB", (WIDTH, HEIGHT), (38, 34, 40))
    lamps = ImageDraw.Draw(room)
    for _ in range(6):
        x, y, r = chance.randrange(WIDTH), chance.randrange(HEIGHT), chance.randrange(20, 60)
        lamps.ellipse((x - r, y - r, x + r, y + r), fill=(chance.randrange(90, 190), chance.randrange(70, 140), chance.randrange(40, 110)))
    room = room.filter(ImageFilter.GaussianBlur(14))
    high = size * HEIGHT
    wide = high * ticket.width / ticket.height
    left, top = (WIDTH - wide) / 2 + chance.uniform(-30, 30), (HEIGHT - high) / 2 + chance.uniform(-10, 10)
    lean, pinch = chance.choice((-1, 1)) * tilt * wide * 0.30, tilt * high * 0.28
    corners = [(left + lean, top), (left + wide, top + pinch), (left + wide - lean, top + high - pinch * 0.4), (left, top + high)]
    flat = ticket.transform((WIDTH, HEIGHT), Image.Transform.PERSPECTIVE, _perspective(corners, ticket.size), Image.Resampling.BICUBIC)
    mask = Image.new("L", ticket.size, 255)
    mask = mask.transform((WIDTH, HEIGHT), Image.Transform.PERSPECTIVE, _perspective(corners, ticket.size))
    room.paste(flat, (0, 0), mask)
    return room.rotate(chance.uniform(-25, 25) * tilt, Image.Resampling.BICUBIC, fillcolor=(38, 34, 40))


def _perspective(corners: list[Corner], size: tuple[int, int]) -> list[float]:
    """The eight coefficients that lay a picture of that size into these corners (top left, top right, bottom right, bottom left)."""
    width, height = size
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [float(u), float(v)]
    return _solved([[float(cell) for cell in row] for row in rows], wanted)


def _solved(rows: list[list[float]], wanted: list[float]) -> list[float]:
    """Gauss and Jordan, with the largest pivot."""
    table = [[*row, value] for row, value in zip(rows, wanted, strict=True)]
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda row: abs(table[row][column]))
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [cell / table[column][column] for cell in table[column]]
        for row in range(len(table)):
            if row != column:
                factor = table[row][column]
                table[row] = [cell - factor * other for cell, other in zip(table[row], table[column], strict=True)]
    return [row[-1] for row in table]


def _shaken(scene: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    """The hand moves while the shutter is open."""
    reach, slope = 1 + 9 * strength, chance.uniform(-0.5, 0.5)
    steps = 12
    total = scene
    for step in range(1, steps):
        shifted = ImageChops.offset(scene, round(reach * step / steps), round(reach * slope * step / steps))
        total = Image.blend(total, shifted, 1 / (step + 1))
    return total


def _unsharp(scene: Image.Image, strength: float, _: random.Random) -> Image.Image:
    return scene.filter(ImageFilter.GaussianBlur(0.6 + 3.0 * strength))


def _dark(scene: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    return _noisy(ImageEnhance.Brightness(scene).enhance(0.5 - 0.42 * strength), 10 + 26 * strength, chance)


def _squeezed(scene: Image.Image, strength: float, _: random.Random) -> Image.Image:
    """A cheap camera that packs its frames hard."""
    small = scene.resize((round(WIDTH * (0.75 - 0.4 * strength)), round(HEIGHT * (0.75 - 0.4 * strength))))
    packed = io.BytesIO()
    small.save(packed, "JPEG", quality=round(45 - 38 * strength))
    return Image.open(packed).convert("RGB").resize((WIDTH, HEIGHT))


def _glaring(ticket: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    """A lamp in the glass."""
    light = Image.new("L", ticket.size, 0)
    x, y, r = chance.randrange(60, 240), chance.randrange(120, 320), 14 + 44 * strength
    ImageDraw.Draw(light).ellipse((x - r * 1.6, y - r, x + r * 1.6, y + r), fill=255)
    return Image.composite(Image.new("RGB", ticket.size, (255, 252, 240)), ticket, light.filter(ImageFilter.GaussianBlur(r / 3)))


def _cracked(ticket: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    pen = ImageDraw.Draw(ticket)
    x, y = chance.randrange(80, 220), chance.randrange(140, 300)
    for _ in range(3 + round(16 * strength)):
        end = (x + chance.randrange(-220, 220), y + chance.randrange(-220, 220))
        pen.line((x, y, *end), fill=chance.choice(((20, 20, 20), (235, 235, 235))), width=1 + round(3 * strength))
    return ticket


def _dimmed(ticket: Image.Image, strength: float, _: random.Random) -> Image.Image:
    """A phone that saves its battery: the code has hardly any contrast left, and the lines of the screen show."""
    pen = ImageDraw.Draw(ticket)
    for line in range(0, ticket.height, 4):
        pen.line((0, line, ticket.width, line), fill=(200, 200, 205), width=1)
    return ImageEnhance.Contrast(ImageEnhance.Brightness(ticket).enhance(0.85 - 0.45 * strength)).enhance(1 - 0.88 * strength)


def _crumpled(ticket: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    """Printed, folded twice, carried in a pocket: every strip lies a little elsewhere."""
    paper = Image.new("RGB", ticket.size, (225, 222, 214))
    shift = 0.0
    for line in range(ticket.height):
        if line % 12 == 0:
            shift += chance.uniform(-1, 1) * 3.4 * strength
        paper.paste(ticket.crop((0, line, ticket.width, line + 1)), (round(shift), line))
    return paper


def _noisy(scene: Image.Image, amount: float, chance: random.Random) -> Image.Image:
    grain = Image.frombytes("L", scene.size, chance.randbytes(WIDTH * HEIGHT))
    grey = Image.merge("RGB", [grain.point(lambda value: round(128 + (value - 128) * amount / 128))] * 3)
    return ImageChops.add(scene, grey, offset=-128)


ON_THE_PHONE: dict[str, Blemish] = {"glaring": _glaring, "cracked": _cracked, "dimmed": _dimmed, "crumpled": _crumpled}
OF_THE_CAMERA: dict[str, Blemish] = {"shaken": _shaken, "unsharp": _unsharp, "dark": _dark, "squeezed": _squeezed}
KINDS = ("tilted", "far", *ON_THE_PHONE, *OF_THE_CAMERA)


def draw_all(folder: Path = FOLDER) -> int:
    """Draws every frame as `<kind>-<step>-<number>.jpg`; answers how many."""
    folder.mkdir(exist_ok=True)
    scenes = [(kind, step) for kind in KINDS for step in range(EACH)]
    for number, (kind, step) in enumerate(scenes):
        frame(kind, step, number).convert("L").save(folder / f"{kind}-{step:02}-{number:03}.jpg", "JPEG", quality=55)
    return len(scenes)


if __name__ == "__main__":
    click.echo(f"{draw_all()} frames")
