"""Greedy placing of labels: one after another, each where it costs least.

The twin of static/placing.js: none meets another label, a mark or a route; what finds no place is
left out. Boxes are (x, y, w, h) in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from service.pictures.projection import Box

Floats = NDArray[np.float64]
Spots = Callable[[float, float], Floats]
"""Of a label's width and height, the places that it may have: rows of x, y (middle) and cost."""

GAP_X, GAP_Y = 7.0, 2.0
"""Two names on one line need more room between them than one above the other."""
TOO_FAR = 90.0
"""A name mostly outside its country would read as another's."""
CLEAR_OF_LINES = 3.0


@dataclass(frozen=True)
class Variant:
    """One way to write a label: what it is, its size, and what it costs to read it so."""

    said: Any
    w: float
    h: float
    cost: float = 0.0


@dataclass(frozen=True)
class Item:
    """Something that wants a label; the most important stands first among others."""

    variants: Sequence[Variant]
    spots: Spots
    gap: tuple[float, float] = (GAP_X, GAP_Y)
    reach: float = TOO_FAR


@dataclass(frozen=True)
class Placed:
    """A label and its box."""

    said: Any
    box: Box


@dataclass
class Ground:
    """What a label may not meet: the frame that holds it, boxes, and lines."""

    frame: Box
    boxes: list[Box] = field(default_factory=list)
    lines: Sequence[BaseGeometry] = ()


def place(items: Sequence[Item], ground: Ground) -> list[Placed]:
    """Place what can be placed."""
    taken, placed = list(ground.boxes), []
    lines = shapely.union_all(np.array(ground.lines, dtype=object))
    shapely.prepare(lines)
    for item in items:
        best = _best(item, ground.frame, taken, lines)
        if best:
            placed.append(best)
            taken.append(best.box)
    return placed


def _best(item: Item, frame: Box, taken: Sequence[Box], lines: BaseGeometry) -> Placed | None:
    tries = [_tries(number, variant, item) for number, variant in enumerate(item.variants)]
    every = np.concatenate(tries) if tries else np.empty((0, 6))
    every = every[np.argsort(every[:, 4], kind="stable")]
    every = every[_inside(every, frame)]
    every = every[~_meets(every, np.array(taken).reshape(-1, 4), item.gap)]
    near = shapely.box(every[:, 0] - CLEAR_OF_LINES, every[:, 1] - CLEAR_OF_LINES,
                       every[:, 0] + every[:, 2] + CLEAR_OF_LINES,
                       every[:, 1] + every[:, 3] + CLEAR_OF_LINES)  # fmt: skip
    every = every[~shapely.intersects(lines, near)]
    if not len(every):
        return None
    x, y, w, h, _, number = every[0].tolist()
    return Placed(item.variants[int(number)].said, (x, y, w, h))


def _tries(number: int, variant: Variant, item: Item) -> Floats:
    """Give rows of x, y, w, h, cost and the variant's number."""
    spots = item.spots(variant.w, variant.h)
    spots = spots[spots[:, 2] < item.reach]
    rows = np.empty((len(spots), 6))
    rows[:, 0] = (spots[:, 0] - variant.w / 2).round(1)
    rows[:, 1] = (spots[:, 1] - variant.h / 2).round(1)
    rows[:, 2:4] = variant.w, variant.h
    rows[:, 4], rows[:, 5] = spots[:, 2] + variant.cost, number
    return rows


def _inside(rows: Floats, frame: Box) -> NDArray[np.bool_]:
    x, y, w, h = frame
    east, south = rows[:, 0] + rows[:, 2], rows[:, 1] + rows[:, 3]
    inside: NDArray[np.bool_] = (
        (rows[:, 0] >= x) & (rows[:, 1] >= y) & (east <= x + w) & (south <= y + h)
    )
    return inside


def _meets(rows: Floats, taken: Floats, gap: tuple[float, float]) -> NDArray[np.bool_]:
    (x, y, w, h), (tx, ty, tw, th) = rows[:, :4].T[:, :, None], taken.T[:, None, :]
    apart = (
        (x >= tx + tw + gap[0])
        | (tx >= x + w + gap[0])
        | (y >= ty + th + gap[1])
        | (ty >= y + h + gap[1])
    )
    met: NDArray[np.bool_] = (~apart).any(axis=1)
    return met
