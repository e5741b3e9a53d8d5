"""How much of a line at sea runs over land, where the boundaries know land."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.boundaries import Boundaries, Scale
from geo.lines import Floats, Geometries, Shapes, length_m, only_lines

# Small enough that a line meets few points of a coast, large enough that there are few tiles.
TILE = 4.0


class OverLand(NamedTuple):
    """The longest stretch of each line over land: its length in metres and a place on it.

    `length_m` float64 of shape (n,), `place` lon and lat of shape (n, 2), NaN where there is none.
    """

    length_m: Floats
    place: Floats


def longest_over_land(
    lines: Shapes, boundaries: Boundaries, shortest_m: float, scale: Scale = "10m"
) -> OverLand:
    """Find the longest stretch of each line over land; what is shorter in all counts as 0.

    `lines`: array-like of (Multi)LineStrings in EPSG:4326, shape (n,). Outside the area that the
    boundaries cover there is no land.
    """
    lines = np.asarray(lines, dtype=object)
    found = OverLand(np.zeros(len(lines)), np.full((len(lines), 2), np.nan))
    tiles = _tiles(boundaries, scale)
    row, tile = shapely.STRtree(tiles).query(lines, predicate="intersects")
    pieces: Geometries = shapely.intersection(lines[row], tiles[tile])
    over = np.bincount(row, weights=length_m(_linear(pieces)), minlength=len(lines))
    for each in np.flatnonzero(over > shortest_m).tolist():  # few: only lines that are wrong
        merged = shapely.line_merge(shapely.union_all(_linear(pieces[row == each])))
        stretches = shapely.get_parts(merged)
        lengths = length_m(stretches)
        longest = int(np.argmax(lengths))
        middle = shapely.line_interpolate_point(stretches[longest], 0.5, normalized=True)
        found.length_m[each] = lengths[longest]
        found.place[each] = middle.x, middle.y
    return found


def _linear(pieces: Geometries) -> Geometries:
    """Keep the lines of what a cut gives, which may be points or a mixture."""
    kept = np.empty(len(pieces), dtype=object)
    kept[:] = [only_lines(piece) for piece in pieces]
    return kept


@cache
def _tiles(boundaries: Boundaries, scale: Scale) -> NDArray[np.object_]:
    parts = shapely.get_parts(boundaries.polygons(scale).geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(parts)
    boxes = shapely.box(
        *np.array(
            [
                (x, y, x + TILE, y + TILE)
                for x in np.arange(west, east, TILE)
                for y in np.arange(south, north, TILE)
            ]
        ).T
    )
    box, part = shapely.STRtree(parts).query(boxes, predicate="intersects")
    cut: NDArray[np.object_] = shapely.intersection(parts[part], boxes[box])
    # One area a tile, so that a border between two countries does not cut a stretch in two.
    whole = [shapely.union_all(cut[box == each]) for each in np.unique(box)]
    return np.array(whole, dtype=object)
