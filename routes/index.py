"""The query index of a collection: space x time -> row numbers -> bytes.

Everything is memory-mapped, so several processes share one copy, and time is a mask applied
before any geometry is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geoindex_rs.rtree as rtree
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import Crs
from geo.times import Bounds, Window
from routes.serving import geojson_geometries, id_hash

Rows = NDArray[np.intp]
Certainty = Literal["possible", "certain"]

# With more geometries to test than this, a page does not wait for its exact count
# (OGC 17-069r4 lets `numberMatched` be left out).
MOST_COUNTED = 500
BATCH = 64


class Box(NamedTuple):
    """A box in degrees, EPSG:4326: west <= east, south <= north."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Query:
    """What is asked for.

    `boxes`: one, or two where the asked box crosses the antimeridian. `shape`: the area meant, in
    EPSG:4326, where the boxes only surround it, as for a box of another CRS.
    """

    boxes: tuple[Box, ...] = ()
    window: Window | None = None
    certainty: Certainty = "possible"
    shape: BaseGeometry | None = None


class Page(NamedTuple):
    """Rows in order; the row to go on from, if any; how many match in all, where that is known."""

    rows: Rows
    next_row: int | None
    matched: int | None


@dataclass
class Work:
    """What a query cost, counted: geometries decoded and tested."""

    decoded: int = 0


