"""What is asked of a collection, and what is answered: a query, a page, and their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import Crs
from geo.times import Bounds, Mask, Window
from routes.tree import Box, Rows

Certainty = Literal["possible", "certain"]


@dataclass(frozen=True, eq=False)
class Query:
    """What is asked for, of a collection of n rows.

    `boxes`: one, or two where the asked box crosses the antimeridian. `shape`: the area meant, in
    EPSG:4326, where the boxes only surround it, as for a box of another CRS. `mask`: rows that
    may answer at all, shape (n,). `order`: all n rows in the order asked for; else as stored.
    `is_counted`: how many match in all is asked for, whatever that costs.
    """

    boxes: tuple[Box, ...] = ()
    window: Window | None = None
    certainty: Certainty = "possible"
    shape: BaseGeometry | None = None
    mask: Mask | None = None
    order: Rows | None = None
    is_counted: bool = False

    @property
    def is_for_all(self) -> bool:
        """Whether every row matches."""
        return not self.boxes and self.window is None and self.mask is None

    @property
    def seconds(self) -> tuple[int, int, int] | None:
        """The window as `geo.times.Window.seconds` gives it, if there is one."""
        return None if self.window is None else self.window.seconds()


class Page(NamedTuple):
    """Rows in the order asked for; the place in it to go on from, if any; how many match in all,
    where that is known.
    """

    rows: Rows
    next_place: int | None
    matched: int | None


@dataclass(frozen=True)
class Shape:
    """What of each feature is asked for: None of `columns` is all, of `crs` is EPSG:4326."""

    crs: Crs | None = None
    columns: tuple[str, ...] | None = None
    geometry: bool = True


class Extent(NamedTuple):
    """How far a collection reaches: in degrees, and as `geo.times.Window.written` gives it."""

    bbox: tuple[float, float, float, float] | None
    interval: tuple[str | None, str | None]


def extent_of(boxes: NDArray[np.float64], bounds: Bounds) -> Extent:
    """Give the box of all geometries, and the possible extent in time of rows that have one."""
    drawn = boxes[~np.isnan(boxes[:, 0])]
    whole = bounds.stretches(most=1)
    bbox = None
    if len(drawn):
        west, south = drawn[:, :2].min(axis=0).tolist()
        east, north = drawn[:, 2:].max(axis=0).tolist()
        bbox = (west, south, east, north)
    return Extent(bbox, whole[0].written() if whole else (None, None))


@dataclass
class Work:
    """What queries cost, counted: rows whose boxes and times were compared, geometries whose points
    were looked at, those that were decoded and tested, and bytes of features that were copied.
    """

    compared: int = 0
    looked_at: int = 0
    decoded: int = 0
    copied: int = 0
