"""Whether a colour can be seen on the map's ground, and told from another.

Contrast is that of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), from the relative
luminance of sRGB (#dfn-relative-luminance). Colours are six hexadecimal digits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.maps.colours import named

Ground = dict[str, str]

LEAST_CONTRAST = 3.0
"""For graphical objects that one needs to understand a picture (WCAG 2.2, 1.4.11)."""
LEAST_DIFFERENCE = 0.12
"""Between the colours of two kinds of routes, in OKLab: no rule gives a number. This one tells the
blue of routes over land from greens and greys, and not from other blues."""

GROUNDS = ("sea", "land", "member", "backdrop")

_LIGHT = np.array([0.2126, 0.7152, 0.0722])
# Björn Ottosson, "A perceptual color space for image processing" (2020): linear sRGB to the
# responses of the cones, and their cube roots to lightness and two hues.
_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_OKLAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip


def ground(scheme: str) -> Ground:
    """Give the colours of the ground and of routes over land, of "light" or "dark"."""
    colours = named(scheme)
    return {name: colours[name] for name in (*GROUNDS, "over-land")}


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted(float(_LIGHT @ _linear(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def difference(one: str, other: str) -> float:
    """Give how far two colours lie apart in OKLab: 1 from black to white."""
    return float(np.linalg.norm(_oklab(one) - _oklab(other)))


def _oklab(colour: str) -> NDArray[np.float64]:
    found: NDArray[np.float64] = _OKLAB @ np.cbrt(_CONES @ _linear(colour))
    return found


def _linear(colour: str) -> NDArray[np.float64]:
    value = np.array(list(bytes.fromhex(colour))) / 255
    # 0.04045, as IEC 61966-2-1 has it; no colour of eight bits lies between it and WCAG's older
    # 0.03928.
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
