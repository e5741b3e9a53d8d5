"""Geometries as files have them -> two-dimensional ones in EPSG:4326, cut at the antimeridian."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import antimeridian
import numpy as np
import pandas as pd
import pyproj
import pyproj.exceptions
import shapely
from numpy.typing import NDArray

from geo.crs import DECIMALS
from geo.lines import only_polygons, split_at_antimeridian
from routes.fitting import Unfit
from routes.importing.mapping import BadOption, Mapping
from routes.importing.values import Wrong
from routes.reading import shown

Geometries = NDArray[np.object_]
Mask = NDArray[np.bool_]

INSIDE = "EPSG:4326"
# What a CRS is made for is told in whole degrees at best.
MARGIN_DEGREES = 1.0
# Files write 180.00000000000006 for the antimeridian.
NEARLY = 1e-9
_CUTS: dict[int, Callable[..., Any]] = {
    3: antimeridian.fix_polygon, 6: antimeridian.fix_multi_polygon,
}  # fmt: skip
_SRID = re.compile(r"^\s*SRID=\d+;", re.IGNORECASE)
_MAKERS: dict[int, Callable[..., Any]] = {
    0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons,
}  # fmt: skip


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


def decode(
    wkb: Geometries | None, values: pd.DataFrame, mapping: Mapping
) -> tuple[Geometries, Wrong]:
    """Give the geometries of a batch in the file's CRS, shape (n,), from WKB, WKT or columns.

    None where there is none; what cannot be read is told as wrong.
    """
    if "wkt" in mapping.columns:
        name = mapping.columns["wkt"][0]
        texts = values[name].map(lambda text: _SRID.sub("", str(text)), na_action="ignore")
        shapes = shapely.from_wkt(texts.to_numpy(dtype=object), on_invalid="ignore")
        unread = shapely.is_missing(shapes) & texts.notna().to_numpy()
        unfit = Unfit(f"is not WKT in column {name!r}",
                      "Write it like LINESTRING (19.4 40.5, 18.5 40.1)")  # fmt: skip
        return flat(shapes), _wrong(unread, values[name], unfit)
    if {"lon", "lat"} <= mapping.columns.keys():
        return _points(values, mapping.columns["lon"][0], mapping.columns["lat"][0])
    if wkb is None:
        return np.full(len(values), None, dtype=object), {}
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    unread = shapely.is_missing(shapes) & np.array([one is not None for one in wkb], dtype=bool)
    unfit = Unfit("is not a geometry", "Draw it anew")
    return flat(shapes), _wrong(unread, pd.Series([""] * len(wkb)), unfit)


def _wrong(unread: Mask, values: pd.Series, unfit: Unfit) -> Wrong:
    return {(int(row), "geometry"): (shown(values.iloc[row]), unfit)
            for row in np.flatnonzero(unread)}  # fmt: skip


def flat(shapes: Geometries) -> Geometries:
    """Take heights away, and make collections of one kind what they are: several of it."""
    made: Geometries = shapely.force_2d(shapes)
    for row in np.flatnonzero(shapely.get_type_id(made) == 7).tolist():  # few files have them
        parts = shapely.get_parts(shapely.get_parts(made[row]))
        kinds = set(shapely.get_type_id(parts).tolist())
        if len(kinds) == 1 and kinds <= _MAKERS.keys():
            made[row] = parts[0] if len(parts) == 1 else _MAKERS[kinds.pop()](parts)
    return made


def looks_like_degrees(shapes: Geometries) -> bool:
    """Tell whether coordinates of no known CRS can be lon, lat."""
    west, south, east, north = shapely.total_bounds(shapes)
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)


def wrapped(shapes: Geometries) -> Geometries:
    """Bring longitudes to -180 to 180, and cut what crosses the antimeridian (RFC 7946, 3.1.9)."""
    shapes = shapes.copy()
    # What lies beyond the earth altogether is told as a fault, not brought back to it.
    beyond = np.abs(shapely.bounds(shapes)[:, ::2]).max(axis=1)
    far = np.flatnonzero((beyond > 180) & (beyond <= 360))
    shapes[far] = [shapely.transform(shape, _around) for shape in shapes[far]]
    kinds = shapely.get_type_id(shapes)
    lines = np.flatnonzero(np.isin(kinds, (1, 5)))
    lines = lines[_jumps(shapes[lines])]
    shapes[lines] = split_at_antimeridian(shapes[lines])
    areas = np.flatnonzero(np.isin(kinds, (3, 6)))
    with warnings.catch_warnings():
        # Files differ in which way rings run; after the cut they run one way.
        warnings.simplefilter("ignore", antimeridian.FixWindingWarning)
        for area in areas[_jumps(shapes[areas])].tolist():  # few: only those that do cross
            shapes[area] = _CUTS[int(kinds[area])](shapes[area], great_circle=False)
    return shapes


def mended(shapes: Geometries) -> Geometries:
    """Give areas that cross themselves as valid ones of the same outline (GEOS, make_valid)."""
    shapes = shapes.copy()
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    for row in np.flatnonzero(areas & ~shapely.is_valid(shapes)).tolist():  # few
        shapes[row] = only_polygons(shapes[row])
    return shapes


def _points(values: pd.DataFrame, lon: str, lat: str) -> tuple[Geometries, Wrong]:
    x, y = (numbers(values[name]) for name in (lon, lat))
    wrong: Wrong = {}
    for name, found in ((lon, x), (lat, y)):
        unread = np.isnan(found) & values[name].notna().to_numpy()
        remedy = "Write it with decimals, like 19.4567 or 19,4567"
        wrong |= _wrong(unread, values[name], Unfit(f"is not a number in column {name!r}", remedy))
    made = np.full(len(values), None, dtype=object)
    known = np.isfinite(x) & np.isfinite(y)
    made[known] = shapely.points(x[known], y[known])
    return made, wrong


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Read numbers with decimal points or decimal commas; float64, NaN for what is none."""
    texts = column.astype("str").str.strip()
    # Of two marks the last one is the decimal mark, and the other cuts thousands.
    comma = texts.str.rfind(",") > texts.str.rfind(".")
    with_comma = texts.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    read = pd.to_numeric(with_comma.where(comma, texts.str.replace(",", "")), errors="coerce")
    return read.to_numpy(dtype=np.float64, na_value=np.nan)


def _around(points: NDArray[np.float64]) -> NDArray[np.float64]:
    lon = points[:, 0]
    lon = np.where(np.abs(np.abs(lon) - 180) < NEARLY, np.copysign(180.0, lon), lon)
    if lon.min() >= 180:
        lon = lon - 360
    elif lon.max() <= -180:
        lon = lon + 360
    lon = np.where(lon > 180, lon - 360, np.where(lon < -180, lon + 360, lon))
    return np.column_stack([lon, points[:, 1]])


def _jumps(shapes: Geometries) -> Mask:
    """Tell which lines or areas have a step of more than 180 degrees; not along the edge itself."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    if len(parts) and shapely.get_type_id(parts[0]) == shapely.GeometryType.POLYGON:
        parts, of_part = shapely.get_rings(parts, return_index=True)
        owner = owner[of_part]
    points, part = shapely.get_coordinates(parts, return_index=True)
    step = np.abs(np.diff(points[:, 0]))
    edge = np.abs(points[:, 0]) == 180
    jump = (part[1:] == part[:-1]) & (step > 180) & (step <= 360) & ~(edge[1:] & edge[:-1])
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[part[:-1][jump]]] = True
    return found
