"""The state as it travels in a page: the many points of outlines and borders as short texts.

They are two thirds of a page, and a phone reads a list of lists for each point of them before it
draws anything. `static/carried.js` turns a text into points when something is drawn of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.maps import shapes
from service.maps.shapes import Coordinates
from service.maps.state import State
from service.markup import as_json

_BITS = 5
_MOST_DIGITS = 7
"""Of five bits each: enough for any step in thousandths of a degree."""


def carried(state: State | None) -> str:
    """Give a state as JSON that can stand inside a script element; `null` for none."""
    if state is None:
        return as_json(None)
    borders = [
        row | {"lines": [encoded(line) for line in row["lines"]]} for row in state["borders"]
    ]
    outlines = [
        [[encoded(ring) for ring in polygon] for polygon in outline]
        for outline in state["outlines"]
    ]
    return as_json(state | {"borders": borders, "outlines": outlines})


def encoded(path: Coordinates) -> str:
    """Give a path of [lon, lat], thousandths of a degree, as a text of four to six signs a point.

    Each number is the step from the point before, latitude first, in the signs of the "Encoded
    Polyline Algorithm Format" (Google Maps Platform); that has 10**-5 of a degree as its unit,
    `service.maps.shapes` 10**-3.
    """
    units = np.rint(np.asarray(path, dtype=np.float64)[:, ::-1] * 10**shapes.DECIMALS)
    steps = np.diff(units.astype(np.int64), axis=0, prepend=[[0, 0]]).ravel()
    return _signs(steps << 1 ^ steps >> 63)


def _signs(numbers: NDArray[np.int64]) -> str:
    """Give numbers from 0 on: five bits a sign, the lowest first, and a sixth where more follow."""
    place = np.arange(_MOST_DIGITS)
    rest = numbers[:, None] >> _BITS * place
    is_there = (rest > 0) | (place == 0)
    follows = rest >> _BITS > 0
    digits = (rest & 31) + 32 * follows + 63
    return bytes(digits[is_there].astype(np.uint8)).decode("ascii")
