"""Geometry as the page carries it: clipped to the map's region, rounded, each shape once."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
Coordinates = list[Any]

DECIMALS = 3
"""About 100 m: finer than a pixel at every zoom that the map allows."""


def region(view: Box, margin: float = 0.9) -> Box:
    """Give the box that the page needs: the view with `margin` of its size on each side."""
    west, south, east, north = view
    dx, dy = (east - west) * margin, (north - south) * margin
    return west - dx, max(south - dy, -80.0), east + dx, min(north + dy, 80.0)


class Shapes:
    """A list of shapes in which equal ones share a place, so that each travels once."""

    def __init__(self, box: Box) -> None:
        self.coordinates: list[Coordinates] = []
        self._box = shapely.box(*box)
        self._places: dict[bytes, int] = {}

    def add(self, geometry: BaseGeometry) -> int | None:
        """Give the place of a polygon's shape in `coordinates`; None outside the region."""
        clipped = shapely.intersection(geometry, self._box)
        flat = [part for part in shapely.get_parts(clipped) if part.geom_type == "Polygon"]
        if not flat:
            return None
        # Not snapped to a valid grid but point by point, so that neighbours still meet.
        rounded = shapely.set_precision(
            shapely.normalize(shapely.multipolygons(flat)), 10**-DECIMALS, mode="pointwise"
        )
        key = shapely.to_wkb(rounded)
        if key not in self._places:
            self._places[key] = len(self.coordinates)
            self.coordinates.append([_polygon(part) for part in shapely.get_parts(rounded)])
        return self._places[key]


def lines(geometry: BaseGeometry, box: Box | None = None, decimals: int = 4) -> Coordinates:
    """Give the parts of a (multi)line as lists of [lon, lat], clipped to the box if there is one.

    Four decimals, about 10 m: a short river crossing has to keep its form.
    """
    if box is not None:
        geometry = shapely.intersection(geometry, shapely.box(*box))
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]
    return [_path(shapely.get_coordinates(part), decimals) for part in parts]


def near(geometry: NDArray[np.object_], middle: float) -> NDArray[np.object_]:
    """Turn what lies beyond the antimeridian so that it stands beside the longitude `middle`.

    Each part of a geometry is moved by whole turns; a line that is cut at 180 E joins again.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    west, _, east, _ = shapely.bounds(parts).T
    turns = np.nan_to_num(np.round((middle - (west + east) / 2) / 360) * 360)
    turned = geometry.copy()
    for row in np.unique(owner[turns != 0]):
        own = owner == row
        points, part = shapely.get_coordinates(parts[own], return_index=True)
        points[:, 0] += turns[own][part]
        moved = shapely.set_coordinates(parts[own].copy(), points)
        # Not a union, which may turn a line round.
        turned[row] = type(geometry[row])(list(moved)) if len(moved) > 1 else moved[0]
    return turned


def point(geometry: BaseGeometry) -> list[float]:
    """Give a point as [lon, lat], four decimals."""
    return [round(float(value), 4) for value in shapely.get_coordinates(geometry)[0]]


def is_missing(geometry: object) -> bool:
    """Tell whether a row has no geometry (None, NaN or empty)."""
    return not isinstance(geometry, BaseGeometry) or geometry.is_empty


def _polygon(part: BaseGeometry) -> Coordinates:
    return [_path(shapely.get_coordinates(ring), DECIMALS) for ring in shapely.get_rings(part)]


def _path(coordinates: NDArray[np.float64], decimals: int) -> Coordinates:
    """Round a path, leaving out points that fall on the one before."""
    path: Coordinates = []
    for pair in coordinates.round(decimals).tolist():
        if not path or pair != path[-1]:
            path.append(pair)
    return path
