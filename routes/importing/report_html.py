"""The report as one page that needs nothing else: a map of where faults lie, and all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import jinja2
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.boundaries import Boundaries
from routes.report import Fault, grouped

WIDTH = 960.0
# A map of one fault still shows where it is: with a coast or a border that people know.
LEAST_DEGREES = 6.0
AROUND = 0.12
TALLEST, FLATTEST = 0.9, 0.4
# Rows of one kind in the page; the JSON report has all of them.
MOST_ROWS = 1000
MOST_MARKS = 5000
POLES = 85.0


class Frame(NamedTuple):
    """A box in degrees, and the size in pixels that it is drawn at."""

    west: float
    north: float
    scale_x: float
    scale_y: float
    height: float

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take lon, lat, shape (n, 2), to x, y on the page."""
        origin, scale = np.array([self.west, self.north]), np.array([self.scale_x, -self.scale_y])
        moved: NDArray[np.float64] = np.round((points - origin) * scale, 1)
        return moved


class Mark(NamedTuple):
    """A fault on the map: where, which group it is in, and what it says."""

    x: float
    y: float
    group: int
    text: str


def page(
    file: str, faults: Sequence[Fault], boundaries: Boundaries, closed: Sequence[str] = ()
) -> str:
    """Give the report as HTML that loads nothing and runs nothing.

    `closed`: sentences on what the import changes of what the edition has already.
    """
    groups = grouped(faults)
    placed = [
        (number, fault)
        for number, group in enumerate(groups, start=1)
        for fault in group.faults
        if fault.place is not None and abs(fault.place[0]) <= 180 and abs(fault.place[1]) <= 90
    ]
    points = np.array([fault.place for _, fault in placed]).reshape(-1, 2)
    # A place at 0, 0 is none, and would make the map of all others small.
    known: NDArray[np.bool_] = np.asarray(points.any(axis=1))
    frame = _frame(points[known]) if known.any() else None
    pixels = frame.pixels(points) if frame else points
    marks = [
        Mark(x, y, number, f"{fault.row}: {fault.field} {fault.problem}")
        for (x, y), is_known, (number, fault) in zip(
            pixels.tolist(), known.tolist(), placed, strict=True
        )
        if is_known
    ]
    return _template().render(
        file=file,
        faults=faults,
        closed=closed,
        groups=groups,
        frame=frame,
        width=WIDTH,
        drawn=_drawn(boundaries, frame) if frame else None,
        marks=marks[:MOST_MARKS],
        unplaced=len(faults) - len(marks),
        most=MOST_ROWS,
    )


def _frame(points: NDArray[np.float64]) -> Frame:
    """Frame points with some land around, in a shape that fits a page."""
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    middle = np.clip((south + north) / 2, -70, 70)
    flat = float(np.cos(np.radians(middle)))
    wide = max(east - west, LEAST_DEGREES / flat) * (1 + 2 * AROUND)
    high = max(north - south, LEAST_DEGREES) * (1 + 2 * AROUND)
    ratio = high / (wide * flat)
    if ratio > TALLEST:
        wide = high / (TALLEST * flat)
    elif ratio < FLATTEST:
        high = FLATTEST * wide * flat
    left, top = (west + east - wide) / 2, min((south + north + high) / 2, POLES + 5)
    scale_x = WIDTH / wide
    scale_y = scale_x / flat
    return Frame(left, top, scale_x, scale_y, round(high * scale_y, 1))


def _drawn(boundaries: Boundaries, frame: Frame) -> dict[str, str]:
    """Give paths of the area that the boundaries know, of the land in it and of its borders."""
    east, south = frame.west + WIDTH / frame.scale_x, frame.north - frame.height / frame.scale_y
    land = boundaries.land("50m")
    seen = frame.west, south, east, frame.north
    borders: Any = shapely.multilinestrings(
        shapely.get_parts(boundaries.shared_borders("50m").geometry.to_numpy())
    )
    return {
        "borders": _path(shapely.clip_by_rect(borders, *seen), frame),
        "known": _path(shapely.clip_by_rect(shapely.box(*land.bounds), *seen), frame),
        "land": _path(
            shapely.clip_by_rect(shapely.simplify(land, 0.5 / frame.scale_x), *seen), frame
        ),
    }


def _path(area: shapely.Geometry, frame: Frame) -> str:
    """Give an area, or lines, as the path of an SVG, in tenths of pixels."""
    parts = shapely.get_parts(shapely.transform(area, frame.pixels))
    is_line = shapely.get_dimensions(parts) == 1
    rings = [*shapely.get_rings(parts[~is_line]), *parts[is_line]]
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in shapely.get_coordinates(ring)) for ring in rings
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("routes.importing", "."), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template("report.html")
