"""Whatever colour a brand chooses, everything stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import brand

_GROUNDS = {
    "light": [(240, 238, 234), (248, 247, 244), (255, 255, 255), (251, 240, 219), (252, 235, 234)],
    "dark": [(30, 30, 27), (21, 21, 19), (16, 16, 15), (53, 40, 20), (58, 29, 28)],
}


def rgb(text: str) -> brand.Rgb:
    value = brand.parse(text)
    assert value is not None
    return value


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_becomes_readable(color: brand.Rgb, accent: brand.Rgb) -> None:
    tokens = brand.tokens({"color": brand.to_hex(color), "accent": brand.to_hex(accent)})
    for name, side in (("light", tokens.light), ("dark", tokens.dark)):
        fill, on = rgb(side["brand"]), rgb(side["on-brand"])
        ink, soft = rgb(side["brand-ink"]), rgb(side["brand-soft"])
        assert brand.contrast(fill, on) >= 4.5
        assert brand.contrast(rgb(side["brand-hover"]), on) >= 4.5
        assert all(brand.contrast(ink, ground) >= 4.5 for ground in [*_GROUNDS[name], soft])


def test_a_readable_colour_is_left_alone() -> None:
    tokens = brand.tokens({"color": "#0b5394"})
    assert tokens.light["brand"] == "#0b5394"
    assert tokens.light["on-brand"] == "#ffffff"
    assert not tokens.corrected


def test_pale_yellow_is_moved_until_it_can_be_seen() -> None:
    tokens = brand.tokens({"color": "#fff7a8"})
    assert tokens.corrected
    assert brand.contrast(rgb(tokens.light["brand"]), (248, 247, 244)) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert brand.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert brand.contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", ["", "red", "#12", "javascript:alert(1)", "#12345g", "}</style>", None, 7])
def test_what_is_no_colour_gives_the_house_colour(color: object) -> None:
    assert brand.tokens({"color": color}).light["brand"] == "#1f4d3f"


def test_the_stylesheet_holds_nothing_but_tokens() -> None:
    css = brand.css({"color": "#123456", "font": "</style><script>", "name": "</style>"})
    assert "<" not in css
    assert css.count("--on-brand:") == 3


def test_both_accepted_forms_mean_the_same() -> None:
    assert brand.parse("#abc") == brand.parse("#AABBCC") == (170, 187, 204)