@dataclass
class CollectionIndex:
    """One collection of one edition, open for queries; made by `CollectionIndex.open`."""

    bounds: Bounds
    boxes: NDArray[np.float64]
    tree: NDArray[np.uint8]
    ids: NDArray[np.void]
    table: pa.Table
    _fragments: Column = field(init=False)
    _wkb: Column = field(init=False)
    work: Work = field(default_factory=Work)

    def __post_init__(self) -> None:
        self._fragments = Column.of(self.table, "fragment")
        self._wkb = Column.of(self.table, "wkb")

    @classmethod
    def open(cls, folder: Path) -> CollectionIndex:
        """Map the serving files in `folder` into memory."""
        with pa.memory_map(str(folder / "fragments.arrow")) as file:
            table = pa.ipc.open_file(file).read_all()
        tree = folder / "rtree.bin"
        return cls(
            bounds=Bounds.from_array(_mapped(folder / "bounds.npy")),
            boxes=_mapped(folder / "boxes.npy"),
            tree=np.memmap(tree, np.uint8, "r") if tree.stat().st_size else np.empty(0, np.uint8),
            ids=_mapped(folder / "ids.npy"),
            table=table,
        )

    def __len__(self) -> int:
        return len(self.boxes)

    def page(self, query: Query, first_row: int = 0, limit: int = 10) -> Page:
        """Give up to `limit` rows that match, in row order, from `first_row` on."""
        rows = self._candidates(query)
        inside = self._inside(rows, query)
        matched = None
        if np.count_nonzero(~inside) <= MOST_COUNTED:
            rows = rows[self._hits(rows, inside, query)]
            inside, matched = np.ones(len(rows), dtype=bool), len(rows)
        page = self._first(rows, inside, query, first_row, limit + 1)
        next_row = int(page[limit]) if len(page) > limit else None
        return Page(page[:limit], next_row, matched)

    def rows(self, query: Query) -> Rows:
        """Give all rows that match."""
        rows = self._candidates(query)
        return self._first(rows, self._inside(rows, query), query, 0, len(rows))

    def candidates(self, query: Query) -> Rows:
        """Give all rows that may match: boxes are compared, geometries not tested."""
        return self._candidates(query)

    def row_of(self, feature_id: str) -> int | None:
        """Find the row of one feature."""
        wanted = np.uint64(id_hash(feature_id))
        at = int(np.searchsorted(self.ids["hash"], wanted))
        while at < len(self.ids) and self.ids["hash"][at] == wanted:
            row = int(self.ids["row"][at])
            if self.id_of(row) == feature_id:
                return row
            at += 1
        return None

    def id_of(self, row: int) -> str:
        """Give the id of one row."""
        return str(self.table["id"][row].as_py())

    def fragment(self, row: int) -> bytes:
        """Give one feature as GeoJSON."""
        return bytes(self._fragments[row])

    def fragments(self, rows: Rows) -> Iterator[memoryview]:
        """Give features as GeoJSON, as slices of the mapped file."""
        return self._fragments.take(rows)

    def projected(self, rows: Rows, crs: Crs) -> list[bytes]:
        """Give features as GeoJSON with their geometry in another CRS.

        Raises ValueError where one lies beyond what that CRS can show.
        """
        shapes = geojson_geometries(self.geometries(rows), crs)
        return [
            _with_geometry(bytes(fragment), shape)
            for fragment, shape in zip(self.fragments(rows), shapes, strict=True)
        ]

    def geometries(self, rows: Rows) -> NDArray[np.object_]:
        """Give geometries, EPSG:4326, None where there is none."""
        column = self._wkb.take(rows)
        decoded: NDArray[np.object_] = shapely.from_wkb([bytes(wkb) or None for wkb in column])
        return decoded

    def _candidates(self, query: Query) -> Rows:
        """Give rows whose box meets a box of the query and whose time is right, ascending."""
        if query.boxes:
            found = [np.asarray(rtree.search(self.tree, *box)) for box in query.boxes if len(self)]
            rows = np.concatenate([*found, np.empty(0, np.uint32)]).astype(np.intp)
            # Two boxes may find a row twice; one does not, and sorting costs less.
            rows = np.unique(rows) if len(found) > 1 else np.sort(rows)
        else:
            rows = np.arange(len(self))
        if query.window is None:
            return rows
        bounds = self.bounds.take(rows) if query.boxes else self.bounds
        return rows[bounds.holds(query.window, query.certainty)]

    def _inside(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Tell which rows need no exact test: their box lies inside a box of the query."""
        if not query.boxes:
            return np.ones(len(rows), dtype=bool)
        if query.shape is not None:
            return np.zeros(len(rows), dtype=bool)
        west, south, east, north = self.boxes[rows].T
        within: list[NDArray[np.bool_]] = [
            (west >= box.west) & (south >= box.south) & (east <= box.east) & (north <= box.north)
            for box in query.boxes
        ]
        return np.asarray(np.any(within, axis=0))

    def _first(
        self, rows: Rows, inside: NDArray[np.bool_], query: Query, first_row: int, limit: int
    ) -> Rows:
        """Give the first `limit` matching rows from `first_row` on, testing no more than needed."""
        start = int(np.searchsorted(rows, first_row))
        found: list[Rows] = []
        missing = limit
        while missing > 0 and start < len(rows):
            batch = slice(start, start + max(BATCH, missing))
            hits = rows[batch][self._hits(rows[batch], inside[batch], query)][:missing]
            found.append(hits)
            missing -= len(hits)
            start = batch.stop
        return np.concatenate(found) if found else np.empty(0, dtype=np.intp)

    def _hits(self, rows: Rows, inside: NDArray[np.bool_], query: Query) -> NDArray[np.bool_]:
        """Test exactly what lies on the edge (OGC 17-069r4 /req/core/fc-bbox-response)."""
        hits = inside.copy()
        edge = np.flatnonzero(~inside)
        if len(edge):
            self.work.decoded += len(edge)
            areas = [query.shape] if query.shape else [_area(box) for box in query.boxes]
            geometry = self.geometries(rows[edge])
            hits[edge] = np.any([shapely.intersects(geometry, area) for area in areas], axis=0)
        return hits


def _with_geometry(fragment: bytes, geometry: bytes) -> bytes:
    """Put another geometry into a feature: it stands between its id and its properties."""
    head, _, rest = fragment.partition(b'"geometry":')
    tail = rest[rest.index(b',"properties":') :]
    return head + b'"geometry":' + geometry + tail


def _area(box: Box) -> shapely.Geometry:
    """Give a box as a geometry: one without width or height as a line or a point, to be valid."""
    if box.west < box.east and box.south < box.north:
        return shapely.box(*box)
    return shapely.Point(box[:2]) if box[:2] == box[2:] else shapely.LineString([box[:2], box[2:]])


@dataclass(frozen=True)
class Column:
    """A column of bytes in a mapped Arrow file of one record batch, read by row without a copy."""

    offsets: NDArray[np.int64]
    data: memoryview

    @classmethod
    def of(cls, table: pa.Table, name: str) -> Column:
        """Take the column called `name`."""
        if len(table) == 0:
            return cls(np.zeros(1, np.int64), memoryview(b""))
        _, offsets, data = table[name].chunk(0).buffers()
        return cls(np.frombuffer(offsets, np.int64), memoryview(data))

    def __getitem__(self, row: int) -> memoryview:
        return self.data[self.offsets[row] : self.offsets[row + 1]]

    def take(self, rows: Rows) -> Iterator[memoryview]:
        """Give the bytes of many rows; all offsets are looked up at once."""
        begins, ends = self.offsets[rows].tolist(), self.offsets[rows + 1].tolist()
        return (self.data[begin:end] for begin, end in zip(begins, ends, strict=True))


def _mapped(path: Path) -> NDArray[Any]:
    """Map an array into memory, as a plain array: `np.memmap` is slow to take slices of."""
    return np.asarray(np.load(path, mmap_mode="r"))
