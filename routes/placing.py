"""What is wrong with a geometry and with the place it is at, the whole column at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from geo import crossings
from geo.boundaries import Boundaries
from geo.overland import longest_over_land
from routes.fitting import LIST_SEPARATOR
from routes.reading import Draft
from routes.recorded import TYPES
from routes.report import Fault

Extent = tuple[float, float, float, float]
Mask = NDArray[np.bool_]

# A crossing is placed by settlement, so it may lie this far from the border or coast it crosses.
FARTHEST_CROSSING_M = 10_000
# Ports lie up estuaries and canals that no map at 1:10m has; farther inland is no harbour.
LONGEST_OVER_LAND_M = 25_000
# A point of 0, 0 is what programs write for a place that they do not know.
NULL_ISLAND_DEGREES = 1e-6
_AT = re.compile(r"\[(-?[\d.eE+-]+) (-?[\d.eE+-]+)\]")


def faults(draft: Draft, boundaries: Boundaries, extent: Extent) -> Iterator[Fault]:
    """Find what is wrong with the geometries of some rows.

    Only of what people drew: a CSV file of an atlas has its geometry from the countries or the
    crossings.
    """
    if draft.is_drawn:
        yield from _forms(draft)
        yield from _places(draft, extent)
        if draft.collection.name == "routes":
            yield from _over_land(draft, boundaries)
    if draft.collection.name == "crossings":
        yield from _crossings(draft, boundaries, extent)


def _forms(draft: Draft) -> Iterator[Fault]:
    """Check presence, type and validity."""
    geometry = draft.frame.geometry.to_numpy()
    missing = shapely.is_missing(geometry)
    bare = missing | shapely.is_empty(geometry)
    if draft.collection.geometry_required:
        unsaid = bare.copy()
        for row in np.flatnonzero(bare).tolist():
            unsaid[row] = not draft.is_faulty(row, "geometry")
        yield from _at(unsaid, draft, "is missing", "Draw it")
    else:
        yield from _at(bare & ~missing, draft, "has no point", "Write null where there is none")
    for position in np.flatnonzero(~bare & draft.frame["precision"].isna().to_numpy()):
        if not draft.is_faulty(int(position), "precision"):
            choices = ", ".join(draft.collection.field("precision").choices)
            yield draft.fault(int(position), "precision", "is missing, and there is a geometry",
                              f"Use one of {choices}")  # fmt: skip
    fitting = [kind for kind, name in enumerate(TYPES) if name in draft.collection.geometry]
    wrong_kind = ~bare & ~np.isin(shapely.get_type_id(geometry), fitting)
    yield from _at(wrong_kind, draft, "is of the wrong type",
                   f"Use {' or '.join(draft.collection.geometry)}")  # fmt: skip
    broken = ~missing & ~shapely.is_valid(geometry)
    for position in np.flatnonzero(broken):
        reason = shapely.is_valid_reason(geometry[position])
        found = _AT.search(reason)
        place = (float(found[1]), float(found[2])) if found else None
        yield draft.fault(int(position), "geometry", f"is not valid: {reason}", "Redraw it there",
                          place)  # fmt: skip


def _places(draft: Draft, extent: Extent) -> Iterator[Fault]:
    """Check that coordinates are in range, in their order, and were known at all."""
    geometry = draft.frame.geometry.to_numpy()
    missing = shapely.is_missing(geometry)
    boxes = shapely.bounds(geometry)
    around = np.flatnonzero(
        (boxes[:, :2] < NULL_ISLAND_DEGREES).all(axis=1)
        & (boxes[:, 2:] > -NULL_ISLAND_DEGREES).all(axis=1)
    )
    points, row = shapely.get_coordinates(geometry[around], return_index=True)
    null = np.zeros(len(geometry), dtype=bool)
    null[around[row[(np.abs(points) < NULL_ISLAND_DEGREES).all(axis=1)]]] = True
    yield from _at(null, draft, "has a point at 0, 0, where there is only sea",
                   "Give the place, or leave the row out if it is not known",
                   (0.0, 0.0))  # fmt: skip
    swapped, outside = _misplaced(geometry, extent)
    yield from _at(~missing & swapped, draft, "seems to have latitude and longitude swapped",
                   "Write longitude first, then latitude (RFC 7946)")  # fmt: skip
    west, south, east, north = extent
    yield from _at(~missing & outside & ~swapped & ~null, draft, "lies outside the atlas",
                   f"Keep to {west:g} to {east:g} east and {south:g} to {north:g} north, "
                   "or widen the extent in atlas.toml")  # fmt: skip


def _over_land(draft: Draft, boundaries: Boundaries) -> Iterator[Fault]:
    """Refuse a route over the sea that runs over land."""
    if not (draft.frame["mode"] == "sea").any():
        return
    geometry = draft.frame.geometry.to_numpy()
    lines = np.isin(shapely.get_type_id(geometry), (1, 5)) & ~shapely.is_empty(geometry)
    at_sea = np.flatnonzero(lines & (draft.frame["mode"] == "sea").to_numpy())
    # What lies beyond the earth is said elsewhere, and has no length.
    boxes = shapely.bounds(geometry[at_sea])
    at_sea = at_sea[(np.abs(boxes) <= (180, 90, 180, 90)).all(axis=1)]
    over = longest_over_land(geometry[at_sea], boundaries, LONGEST_OVER_LAND_M)
    for found in np.flatnonzero(over.length_m > LONGEST_OVER_LAND_M).tolist():
        lon, lat = over.place[found].tolist()
        problem = f"goes by sea and runs {over.length_m[found] / 1000:.0f} km over land"
        yield draft.fault(int(at_sea[found]), "geometry", problem,
                          "Draw it round the land, or say that it goes by river or land",
                          (lon, lat))  # fmt: skip


def _crossings(draft: Draft, boundaries: Boundaries, extent: Extent) -> Iterator[Fault]:
    """Refuse a crossing that lies far from the border or coast that it claims to cross."""
    known = set(boundaries.countries().index)
    pairs = np.array([_is_pair(between) for between in draft.frame["between"]], dtype=bool)
    for row in np.flatnonzero(~pairs & draft.frame["between"].notna().to_numpy()):
        yield draft.fault(int(row), "between", "is not two countries", "Name two")
    geometry = draft.frame.geometry.to_numpy()
    _, outside = _misplaced(geometry, extent)
    usable = pairs & ~(shapely.is_missing(geometry) | shapely.is_empty(geometry) | outside)
    usable &= np.array([_is_pair(one) and known >= {*one} for one in draft.frame["between"]], bool)
    frame = geopandas.GeoDataFrame(draft.frame[usable])
    if frame.empty:
        return
    distances = np.asarray(crossings.distance_to_border_m(frame, boundaries))
    for position, distance_m in zip(np.flatnonzero(usable).tolist(), distances, strict=True):
        between = LIST_SEPARATOR.join(draft.frame["between"].iloc[position])
        if np.isnan(distance_m):
            yield draft.fault(position, "between", "are not two countries that have such a border",
                              "Check `between` and `crossing`")  # fmt: skip
        elif distance_m > FARTHEST_CROSSING_M:
            problem = f"lies {distance_m / 1000:.0f} km from the border or coast it crosses"
            yield draft.fault(position, "geometry", problem,
                              f"Check the place and `between` ({between})")  # fmt: skip


def _at(
    mask: Mask, draft: Draft, problem: str, remedy: str, place: tuple[float, float] | None = None
) -> Iterator[Fault]:
    for position in np.flatnonzero(mask):
        yield draft.fault(int(position), "geometry", problem, remedy, place)


def _misplaced(geometry: NDArray[np.object_], extent: Extent) -> tuple[Mask, Mask]:
    """Tell which geometries lie outside the extent, and which of them would not if swapped."""
    west, south, east, north = extent
    boxes = shapely.bounds(geometry)

    def outside(boxes: NDArray[Any]) -> Mask:
        low_x, low_y, high_x, high_y = boxes.T
        return np.asarray((low_x < west) | (low_y < south) | (high_x > east) | (high_y > north))

    out = outside(boxes)
    return out & ~outside(boxes[:, [1, 0, 3, 2]]), out


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(set(value)) == len(value) == 2
