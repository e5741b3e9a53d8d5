"""The functions S_…: how geometries lie to one another, and geometry literals.

OGC 21-065r2, 7.5 to 7.7: the relations of Simple Features (OGC 06-103r4), in EPSG:4326.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import CRS84_URI, EPSG_URI, Crs
from routes.filters.errors import FilterError
from routes.filters.logic import Predicate, Rows, Truth
from routes.filters.operands import Operand, expect, known, literal
from routes.query import Certainty
from routes.tree import Box, meeting

_Test = Callable[[Any, Any], NDArray[np.bool_]]

EXAMPLE = "S_INTERSECTS(geometry, BBOX(18,39,21,43))"
POLYGON_EXAMPLE = "S_INTERSECTS(geometry, POLYGON((18 39, 21 39, 21 43, 18 43, 18 39)))"

RELATIONS: dict[str, _Test] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
_INVERSES = {"s_within": "s_contains", "s_contains": "s_within"}
_IN_DEGREES = (CRS84_URI, f"{EPSG_URI}4326")


def relate(relation: str, left: Operand, right: Operand) -> Predicate:
    """Compile `relation(left, right)`, as `s_within`; unknown without a geometry.

    Raises FilterError.
    """
    for one in (left, right):
        expect(one, "geometry", relation.upper(), EXAMPLE)
    if left.is_column and not right.is_column:
        # Only the first can be prepared, which makes up for the index that it then is.
        left, right, relation = right, left, _INVERSES.get(relation, relation)
    test = RELATIONS[relation]
    if right.is_column and not left.is_column:
        return _to_one(relation, left)

    def holds(rows: Rows, _: Certainty) -> Truth:
        return Truth.of(test(left.get(rows), right.get(rows)), known(rows, left, right), len(rows))

    return holds


def _to_one(relation: str, one: Operand) -> Predicate:
    """Relate one geometry to those of rows: GEOS is asked where boxes meet, or there is none."""
    test, shape = RELATIONS[relation], one.get(None)
    box = Box(*shape.bounds)

    def holds(rows: Rows, _: Certainty) -> Truth:
        sides = rows.boxes().T
        near = np.flatnonzero(meeting(sides, [box]) | np.isnan(sides[0]))
        shapes = rows.geometries(near)
        found = np.full(len(rows), relation == "s_disjoint")
        full = np.ones(len(rows), dtype=bool)
        found[near], full[near] = test(shape, shapes), ~shapely.is_missing(shapes)
        return Truth.of(found, full, len(rows))

    return holds


def geometry(written: dict[str, Any], crs: Crs) -> Operand:
    """Read a GeoJSON geometry whose positions are of `crs`. Raises FilterError."""
    kind = str(written.get("type"))[:30]
    try:
        shape = shapely.from_geojson(orjson.dumps(written))
    except (shapely.GEOSException, orjson.JSONEncodeError, TypeError, ValueError):
        shape = None
    if shape is None:
        fault = f"has a {kind} that is none: a ring, for one, ends where it began"
        raise FilterError(fault, POLYGON_EXAMPLE)
    return _literal(_located(shapely.force_2d(shape), crs, kind), kind)


def box(written: Any, crs: Crs) -> Operand:  # noqa: ANN401
    """Read a BBOX of four numbers, or of six with heights, in the order of axes of `crs`.

    In degrees one whose west is east of its east crosses the antimeridian. Raises FilterError.
    """
    sides = _sides(written)
    west, south, east, north = sides[[1, 0, 3, 2]] if crs.flipped else sides
    if south > north or (west > east and crs.uri not in _IN_DEGREES):
        raise FilterError(f"has a BBOX {sides.tolist()} whose corners are not in order", EXAMPLE)
    if crs.uri in _IN_DEGREES:
        return _literal(_in_degrees(west, south, east, north), "BBOX")
    try:
        return _literal(crs.area(west, south, east, north).shape, "BBOX")
    except (ValueError, shapely.GEOSException):
        raise FilterError(f"has a BBOX {sides.tolist()} that is none of {crs.uri}") from None


def _sides(written: Any) -> NDArray[np.float64]:  # noqa: ANN401
    numbers = written if isinstance(written, list) else []
    if len(numbers) not in (4, 6) or not all(_is_finite(one) for one in numbers):
        raise FilterError("has a BBOX that is not of 4 or 6 numbers", EXAMPLE)
    half = len(numbers) // 2
    return np.array([*numbers[:2], *numbers[half : half + 2]], dtype="float64")


def _is_finite(number: object) -> bool:
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return is_number and bool(np.isfinite(float(number)))  # type: ignore[arg-type]


def _in_degrees(west: float, south: float, east: float, north: float) -> BaseGeometry:
    if west > east:
        halves = (_area(west, south, 180, north), _area(-180, south, east, north))
        return shapely.union_all(halves)
    return _area(west, south, east, north)


def _area(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Give a box; one without width or height as a line or a point, to be valid."""
    return shapely.make_valid(shapely.box(west, south, east, north))


def _located(shape: BaseGeometry, crs: Crs, kind: str) -> BaseGeometry:
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise FilterError(f"has a {kind} with a position that is no number", POLYGON_EXAMPLE)
    try:
        return crs.unproject(shape)
    except ValueError as error:
        raise FilterError(f"has a {kind} of which {error}, in {crs.uri}") from None


def _literal(shape: BaseGeometry, said: str) -> Operand:
    if not shapely.is_valid(shape):
        # Rings that cross themselves or overlap: taken as all that they surround.
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=True)
    shapely.prepare(shape)
    return literal("geometry", shape, said)
