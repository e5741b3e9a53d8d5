"""Runs of unequal length, one after the other in one array, and geometries as runs of points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

Counts = NDArray[np.intp]
Geometries = NDArray[np.object_]
Ordinates = NDArray[np.int32]

POINT, LINE, POLYGON = 0, 1, 2
"""Dimensions of geometries."""
_LEAST = np.array([1, 2, 3])
_COLLECTION = 7
# The way between any two points has 32 bits then.
_FARTHEST = 2**30 - 1


def begins(lengths: Counts) -> Counts:
    """Give where each run begins; (n,) to (n,)."""
    return np.cumsum(lengths) - lengths


def places(lengths: Counts) -> Counts:
    """Give the place of each element in its run, from 0 on; as many as all runs have together."""
    return np.arange(lengths.sum()) - np.repeat(begins(lengths), lengths)


def sums(values: NDArray[Any], lengths: Counts) -> NDArray[np.int64]:
    """Give the sum of each run, 0 of one without elements; (n,)."""
    until = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    first = begins(lengths)
    found: NDArray[np.int64] = until[first + lengths] - until[first]
    return found


class Strand(NamedTuple):
    """Bytes as n runs: uint8 of shape (m,), and how long each run is, shape (n,)."""

    values: NDArray[np.uint8]
    lengths: Counts

    def grouped(self, counts: Counts) -> Strand:
        """Give the same with so many runs each as one."""
        return Strand(self.values, sums(self.lengths, counts))


def woven(*strands: Strand) -> Strand:
    """Lay the runs of some strands in turn: the first run of each as one, then the second of each.

    All strands have as many runs.
    """
    lengths = np.stack([strand.lengths for strand in strands], axis=1)
    turns = np.arange(lengths.size) % len(strands)
    of_strand = np.repeat(turns.astype(np.uint8), lengths.ravel())
    laid = np.empty(len(of_strand), np.uint8)
    for turn, strand in enumerate(strands):
        laid[of_strand == turn] = strand.values
    return Strand(laid, lengths.sum(axis=1))


class Paths(NamedTuple):
    """The points of n geometries on a grid, as p runs in their order.

    A run is all of a point or multipoint, a part of a line, or a ring without its last point,
    which is its first. `x` and `y`: int32 of shape (m,); `lengths`: points of each run; `owner`:
    the geometry that it belongs to; `kind`: that one's dimension; all of shape (p,).
    """

    x: Ordinates
    y: Ordinates
    lengths: Counts
    owner: Counts
    kind: Counts

    @classmethod
    def of(cls, geometry: Geometries) -> Paths:
        """Give the runs of geometries whose points are whole numbers, none of an empty one.

        Outer rings are positive by the surveyor's formula, inner ones negative. Repeated points of
        lines and rings are left out, and what is no line or area without them.
        Raises ValueError where a geometry is missing, a collection, or farther than int32 reaches.
        """
        types = shapely.get_type_id(geometry)
        if ((types < 0) | (types >= _COLLECTION)).any():
            raise ValueError("points, lines and polygons are runs of points, nothing else is")
        return _closed(shapely.orient_polygons(geometry)).cleaned()


class _Closed(NamedTuple):
    """The same with the last points of rings. `is_outer`: whether it is a polygon's outer ring."""

    x: Ordinates
    y: Ordinates
    lengths: Counts
    owner: Counts
    kind: Counts
    is_outer: NDArray[np.bool_]

    def cleaned(self) -> Paths:
        x, y, lengths, owner, kind, _ = self
        dx, dy = (np.diff(one, append=np.int32(0)) for one in (x, y))
        is_last = np.zeros(len(x), dtype=bool)
        is_last[(np.cumsum(lengths) - 1)[lengths > 0]] = True
        of_kind = np.repeat(kind.astype(np.uint8), lengths)
        # Of points that are the same the last stands: of a ring's end that goes too.
        kept = np.where(is_last, of_kind != POLYGON, (dx | dy != 0) | (of_kind == POINT))
        turned = np.multiply(x, dy, dtype=np.int64) - np.multiply(dx, y, dtype=np.int64)
        area = sums(np.where(is_last, 0, turned), lengths)
        count = sums(kept, lengths)
        stays = (count >= _LEAST[kind]) & ((kind != POLYGON) | (area != 0))
        stays &= self._in_an_area(stays)
        if not stays.all():
            kept &= np.repeat(stays, lengths)
        return Paths(x[kept], y[kept], count[stays], owner[stays], kind[stays])

    def _in_an_area(self, stays: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell of which runs the outer ring stays; of what is no ring, all."""
        polygon = np.cumsum(self.is_outer)
        outer_stays = np.concatenate([[True], stays[self.is_outer]])
        return np.where(self.kind == POLYGON, outer_stays[polygon], True)


def _closed(geometry: Geometries) -> _Closed:
    dimension = shapely.get_dimensions(geometry).astype(np.intp)
    parts, part_of = shapely.get_parts(geometry, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    pointed, lines = np.flatnonzero(dimension == POINT), np.flatnonzero(dimension[part_of] == LINE)
    bearers = np.concatenate([geometry[pointed], parts[lines], rings])
    owner = np.concatenate([pointed, part_of[lines], part_of[ring_of]])
    is_first = np.diff(ring_of, prepend=-1) != 0
    is_outer = np.concatenate([np.zeros(len(pointed) + len(lines), dtype=bool), is_first])
    order = np.argsort(owner, kind="stable")
    lengths = shapely.get_num_coordinates(bearers).astype(np.intp)[order]
    x, y = np.rint(shapely.get_coordinates(geometry)).T
    if max(np.abs(x).max(initial=0), np.abs(y).max(initial=0)) > _FARTHEST:
        raise ValueError(f"a point of a grid lies no farther than {_FARTHEST} from its corner")
    owner = owner[order]
    kind = dimension[owner]
    return _Closed(x.astype(np.int32), y.astype(np.int32), lengths, owner, kind, is_outer[order])
