"""Tile matrix sets: which ones are offered, and where each of their tiles lies.

OGC 17-083r4 (Two Dimensional Tile Matrix Set); the definitions come from `morecantile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import morecantile
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

WEB_MERCATOR = "WebMercatorQuad"
OFFERED = (WEB_MERCATOR, "EuropeanETRS89_LAEAQuad")
# A step of the grid in a tile of matrix 14 is about half a metre: finer than anything that an
# atlas knows. Map programs enlarge the last tiles beyond it.
MAX_ZOOM = 14

# Mercator ends at 85.0511 degrees and at the antimeridian. A little beyond keeps the cut out of
# sight, and what lies on the edge of the cut: that would be cut off.
MERCATOR_REACH = (-181.0, -85.06, 181.0, 85.06)
# How far beyond the outermost tiles geometries are followed before they are cut, in degrees.
BEYOND_DEG = 10.0
# Where a straight line in degrees is bent, it gets a point at least every so many degrees ...
STEP_DEG = 0.25
# ... which keeps it, and the edge of a tile, within this of its true course.
SLACK_DEG = 0.01
PARTS_OF_AN_EDGE = 64

Box = tuple[float, float, float, float]


class UnknownTiling(LookupError):
    """A name of no tile matrix set that is offered."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no tile matrix set {name!r} here; the known ones are {', '.join(OFFERED)}"
        )


class OutsideTiling(LookupError):
    """A tile that a tile matrix set does not have."""


class Limits(NamedTuple):
    """The rows and columns of one tile matrix, both ends included."""

    zoom: int
    min_row: int
    max_row: int
    min_column: int
    max_column: int


@dataclass(frozen=True)
class Tiling:
    """A tile matrix set; made by `Tiling.of`."""

    name: str

    @classmethod
    def of(cls, name: str) -> Tiling:
        """Give the tile matrix set called `name`. Raises UnknownTiling."""
        if name not in OFFERED:
            raise UnknownTiling(name)
        return _tiling(name)

    @cached_property
    def matrices(self) -> morecantile.TileMatrixSet:
        """The definition as the library has it."""
        return morecantile.tms.get(self.name)

    @property
    def title(self) -> str:
        """The name for people."""
        return str(self.matrices.title)

    @property
    def uri(self) -> str:
        """The address under which OGC has registered it."""
        return str(self.matrices.uri)

    @property
    def crs_uri(self) -> str:
        """The URI of its coordinate reference system."""
        return str(self.matrices.crs.root)

    @property
    def zooms(self) -> range:
        """The numbers of the tile matrices that have tiles here."""
        return range(min(MAX_ZOOM, self.matrices.maxzoom) + 1)

    @property
    def bends(self) -> bool:
        """Whether lines that are straight in degrees are drawn bent.

        In Mercator only their points are moved, as map programs do with GeoJSON.
        """
        return self.name != WEB_MERCATOR

    @cached_property
    def reach(self) -> Box:
        """The box in EPSG:4326 (lon, lat) outside which nothing is drawn."""
        if not self.bends:
            return MERCATOR_REACH
        west, south, east, north = self.matrices.bbox
        return west - BEYOND_DEG, south - BEYOND_DEG, east + BEYOND_DEG, north + BEYOND_DEG

    def definition(self) -> dict[str, Any]:
        """Give the definition as JSON values (OGC 17-083r4, /req/json-tilematrixset)."""
        return self.matrices.model_dump(mode="json", exclude_none=True, by_alias=True)

    def limits(self) -> list[Limits]:
        """Give what each tile matrix has, all of it: where no data lies, tiles are empty."""
        return [self._limits(zoom) for zoom in self.zooms]

    def tile(self, zoom: str, row: str, column: str) -> Tile:
        """Give a tile by the texts of an address. Raises OutsideTiling, naming the limits."""
        if (number := _whole(zoom)) not in self.zooms:
            raise OutsideTiling(
                f"{self.name} has no tile matrix {zoom!r} here; there are 0 to {self.zooms[-1]}"
            )
        limits = self._limits(number)
        down, across = _whole(row), _whole(column)
        if not (0 <= down <= limits.max_row and 0 <= across <= limits.max_column):
            raise OutsideTiling(
                f"tile matrix {zoom} of {self.name} has no tile in row {row!r}, column {column!r}; "
                f"its rows are 0 to {limits.max_row}, its columns 0 to {limits.max_column}"
            )
        return Tile(self, number, down, across)

    def project(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take points from EPSG:4326 (lon, lat) to the system of the tiles, x before y; (n, 2)."""
        return np.column_stack(self._transformer.transform(lonlat[:, 0], lonlat[:, 1]))

    def unproject(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take points from the system of the tiles, x before y, to EPSG:4326; (n, 2)."""
        back = self._transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
        return np.column_stack(back)

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        code = f"EPSG:{self.crs_uri.rpartition('/')[2]}"
        return pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)

    def _limits(self, zoom: int) -> Limits:
        matrix = self.matrices.matrix(zoom)
        return Limits(zoom, 0, matrix.matrixHeight - 1, 0, matrix.matrixWidth - 1)


@dataclass(frozen=True)
class Tile:
    """A tile of a tile matrix set, by its matrix, row and column."""

    tiling: Tiling
    zoom: int
    row: int
    column: int

    @cached_property
    def bounds(self) -> Box:
        """Its box in the system of the tiles: west, south, east, north, x before y."""
        at = morecantile.Tile(self.column, self.row, self.zoom)
        west, south, east, north = self.tiling.matrices.xy_bounds(at)
        return float(west), float(south), float(east), float(north)

    def around(self, buffer: float) -> Box:
        """Give a box in EPSG:4326 round the tile and a margin, that being a part of its width.

        Nothing that meets the tile lies outside; some that lies inside may not meet the tile.
        """
        west, south, east, north = self.bounds
        margin = buffer * (east - west)
        least, lowest, most, highest = self.tiling.matrices.xy_bbox
        box = shapely.box(
            max(west - margin, least),
            max(south - margin, lowest),
            min(east + margin, most),
            min(north + margin, highest),
        )
        rim = shapely.segmentize(box, (east - west) / PARTS_OF_AN_EDGE)
        lonlat = self.tiling.unproject(shapely.get_coordinates(rim))
        slack = SLACK_DEG if self.tiling.bends else 1e-9
        west, south = (lonlat.min(axis=0) - slack).tolist()
        east, north = (lonlat.max(axis=0) + slack).tolist()
        return west, south, east, north


@cache
def _tiling(name: str) -> Tiling:
    return Tiling(name)


def _whole(text: str) -> int:
    """Read a whole number of an address; -1 for any other text, and for a hopelessly large one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
