"""Runs of unequal length, one after the other in one array, and geometries as runs of points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

Counts = NDArray[np.intp]
Geometries = NDArray[np.object_]

POINT, LINE, POLYGON = 0, 1, 2
"""Dimensions of geometries."""
_LEAST = np.array([1, 2, 3])
_COLLECTION = 7


def begins(lengths: Counts) -> Counts:
    """Give where each run begins; (n,) to (n,)."""
    return np.cumsum(lengths) - lengths


def places(lengths: Counts) -> Counts:
    """Give the place of each element in its run, from 0 on; as many as all runs have together."""
    return np.arange(lengths.sum()) - np.repeat(begins(lengths), lengths)


def spots(at: Counts, lengths: Counts) -> Counts:
    """Give where all elements stand of runs that begin at `at`; as many as `places` gives."""
    return np.repeat(at, lengths) + places(lengths)


def sums(values: NDArray[Any], lengths: Counts) -> NDArray[np.int64]:
    """Give the sum of each run, 0 of one without elements; (n,)."""
    until = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    first = begins(lengths)
    found: NDArray[np.int64] = until[first + lengths] - until[first]
    return found


class Paths(NamedTuple):
    """The points of n geometries, rounded to whole numbers, as p runs in their order.

    A run is all of a point or multipoint, a part of a line, or a ring without its last point,
    which is its first. `points`: int64 of shape (m, 2); `lengths`: points of each run; `owner`: the
    geometry that it belongs to; `kind`: that one's dimension; `is_outer`: whether it is the outer
    ring of a polygon; all of shape (p,).
    """

    points: NDArray[np.int64]
    lengths: Counts
    owner: Counts
    kind: NDArray[np.intp]
    is_outer: NDArray[np.bool_]

    @classmethod
    def of(cls, geometry: Geometries) -> Paths:
        """Give the runs of geometries that are no collections; none of one that is empty.

        Repeated points of lines and rings are left out, and what is no line or area without them.
        Outer rings are positive by the surveyor's formula, inner ones negative.
        Raises ValueError where one is missing or a collection.
        """
        types = shapely.get_type_id(geometry)
        if ((types < 0) | (types >= _COLLECTION)).any():
            raise ValueError("points, lines and polygons are runs of points, nothing else is")
        return _wound(_cleared(_opened(_runs(geometry))))

    def without(self, gone: NDArray[np.bool_]) -> Paths:
        """Leave some points out, bool of shape (m,); a run may be left with none."""
        return self._replace(points=self.points[~gone], lengths=sums(~gone, self.lengths))

    def only(self, kept: NDArray[np.bool_]) -> Paths:
        """Keep some runs, bool of shape (p,)."""
        _, lengths, owner, kind, is_outer = self
        points = self.points[np.repeat(kept, lengths)]
        return Paths(points, lengths[kept], owner[kept], kind[kept], is_outer[kept])


def _runs(geometry: Geometries) -> Paths:
    dimension = shapely.get_dimensions(geometry)
    parts, part_of = shapely.get_parts(geometry, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    pointed, lines = np.flatnonzero(dimension == POINT), np.flatnonzero(dimension[part_of] == LINE)
    bearers = np.concatenate([geometry[pointed], parts[lines], rings])
    owner = np.concatenate([pointed, part_of[lines], part_of[ring_of]])
    is_first = np.diff(ring_of, prepend=-1) != 0
    is_outer = np.concatenate([np.zeros(len(pointed) + len(lines), dtype=bool), is_first])
    order = np.argsort(owner, kind="stable")
    lengths = shapely.get_num_coordinates(bearers).astype(np.intp)[order]
    points = np.rint(shapely.get_coordinates(geometry)).astype(np.int64)
    return Paths(points, lengths, owner[order], dimension[owner][order], is_outer[order])


def _opened(paths: Paths) -> Paths:
    """Leave out repeated points, and then the last one of each ring."""
    is_first = places(paths.lengths) == 0
    stays = ~np.diff(paths.points, axis=0, prepend=0).any(axis=1)
    paths = paths.without(stays & ~is_first & np.repeat(paths.kind != POINT, paths.lengths))
    is_last = places(paths.lengths) == np.repeat(paths.lengths - 1, paths.lengths)
    return paths.without(is_last & np.repeat(paths.kind == POLYGON, paths.lengths))


def _cleared(paths: Paths) -> Paths:
    """Leave out what is no line or area, and the holes of polygons that are none."""
    kept = paths.lengths >= _LEAST[paths.kind]
    kept &= (paths.kind != POLYGON) | (_areas(paths) != 0)
    polygon = np.cumsum(paths.is_outer)
    is_hole = (paths.kind == POLYGON) & ~paths.is_outer
    outer_kept = np.concatenate([[True], kept[paths.is_outer]])
    return paths.only(kept & (~is_hole | outer_kept[polygon]))


def _wound(paths: Paths) -> Paths:
    """Turn round the rings that wind otherwise than they should."""
    is_wrong = (paths.kind == POLYGON) & ((_areas(paths) > 0) != paths.is_outer)
    place, length, turned = (
        places(paths.lengths),
        np.repeat(paths.lengths, paths.lengths),
        np.repeat(is_wrong, paths.lengths),
    )
    place = np.where(turned, length - 1 - place, place)
    return paths._replace(
        points=paths.points[np.repeat(begins(paths.lengths), paths.lengths) + place]
    )


def _areas(paths: Paths) -> NDArray[np.int64]:
    """Give twice the area of each run as a ring, by the surveyor's formula; (p,)."""
    begin = np.repeat(begins(paths.lengths), paths.lengths)
    after = begin + (places(paths.lengths) + 1) % np.repeat(paths.lengths, paths.lengths)
    (x, y), (next_x, next_y) = paths.points.T, paths.points[after].T
    return sums(x * next_y - next_x * y, paths.lengths)
