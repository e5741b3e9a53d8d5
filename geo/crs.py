"""Coordinate reference systems: by their URI, in the order of axes that their authority gives.

OGC API - Features - Part 2 (OGC 18-058r1). Inside, everything is EPSG:4326 as lon, lat (CRS84).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"

_AUTHORITY = re.compile(r"(?:http://www\.opengis\.net/def/crs/EPSG/[^/]+/|\[EPSG:)(\d{4,6})\]?")
_CRS84 = (CRS84_URI, "[OGC:CRS84]")
# Edges of a box bend when it is projected: in so many parts they keep true to about a pixel.
PARTS_OF_AN_EDGE = 20
# No system has coordinates farther from its origin than once round the earth, in feet.
FARTHEST = 2e8
# A centimetre, in degrees and in metres or feet: finer than anything that an atlas knows.
DECIMALS = {"degree": 7}
DECIMALS_ELSE = 2


class UnknownCrsError(ValueError):
    """A text that names no coordinate reference system that pyproj knows."""


class Area(NamedTuple):
    """A box of some CRS in EPSG:4326: its shape there, and one box round it, or two at 180 E."""

    shape: BaseGeometry
    boxes: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Crs:
    """A coordinate reference system that answers can be in."""

    uri: str
    code: str
    flipped: bool
    decimals: int

    @classmethod
    def parse(cls, text: str) -> Crs:
        """Read a URI or a safe CURIE (OGC 18-058r1, 6.2): `[EPSG:3035]`. Raises UnknownCrsError."""
        if text in _CRS84:
            return cls.of("OGC:CRS84")
        found = _AUTHORITY.fullmatch(text)
        if not found:
            raise UnknownCrsError(text)
        return cls.of(f"EPSG:{found[1]}")

    @classmethod
    def of(cls, code: str) -> Crs:
        """Give the system of a code as pyproj has it: `EPSG:3035`. Raises UnknownCrsError."""
        return _crs(code)

    def project(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Take geometries from EPSG:4326 (lon, lat) to this system, axes as its authority has them.

        Missing ones stay missing. Raises ValueError where one lies beyond the system's reach.
        """
        if self.uri == CRS84_URI:
            return geometry
        forward = _transformer(self.code)

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            x, y = forward.transform(xy[:, 0], xy[:, 1])
            pair = (y, x) if self.flipped else (x, y)
            return np.round(np.column_stack(pair), self.decimals)

        moved: NDArray[np.object_] = shapely.transform(geometry, move)
        if not np.isfinite(shapely.get_coordinates(moved)).all():
            raise ValueError(f"a feature lies beyond what {self.uri} can show")
        return moved

    def unproject(self, geometry: BaseGeometry) -> BaseGeometry:
        """Take one geometry of this system, axes as its authority has them, to EPSG:4326.

        Corners are moved, edges are not bent. Raises ValueError where one lies nowhere on the
        earth.
        """
        if self.uri == CRS84_URI:
            return geometry
        back = _transformer(self.code)

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            x, y = (xy[:, 1], xy[:, 0]) if self.flipped else (xy[:, 0], xy[:, 1])
            return np.column_stack(back.transform(x, y, direction="INVERSE"))

        moved: BaseGeometry = shapely.transform(geometry, move)
        if not np.isfinite(shapely.get_coordinates(moved)).all():
            raise ValueError("a position lies nowhere on the earth")
        return moved

    def area(self, west: float, south: float, east: float, north: float) -> Area:
        """Take a box of this system, x before y, to EPSG:4326.

        A point or a line is widened by what coordinates are rounded to, so that it meets what lies
        on it. Raises ValueError where no part of the box lies on the earth.
        """
        if max(map(abs, (west, south, east, north))) > FARTHEST:
            raise ValueError("the box reaches beyond the earth")
        width = 10.0**-self.decimals
        if west == east:
            west, east = west - width, east + width
        if south == north:
            south, north = south - width, north + width
        rim = _rim(west, south, east, north)
        lon, lat = _transformer(self.code).transform(rim[:, 0], rim[:, 1], direction="INVERSE")
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise ValueError("the box reaches beyond the earth")
        jumps = np.abs(np.diff(lon)) > 180
        if jumps.any():
            lon = np.where(lon < 0, lon + 360, lon)
        shape = shapely.make_valid(shapely.Polygon(np.column_stack((lon, lat))))
        return _wrapped(shape)


@lru_cache(maxsize=64)
def _crs(code: str) -> Crs:
    try:
        crs = pyproj.CRS.from_user_input(code)
    except pyproj.exceptions.CRSError:
        raise UnknownCrsError(code) from None
    first = crs.axis_info[0]
    uri = CRS84_URI if code == "OGC:CRS84" else f"{EPSG_URI}{code.partition(':')[2]}"
    decimals = DECIMALS.get(first.unit_name, DECIMALS_ELSE)
    # Whether northings come first is told by the axes' directions: their names differ.
    return Crs(uri, code, first.direction == "north", decimals)


@lru_cache(maxsize=64)
def _transformer(code: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)


def _rim(west: float, south: float, east: float, north: float) -> NDArray[np.float64]:
    """Give the edge of a box as a ring with points between its corners; shape (n, 2)."""
    longest = max(east - west, north - south) / PARTS_OF_AN_EDGE
    return shapely.get_coordinates(
        shapely.segmentize(shapely.box(west, south, east, north), longest)
    )


def _wrapped(shape: BaseGeometry) -> Area:
    """Cut a shape that reaches over 180 E in two."""
    if shape.bounds[2] <= 180:
        return Area(shape, (shape.bounds,))
    west = shapely.intersection(shape, shapely.box(-180, -90, 180, 90))
    beyond = shapely.intersection(shape, shapely.box(180, -90, 540, 90))
    east: Any = shapely.transform(beyond, lambda xy: xy - np.array([360.0, 0.0]))
    return Area(shapely.union(west, east), (west.bounds, east.bounds))
