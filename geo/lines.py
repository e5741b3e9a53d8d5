"""Lines on the ellipsoid, whole columns at a time, and areas made from coastlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Geometries = NDArray[np.object_]
Shapes = Sequence[BaseGeometry | None] | Geometries
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

WGS84 = pyproj.Geod(ellps="WGS84")
METRIC_CRS = "EPSG:3035"
"""ETRS89 / LAEA Europe: metres, made for Europe as a whole; lengths err by under 1 % around the
Balkans, up to 3 % at the edges of the area that our boundaries cover."""

_TO_METRIC = pyproj.Transformer.from_crs("EPSG:4326", METRIC_CRS, always_xy=True)
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)


def length_m(lines: Shapes) -> Floats:
    """Give the length of each line along geodesics of WGS 84, metres; float64 of shape (n,).

    `lines`: array-like of (Multi)LineStrings in EPSG:4326, shape (n,). An empty or missing line
    has length 0.
    """
    lines = np.asarray(lines, dtype=object)
    parts, owner = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    begin, end, segment_part = _segments(points, part)
    _, _, distance = WGS84.inv(*begin.T, *end.T)
    sums = np.bincount(owner[segment_part], weights=distance, minlength=len(lines))
    return sums.astype(np.float64)


def densify(lines: Shapes, max_segment_m: float) -> Geometries:
    """Put points on the geodesic between the points of lines, no two further apart than a maximum.

    `lines`: array-like of (Multi)LineStrings in EPSG:4326, shape (n,); the same shape comes back,
    each of its own kind, and every point that was there is still there. `max_segment_m`: metres,
    more than 0. A line across the antimeridian comes back with a jump there:
    `split_at_antimeridian` cuts it.
    """
    if not max_segment_m > 0:
        raise ValueError(f"max_segment_m must be more than 0 metres, not {max_segment_m}")
    lines = np.asarray(lines, dtype=object)
    parts, owner = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    begin, end, segment_part = _segments(points, part)
    azimuth, _, distance = WGS84.inv(*begin.T, *end.T)
    pieces = np.maximum(np.ceil(distance / max_segment_m), 1).astype(np.int64)

    segment, step = _repeated(pieces)
    along = distance[segment] * step / pieces[segment]
    from_lon, from_lat = begin[segment].T
    lon, lat, _ = WGS84.fwd(from_lon, from_lat, azimuth[segment], along)
    dense = np.column_stack([lon, lat])
    dense[step == 0] = begin  # exactly as given, not as computed at distance 0

    ends = np.r_[part[1:] != part[:-1], True] if len(part) else np.zeros(0, bool)
    dense = np.vstack([dense, points[ends]])
    dense_part = np.r_[segment_part[segment], part[ends]]
    order = np.argsort(dense_part, kind="stable")
    return _like(lines, dense[order], dense_part[order], owner)


def split_at_antimeridian(lines: Shapes) -> Geometries:
    """Cut lines where they cross longitude 180, as RFC 7946 section 3.1.9 asks for.

    `lines`: array-like of (Multi)LineStrings in EPSG:4326, shape (n,). A step of more than 180
    degrees of longitude is read as a crossing. The cut lies where a straight line on the map
    crosses: on short segments (`densify` first) that is the geodesic. A line that is cut comes
    back as a MultiLineString, any other unchanged.
    """
    lines = np.array(lines, dtype=object)
    parts, owner = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    jump = (part[1:] == part[:-1]) & (np.abs(np.diff(points[:, 0])) > 180)
    crossed = np.unique(owner[part[:-1][jump]])
    for row in crossed:  # few: only lines that do cross
        pieces = [_cut(shapely.get_coordinates(line)) for line in parts[owner == row]]
        lines[row] = shapely.MultiLineString([piece for line in pieces for piece in line])
    return lines


def coastline(land: BaseGeometry, country: BaseGeometry) -> BaseGeometry:
    """Give the part of a country's boundary that it shares with no other land; EPSG:4326.

    `land` is the union of all polygons, `country` one of them or a union of some, on the same
    points (`Boundaries.land`). Where the polygons are cut off at the edge of the area covered,
    that edge counts as coast.
    """
    near = shapely.clip_by_rect(land.boundary, *shapely.box(*country.bounds).buffer(0.1).bounds)
    return shapely.line_merge(only_lines(country.boundary.intersection(near)))


def coast_area(
    land: BaseGeometry, country: BaseGeometry, width_m: float, inland_m: float = 0.0
) -> BaseGeometry:
    """Give the strip along a country's coast: `width_m` out to sea and `inland_m` into the land.

    A valid (Multi)Polygon in EPSG:4326, from a buffer in EPSG:3035 with flat ends, so that it
    stops about where the country's coast does; other countries' land is left out. `land` and
    `country` as for `coastline`. Raises ValueError if the country has no coast.
    """
    coast = coastline(land, country)
    if coast.is_empty:
        raise ValueError("the country has no coast")
    margin = 2 * (width_m + inland_m) / 50_000  # degrees; 50 km is less than one at 60 N
    near = shapely.box(*coast.bounds).buffer(margin)
    coast_3035, country_3035, land_3035 = to_metric([coast, country & near, land & near])
    sea = shapely.difference(_strip(coast_3035, width_m), land_3035)
    strip = shapely.union(sea, shapely.intersection(_strip(coast_3035, inland_m), country_3035))
    return only_polygons(shapely.transform(strip, _to_degrees))


def to_metric(geometries: Shapes) -> Geometries:
    """Give geometries of EPSG:4326 in EPSG:3035, metres; object array of the same shape."""
    geometries = np.asarray(geometries, dtype=object)
    return shapely.transform(geometries, _to_metres)


def only_lines(geometry: BaseGeometry) -> BaseGeometry:
    """Keep the lines of a geometry that may hold points as well: a MultiLineString."""
    parts = _simple_parts(geometry)
    lines = np.isin(shapely.get_type_id(parts), _LINES) & ~shapely.is_empty(parts)
    return shapely.MultiLineString(list(parts[lines]))


def only_polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Keep the areas of a geometry that may hold lines as well: a valid (Multi)Polygon."""
    parts = _simple_parts(shapely.make_valid(geometry))
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _simple_parts(geometry: BaseGeometry) -> Geometries:
    parts: Geometries = shapely.get_parts(shapely.get_parts(geometry))  # a multi in a collection
    return parts


