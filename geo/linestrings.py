"""Lines in WKB, read as arrays: no geometry is built where only its points are asked for.

A line of one part is a head and then its points as they lie in memory (OGC 06-103r4, 8.2.3). Whole
columns of such lines become one array of points; anything else among them is left to GEOS.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.geojson import geojson_geometries

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

JSON = pa.large_binary()
LINE, MULTI = 2, 5
# Byte order, type, count of points; of a multi-line before that byte order, type, count of parts.
_HEAD, _MULTI_HEAD = 9, 18
_LEAST_BYTES = _HEAD + 2 * 16
ROWS_AT_ONCE = 2_000
_COMMA_AFTER, _OPENING = ord("]"), ord("[")


class Lines(NamedTuple):
    """n lines of one part each: all points, how many each has, and whether it is a multi-line.

    `points` has the shape (m, 2), `lengths` and `is_multi` (n,).
    """

    points: Floats
    lengths: Counts
    is_multi: Mask

    @property
    def begins(self) -> Counts:
        """Where the points of each line begin, shape (n,)."""
        return np.cumsum(self.lengths) - self.lengths

    def boxes(self) -> Floats:
        """Give west, south, east and north of each line; shape (n, 4)."""
        if not len(self.lengths):
            return np.empty((0, 4))
        low = np.minimum.reduceat(self.points, self.begins, axis=0)
        high = np.maximum.reduceat(self.points, self.begins, axis=0)
        return np.concatenate([low, high], axis=1)

    def geojson(self) -> Any:  # noqa: ANN401 (pyarrow has no types)
        """Give each line as a GeoJSON geometry (RFC 7946, 3.1), an Arrow array of bytes."""
        if not len(self.lengths):
            return pa.array([], JSON)
        # All points are written at once; what is between two lines is made an end of the first.
        written = np.frombuffer(
            bytearray(orjson.dumps(self.points, option=orjson.OPT_SERIALIZE_NUMPY)), np.uint8
        )
        opening = np.flatnonzero(written == _OPENING)[1:]
        offsets = np.append(opening[self.begins], len(written))
        written[offsets[1:-1] - 1] = _COMMA_AFTER
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(written)]
        points = pa.Array.from_buffers(JSON, len(self.lengths), buffers)
        heads = pa.array([b'{"type":"LineString","coordinates":[',
                          b'{"type":"MultiLineString","coordinates":[['], JSON)  # fmt: skip
        tails = pa.array([b"}", b"]}"], JSON)
        which = pa.array(self.is_multi.astype(np.int8))
        return pc.binary_join_element_wise(
            heads.take(which), points, tails.take(which), pa.scalar(b"", JSON)
        )


def lines_of(wkb: Any) -> tuple[Mask, Lines]:  # noqa: ANN401 (pyarrow has no types)
    """Read the lines in an Arrow array of WKB: which rows are lines of one part, and these.

    Of two dimensions and little-endian, as GEOS and GDAL write them. Lines with a coordinate that
    is not finite, or a negative zero, are not among them: GEOS has its own ways with those.
    """
    begins, ends, data = _laid_out(wkb)
    heads = np.zeros((len(wkb), _MULTI_HEAD), np.uint8)
    long = (ends - begins >= _LEAST_BYTES) & np.asarray(wkb.is_valid())
    heads[long] = data[begins[long, None] + np.arange(_MULTI_HEAD)]
    first, second, third = (_numbers(heads, at) for at in (1, 5, 10))
    is_line = (heads[:, 0] == 1) & (first == LINE)
    is_multi = (heads[:, 0] == 1) & (first == MULTI) & (second == 1)
    is_multi &= (heads[:, 9] == 1) & (third == LINE)
    lengths = np.where(is_multi, _numbers(heads, 14), second)
    whole = ends - begins == np.where(is_multi, _MULTI_HEAD, _HEAD) + 16 * lengths
    found = (is_line | is_multi) & whole & (lengths >= 2)
    points = _points(data, begins, ends, found, is_multi)
    odd = ~np.isfinite(points) | ((points == 0) & np.signbit(points))
    if odd.any():
        owner = np.repeat(np.flatnonzero(found), lengths[found])
        found[owner[odd.any(axis=1)]] = False
        points = points[found[owner]]
    return found, Lines(points, lengths[found], is_multi[found])


class Shapes(NamedTuple):
    """A column of geometries: those that are `lines`, at the rows that are so, and `others`."""

    is_line: Mask
    lines: Lines
    others: NDArray[np.object_]

    @classmethod
    def of(cls, wkb: Any) -> Shapes:  # noqa: ANN401
        """Read an Arrow array of WKB, null where there is no geometry."""
        is_line, lines = lines_of(wkb)
        others = wkb.filter(pa.array(~is_line)).to_numpy(zero_copy_only=False)
        return cls(is_line, lines, shapely.from_wkb(others))

    def boxes(self) -> Floats:
        """Give the box of each geometry, NaN where it has none; shape (n, 4)."""
        made = np.full((len(self.is_line), 4), np.nan)
        made[self.is_line] = self.lines.boxes()
        made[~self.is_line] = shapely.bounds(self.others)
        return made

    def geojson(self) -> Any:  # noqa: ANN401
        """Give GeoJSON geometries, an Arrow array of bytes, `null` for none.

        Outer rings run counter-clockwise (RFC 7946, 3.1.6).
        """
        if self.is_line.all():
            return self.lines.geojson()
        others = pa.array(geojson_geometries(self.others), JSON)
        # Lines stand before others here; where each row is among them.
        place = np.argsort(np.argsort(~self.is_line, kind="stable"))
        return pa.concat_arrays([self.lines.geojson(), others]).take(pa.array(place))


def boxes_of(wkb: Any) -> Floats:  # noqa: ANN401
    """Give the boxes of a chunked Arrow array of WKB as `Shapes.boxes` does, some at a time."""
    parts = [
        Shapes.of(chunk.slice(start, ROWS_AT_ONCE)).boxes()
        for chunk in wkb.chunks
        for start in range(0, len(chunk), ROWS_AT_ONCE)
    ]
    return np.concatenate([np.empty((0, 4)), *parts])


def _laid_out(wkb: Any) -> tuple[Counts, Counts, NDArray[np.uint8]]:  # noqa: ANN401
    """Give where each value begins and ends, and the bytes of all of them."""
    _, offsets, data = wkb.buffers()
    kind = np.int64 if pa.types.is_large_binary(wkb.type) else np.int32
    cuts = np.frombuffer(offsets, kind)[wkb.offset : wkb.offset + len(wkb) + 1].astype(np.int64)
    held = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    return cuts[:-1] - cuts[0], cuts[1:] - cuts[0], held[cuts[0] : cuts[-1]]


def _numbers(heads: NDArray[np.uint8], at: int) -> Counts:
    return np.ascontiguousarray(heads[:, at : at + 4]).view("<u4")[:, 0].astype(np.int64)


def _points(
    data: NDArray[np.uint8], begins: Counts, ends: Counts, found: Mask, is_multi: Mask
) -> Floats:
    """Give the points of the rows found, shape (m, 2): their bytes without the heads."""
    kept = np.repeat(found, ends - begins)
    for rows, head in ((found & ~is_multi, _HEAD), (found & is_multi, _MULTI_HEAD)):
        kept[begins[rows, None] + np.arange(head)] = False
    return data[kept].view("<f8").reshape(-1, 2)
