"""Where a label may stand: around a mark, or inside a shape; and what each place costs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from service.pictures.placing import Floats, Spots
from service.pictures.projection import Box

_CELL, _MOST_STEPS = 4.0, 18
"""Size of a cell in pixels, and about how many places to try along a side."""
_LAND_COST = 14.0

_AROUND = np.array(
    [
        (1, 0, 0, 0),
        (-1, 0, 0, 2),
        *(
            (side, up, 0, (4 if side > 0 else 6) + 2 * turn)
            for turn, up in enumerate((0.5, -0.5, 1, -1, 1.4, -1.4))
            for side in (1, -1)
        ),
        (0, 1, 0, 12),
        (0, -1, 0, 14),
        *(
            (side, up, 0, 15 + turn)
            for turn, (up, side) in enumerate(product((1, -1), (0.4, -0.4, 0.8, -0.8)))
        ),
        *(
            (side, up, far, (18 if side > 0 else 20) + more + 2 * turn)
            for far, more in ((8, 0), (16, 14))
            for turn, up in enumerate((0, 0.7, -0.7, 1.4, -1.4))
            for side in (1, -1)
        ),
    ],
    dtype=float,
)
"""Side, height, distance, cost: beside it first, then below and above it, then farther."""


def around(mark: Box, others: Sequence[Box] = (), gap: float = 3.0) -> Spots:
    """Give the places around a mark, none nearer to another: it would read as the other's name."""
    x, y, w, h = mark
    own = shapely.box(x, y, x + w, y + h)
    strange = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in others])
    side, up, far, cost = _AROUND.T

    def spots(width: float, height: float) -> Floats:
        beside = np.where(np.abs(side) == 1, h / 2 + height / 3, h / 2 + gap + height / 2)
        across = x + w / 2 + side * (w / 2 + gap + far + width / 2)
        found = np.column_stack([across, y + h / 2 + up * beside, cost])
        boxes = _boxes(found, width, height)
        # Of nothing the distance is not a number: then no place is nearer to it.
        is_other = shapely.distance(boxes, strange) <= shapely.distance(boxes, own) + 1
        return found[~is_other]

    return spots


def _boxes(found: Floats, width: float, height: float) -> NDArray[np.object_]:
    x, y = found[:, 0], found[:, 1]
    boxes: NDArray[np.object_] = shapely.box(
        x - width / 2, y - height / 2, x + width / 2, y + height / 2
    )
    return boxes


def off_land(spots: Spots, land: BaseGeometry) -> Spots:
    """Make places on land dearer: a name across other countries would read as one of theirs."""
    shapely.prepare(land)

    def dearer(width: float, height: float) -> Floats:
        found = spots(width, height)
        boxes = _boxes(found, width, height)
        on_land = shapely.area(shapely.intersection(land, boxes)) / (width * height)
        found[:, 2] += _LAND_COST * on_land
        return found

    return dearer


class Field:
    """Where a name may stand in a shape: a grid over what is seen of it, the middle first."""

    def __init__(self, shape: BaseGeometry, frame: Box) -> None:
        x, y, w, h = frame
        seen = shapely.clip_by_rect(shape, x, y, x + w, y + h)
        bounds = (0.0, 0.0, 0.0, 0.0) if seen.is_empty else seen.bounds
        self._x, self._y = bounds[0], bounds[1]
        xs = np.arange(bounds[0] + _CELL / 2, bounds[2], _CELL)
        ys = np.arange(bounds[1] + _CELL / 2, bounds[3], _CELL)
        columns, rows = np.meshgrid(xs, ys)
        shapely.prepare(seen)
        self._cells = shapely.contains_xy(seen, columns, rows).reshape(columns.shape)
        self.area = float(self._cells.sum()) * _CELL**2
        every = max(1, round(np.sqrt(self.area) / _MOST_STEPS / _CELL))
        coarse = self._cells[::every, ::every]
        self._points = np.column_stack(
            [columns[::every, ::every][coarse], rows[::every, ::every][coarse]]
        )

    def spots(self, width: float, height: float) -> Floats:
        """Give the places, dearer the farther from the middle and the more they hang over."""
        if not len(self._points):
            return np.empty((0, 3))
        x, y = self._points.T
        middle_x, middle_y = self._points.mean(axis=0)
        away = 30 * np.hypot(x - middle_x, (y - middle_y) * 1.2) / np.sqrt(self.area)
        corners = [(dx, dy) for dx in (-width / 2, width / 2) for dy in (-height / 2, height / 2)]
        outside = sum(
            (~self._has(x + dx, y + dy)).astype(int)
            for dx, dy in (*corners, (-width / 4, 0.0), (width / 4, 0.0))
        )
        return np.column_stack([x, y, away + 14 * outside])

    def _has(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        column = np.floor((x - self._x) / _CELL).astype(int)
        row = np.floor((y - self._y) / _CELL).astype(int)
        rows, columns = self._cells.shape
        on = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        found: NDArray[np.bool_] = np.zeros(len(x), dtype=bool)
        found[on] = self._cells[row[on], column[on]]
        return found
