"""Colours as browsers compute them."""

import pytest

from events.kit.colours import hex_colour


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((1, 0, 0), "#ffffff"),
        ((0, 0, 0), "#000000"),
        ((0.6279554, 0.2576833, 29.2338851), "#ff0000"),
        ((0.4520137, 0.3132144, 264.0520207), "#0000ff"),
        ((0.519752, 0.176858, 142.495), "#008000"),
    ],
)
def test_oklch_becomes_srgb(colour: tuple[float, float, float], expected: str) -> None:
    assert hex_colour(*colour) == expected
