"""Geometries as files have them -> two-dimensional ones in EPSG:4326, cut at the antimeridian."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import antimeridian
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.lines import only_polygons, split_at_antimeridian
from routes.fitting import Unfit
from routes.importing.mapping import Mapping
from routes.importing.values import Wrong
from routes.reading import shown

Geometries = NDArray[np.object_]
Mask = NDArray[np.bool_]

# Files write 180.00000000000006 for the antimeridian.
NEARLY = 1e-9
_CUTS: dict[int, Callable[..., Any]] = {
    3: antimeridian.fix_polygon, 6: antimeridian.fix_multi_polygon,
}  # fmt: skip
_SRID = re.compile(r"^\s*SRID=\d+;", re.IGNORECASE)
_MAKERS: dict[int, Callable[..., Any]] = {
    0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons,
}  # fmt: skip


def decode(
    wkb: Geometries | None, values: pd.DataFrame, mapping: Mapping
) -> tuple[Geometries, Wrong]:
    """Give the geometries of a batch in the file's CRS, shape (n,), from WKB, WKT or columns.

    None where there is none; what cannot be read is told as wrong.
    """
    if "wkt" in mapping.columns:
        name = mapping.columns["wkt"][0]
        there = values[name].notna().to_numpy()
        texts = np.full(len(values), None, dtype=object)
        texts[there] = [_SRID.sub("", str(text)) for text in values[name][there]]
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        unread = shapely.is_missing(shapes) & there
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
    """Take heights away, and make collections of one kind what they are: several of it.

    Collections are replaced where they stand.
    """
    made = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes
    for row in np.flatnonzero(shapely.get_type_id(made) == 7).tolist():  # few files have them
        parts = shapely.get_parts(shapely.get_parts(made[row]))
        kinds = set(shapely.get_type_id(parts).tolist())
        if len(kinds) == 1 and kinds <= _MAKERS.keys():
            made[row] = parts[0] if len(parts) == 1 else _MAKERS[kinds.pop()](parts)
    return made


def wrapped(shapes: Geometries) -> Geometries:
    """Bring longitudes to -180 to 180, and cut what crosses the antimeridian (RFC 7946, 3.1.9)."""
    west, _, east, _ = shapely.bounds(shapes).T
    # What lies beyond the earth altogether is told as a fault, not brought back to it.
    beyond = np.maximum(np.abs(west), np.abs(east))
    is_far = (beyond > 180) & (beyond <= 360)
    concerned = is_far | (east - west > 180)
    if not concerned.any():
        return shapes
    shapes = shapes.copy()
    far = np.flatnonzero(is_far)
    shapes[far] = [shapely.transform(shape, _around) for shape in shapes[far]]
    kinds = np.where(concerned, shapely.get_type_id(shapes), -1)
    lines = np.flatnonzero(np.isin(kinds, (1, 5)))
    lines = lines[_jumps(shapes[lines])]
    shapes[lines] = split_at_antimeridian(shapes[lines])
    areas = np.flatnonzero(np.isin(kinds, (3, 6)))
    with warnings.catch_warnings():
        # Files differ in which way rings run; after the cut they run one way.
        warnings.simplefilter("ignore", antimeridian.FixWindingWarning)
        for area in areas[_jumps(shapes[areas])].tolist():  # few: only those that do cross
            # One that is not valid cannot be cut, and is told as such.
            with suppress(ValueError):
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
