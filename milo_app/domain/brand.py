"""A workspace's brand as design tokens: any colour in, readable colours out.

A brand may choose any colour. What is written on it, and where it is used for text, is computed so that contrast is
at least 4.5:1 (WCAG 2.2 AA), in light and in dark; a colour that falls short is moved along its own lightness.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Text on a colour, or a colour as text, must reach this.
TEXT_CONTRAST = 4.5
#: A filled shape against the page must reach this.
SHAPE_CONTRAST = 3.0

_HOUSE = "#1f4d3f"
_WHITE = (255, 255, 255)
# Backgrounds of assets/milo.css that a brand's colour meets: pages and surfaces, then notices.
_LIGHT_GROUNDS = ((240, 238, 234), (248, 247, 244), (255, 255, 255))
_DARK_GROUNDS = ((30, 30, 27), (21, 21, 19), (16, 16, 15))
_LIGHT_NOTICES = ((251, 240, 219), (252, 235, 234), (230, 242, 234), (231, 240, 248))
_DARK_NOTICES = ((53, 40, 20), (58, 29, 28), (26, 47, 34), (26, 42, 56))
_FONTS = {
    "system": "",
    "serif": 'Georgia, "Times New Roman", "Noto Serif", serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Nunito, system-ui, sans-serif',
    "humanist": 'Optima, Candara, "Noto Sans", source-sans-pro, system-ui, sans-serif',
}

Rgb = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """CSS custom properties by name without the dashes, for light and for dark pages."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    corrected: bool
    """Whether the brand's colour had to be moved to be readable."""


def parse(color: str) -> Rgb | None:
    """`#rgb` or `#rrggbb` as red, green and blue of 0–255; None for anything else."""
    text = color.strip().lower()
    if match := re.fullmatch(r"#([0-9a-f])([0-9a-f])([0-9a-f])", text):
        return tuple(int(digit * 2, 16) for digit in match.groups())  # type: ignore[return-value]
    if match := re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", text):
        return tuple(int(pair, 16) for pair in match.groups())  # type: ignore[return-value]
    return None


def to_hex(color: Rgb) -> str:
    """The colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def luminance(color: Rgb) -> float:
    """Relative luminance of WCAG, 0 (black) to 1 (white)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of WCAG, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(color: Rgb, grounds: tuple[Rgb, ...], needed: float) -> Rgb:
    """The colour nearest in lightness to *color*, of the same hue, that reaches *needed* on every ground."""
    hue, start, saturation = colorsys.rgb_to_hls(*(part / 255 for part in color))
    if all(contrast(color, ground) >= needed for ground in grounds):
        return color
    darker = luminance(grounds[0]) > 0.18
    for step in range(1, 101):
        lightness = start * (1 - step / 100) if darker else start + (1 - start) * step / 100
        moved = _rgb(hue, lightness, saturation)
        if all(contrast(moved, ground) >= needed for ground in grounds):
            return moved
    return (0, 0, 0) if darker else _WHITE


def tokens(brand: Mapping[str, Any]) -> Tokens:
    """The tokens of *brand* (`color`, `accent`, `font`); an unreadable or missing colour gives the house's own."""
    wanted = parse(str(brand.get("color") or "")) or parse(_HOUSE)
    assert wanted is not None
    accent = parse(str(brand.get("accent") or "")) or wanted
    light, moved_light = _side(wanted, accent, _LIGHT_GROUNDS, dark=False)
    dark, _ = _side(wanted, accent, _DARK_GROUNDS, dark=True)
    font = _FONTS.get(str(brand.get("font") or "system"), "")
    if font:
        light["font"] = font
    return Tokens(light=light, dark=dark, corrected=moved_light)


def css(brand: Mapping[str, Any], *, within: str = "") -> str:
    """A stylesheet that sets the tokens, for the page or only *within* a selector; outside any layer, so that it wins
    over the house's own."""
    chosen = tokens(brand)
    light, dark = _declarations(chosen.light), _declarations(chosen.dark)
    part = f" {within}" if within else ""
    return (
        f":root{part}{{{light}}}@media (prefers-color-scheme:dark){{:root:not(.light){part}{{{dark}}}}}"
        f":root.dark{part}{{{dark}}}"
    )


def _side(wanted: Rgb, accent: Rgb, grounds: tuple[Rgb, ...], *, dark: bool) -> tuple[dict[str, str], bool]:
    fill = readable(wanted, grounds, SHAPE_CONTRAST)
    on, fill = _text_on(fill)
    soft = _mix(accent, grounds[1], 0.86 if dark else 0.9)
    ink = readable(accent, (*grounds, *(_DARK_NOTICES if dark else _LIGHT_NOTICES), soft), TEXT_CONTRAST)
    hover = _mix(fill, on, 0.12) if contrast(_mix(fill, on, 0.12), on) >= TEXT_CONTRAST else fill
    if not dark:
        hover = _mix(fill, (0, 0, 0) if on == _WHITE else _WHITE, 0.16)
    values = {"brand": fill, "brand-hover": hover, "on-brand": on, "brand-ink": ink, "brand-soft": soft}
    return {name: to_hex(value) for name, value in values.items()}, fill != wanted


def _text_on(fill: Rgb) -> tuple[Rgb, Rgb]:
    """What is written on *fill* (white, else near-black), and *fill* itself."""
    if contrast(_WHITE, fill) >= TEXT_CONTRAST:
        return _WHITE, fill
    hue, _, saturation = colorsys.rgb_to_hls(*(part / 255 for part in fill))
    ink = _rgb(hue, 0.08, min(saturation, 0.4))
    if contrast(ink, fill) >= TEXT_CONTRAST:
        return ink, fill
    return _WHITE, readable(fill, (_WHITE,), TEXT_CONTRAST)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """*one* with *share* (0–1) of *other*."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def _rgb(hue: float, lightness: float, saturation: float) -> Rgb:
    return tuple(round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, saturation))  # type: ignore


def _declarations(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())
