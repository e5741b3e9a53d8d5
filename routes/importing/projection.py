"""The CRS of a file: how its coordinates become lon and lat, and the area it is made for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray

from geo.crs import DECIMALS
from routes.fitting import Unfit
from routes.importing.mapping import BadOption
from routes.importing.reading import refused
from routes.importing.shapes import Geometries, Mask
from routes.importing.values import Wrong
from routes.reading import shown

INSIDE = "EPSG:4326"
# What a CRS is made for is told in whole degrees at best.
MARGIN_DEGREES = 1.0


@dataclass(frozen=True)
class Projection:
    """How the coordinates of a file become lon, lat: from `crs`, which is made for `area`."""

    crs: pyproj.CRS

    @classmethod
    def of(cls, text: Any) -> Projection:  # noqa: ANN401 (whatever pyproj reads)
        """Take a CRS as a file or a person names it. Raises BadOption."""
        try:
            return cls(pyproj.CRS.from_user_input(text))
        except pyproj.exceptions.CRSError:
            raise BadOption(f"--crs {text!r} is no CRS; write it like EPSG:3035") from None

    @property
    def name(self) -> str:
        """The CRS for people: `EPSG:3035, ETRS89-extended / LAEA Europe`."""
        code = ":".join(self.crs.to_authority() or ())
        return ", ".join(part for part in (code, str(self.crs.name)) if part)

    @property
    def is_inside(self) -> bool:
        """Whether coordinates are lon, lat already."""
        return bool(self.crs.equals(INSIDE, ignore_axis_order=True)) or (
            self.crs.to_authority() == ("OGC", "CRS84")
        )

    def to_degrees(self, shapes: Geometries) -> Geometries:
        """Give the geometries in EPSG:4326; coordinates that have none there are infinite."""
        if self.is_inside:
            return shapes
        move = pyproj.Transformer.from_crs(self.crs, INSIDE, always_xy=True)

        def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
            lon, lat = move.transform(points[:, 0], points[:, 1])
            return np.round(np.column_stack([lon, lat]), DECIMALS["degree"])

        made: Geometries = shapely.transform(shapes, moved)
        return made

    def outside(self, shapes: Geometries) -> Mask:
        """Tell which geometries, in EPSG:4326, lie outside the area that the CRS is made for."""
        area = self.crs.area_of_use
        if area is None or self.is_inside:
            return np.zeros(len(shapes), dtype=bool)
        west, south, east, north = shapely.bounds(shapes).T
        low, high = area.west - MARGIN_DEGREES, area.east + MARGIN_DEGREES
        # Some areas reach over the antimeridian; then what lies between is what is outside.
        beside = (west < low) | (east > high) if low < high else (west > high) & (east < low)
        above = (south < area.south - MARGIN_DEGREES) | (north > area.north + MARGIN_DEGREES)
        return np.asarray(beside | above)


def looks_like_degrees(shapes: Geometries) -> bool:
    """Tell whether coordinates of no known CRS can be lon, lat."""
    west, south, east, north = shapely.total_bounds(shapes)
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)


def guessed(path: Path, shapes: Geometries) -> Projection | None:
    """Take coordinates of no known CRS as degrees, if they can be; None where there are none."""
    if not len(shapes) or shapely.is_missing(shapes).all():
        return None
    if looks_like_degrees(shapes):
        return Projection.of("EPSG:4326")
    raise refused(path, "names no CRS, and its coordinates are no degrees",
                  "Give the CRS that they are in: --crs EPSG:3035")  # fmt: skip


def placed(projection: Projection, shapes: Geometries, wrong: Wrong) -> tuple[Geometries, Wrong]:
    """Bring geometries to EPSG:4326; what has no place there is wrong, and missing."""
    moved = projection.to_degrees(shapes)
    lost = ~np.isfinite(shapely.bounds(moved)).all(axis=1) & ~shapely.is_empty(moved)
    lost &= ~shapely.is_missing(shapes)
    outside = projection.outside(moved) | lost
    if not outside.any():
        return moved, wrong
    turned = shapely.transform(shapes, lambda points: points[:, ::-1])
    again = projection.to_degrees(turned)
    swapped = outside & ~projection.outside(again)
    swapped &= np.isfinite(shapely.bounds(again)).all(axis=1)
    wrong = wrong | {
        (row, "geometry"): (
            shown(shapely.to_wkt(shapes[row], 4)),
            Unfit("seems to have its axes swapped", "Write easting first, then northing")
            if swapped[row]
            else Unfit(f"lies outside the area of {projection.name}",
                       "Give the CRS that the coordinates are in: --crs EPSG:…"),
        )
        for row in np.flatnonzero(outside).tolist()
    }  # fmt: skip
    kept = moved.copy()
    kept[outside] = None
    return kept, wrong