def _strip(line: BaseGeometry, width_m: float) -> BaseGeometry:
    return shapely.buffer(line, width_m, cap_style="flat", quad_segs=4)


def _to_metres(points: Floats) -> Floats:
    lon, lat = points.T
    return np.column_stack(_TO_METRIC.transform(lon, lat))


def _to_degrees(points: Floats) -> Floats:
    x, y = points.T
    return np.column_stack(_TO_METRIC.transform(x, y, direction="INVERSE"))


def _segments(points: Floats, part: Rows) -> tuple[Floats, Floats, Rows]:
    """Give begin and end of each segment, shape (m, 2), and the part that it belongs to."""
    within = part[1:] == part[:-1]
    return points[:-1][within], points[1:][within], part[:-1][within]


def _repeated(counts: Rows) -> tuple[Rows, Rows]:
    """Give [0, 0, 1, 2, 2, 2] and [0, 1, 0, 0, 1, 2] for the counts [2, 1, 3]."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def _like(lines: Geometries, points: Floats, part: Rows, owner: Rows) -> Geometries:
    """Build lines anew from points: a line from its one part, a multi-line from its parts."""
    result = lines.copy()
    built = cast("Geometries", shapely.linestrings(points, indices=part))
    filled = np.unique(part)  # a part without points is not built
    multi = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    result[owner[filled]] = built
    many = multi[owner[filled]]
    if many.any():
        shapely.multilinestrings(built[many], indices=owner[filled][many], out=result)
    return result


def _cut(points: Floats) -> list[shapely.LineString]:
    """Cut one line, shape (n, 2), at each crossing of longitude 180."""
    steps = np.diff(points[:, 0])
    pieces, begin = [], 0
    entry: list[Floats] = []
    for at in np.flatnonzero(np.abs(steps) > 180).tolist():
        west, east = points[at], points[at + 1]
        edge = 180.0 if west[0] > 0 else -180.0
        share = (edge - west[0]) / (steps[at] + 2 * edge)
        lat = west[1] + share * (east[1] - west[1])
        pieces.append(np.vstack([*entry, points[begin : at + 1], [edge, lat]]))
        entry, begin = [np.array([-edge, lat])], at + 1
    pieces.append(np.vstack([*entry, points[begin:]]))
    return [shapely.LineString(piece) for piece in pieces if len(piece) > 1]
