"""The drawn code is decoded again by an independent reader."""

import io
import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from events.kit.qr import QUIET_ZONE, qr_png, qr_svg

TICKET = "HTTPS://EMPFANG.EXAMPLE.COM/T/K7QX2M9FABCD2345"
PAYLOADS = [TICKET, "HTTP://127.0.0.1:8000/T/AAAAAAAAAAAAAAAA", "https://example.com/door/pair/Ab_9-x"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_png_decodes_to_the_payload(payload: str) -> None:
    assert _decode(Image.open(io.BytesIO(qr_png(payload)))) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_svg_decodes_to_the_payload(payload: str) -> None:
    assert _decode(_drawn(qr_svg(payload))) == payload


def test_ticket_address_stays_small_and_alphanumeric() -> None:
    symbol = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png(TICKET))))[0]
    extra: dict[str, str] = symbol.extra  # type: ignore[assignment]  # its types say object
    assert (extra["Version"], symbol.ec_level, symbol.content_type.name) == ("3", "M", "Text")
    assert _size(qr_svg(TICKET)) == 29 + 2 * QUIET_ZONE
    assert _size(qr_svg(TICKET.lower())) > _size(qr_svg(TICKET))


def test_svg_is_one_path_without_styles_or_scripts() -> None:
    root = ElementTree.fromstring(qr_svg(TICKET))  # noqa: S314 (our own drawing)
    assert [child.tag.split("}")[1] for child in root.iter()] == ["svg", "path"]
    assert set(root.attrib) == {"viewBox", "shape-rendering"}
    assert set(root[0].attrib) == {"d"}


def test_quiet_zone_is_white_on_every_side() -> None:
    image = _drawn(qr_svg(TICKET), scale=1)
    dark = image.point(lambda value: 255 - value).getbbox()
    assert dark == (QUIET_ZONE, QUIET_ZONE, image.width - QUIET_ZONE, image.height - QUIET_ZONE)


def _size(svg: str) -> int:
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found
    return int(found[1])


def _drawn(svg: str, *, scale: int = 6) -> Image.Image:
    size = _size(svg)
    image = Image.new("L", (size * scale, size * scale), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        left, top, right = int(x) * scale, int(y) * scale, (int(x) + int(length)) * scale
        draw.rectangle((left, top, right - 1, top + scale - 1), fill=0)
    return image


def _decode(image: Image.Image) -> str:
    found = zxingcpp.read_barcodes(image.convert("L"))
    assert len(found) == 1
    return found[0].text
