"""The query index of a collection: space x time -> row numbers -> bytes.

Everything is memory-mapped, so several processes share one copy. A page is looked for in the order
of the rows, first in a tree over space and time, then among the boxes and times of rows, and no
farther than it needs; a geometry is decoded only where nothing cheaper decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import Crs
from geo.times import Bounds, Mask, Window
from routes import mapped
from routes.fragments import geojson_geometries
from routes.mapped import Column
from routes.serving import id_hash
from routes.tree import RUN, Tree, meeting
from routes.tree import Box as Box
from routes.tree import Rows as Rows
from routes.wkb import LINE_HEAD, WKB_HEAD, are_lines, types_of

Certainty = Literal["possible", "certain"]

# In more runs of rows than this, or with more geometries to look at, a page does not wait for its
# exact count unless it is asked for (OGC 17-069r4 lets `numberMatched` be left out).
MOST_RUNS = 128
MOST_COUNTED = 250
BATCH = 64
# Of the rows in a run, one in four may answer a query for a day: so many runs fill a page.
RUNS_A_ROW = 4 / RUN


@dataclass(frozen=True, eq=False)
class Query:
    """What is asked for, of a collection of n rows.

    `boxes`: one, or two where the asked box crosses the antimeridian. `shape`: the area meant, in
    EPSG:4326, where the boxes only surround it, as for a box of another CRS. `mask`: rows that
    may answer at all, shape (n,). `order`: all n rows in the order asked for; else as stored.
    `is_counted`: how many match in all is asked for, whatever that costs.
    """

    boxes: tuple[Box, ...] = ()
    window: Window | None = None
    certainty: Certainty = "possible"
    shape: BaseGeometry | None = None
    mask: Mask | None = None
    order: Rows | None = None
    is_counted: bool = False


class Page(NamedTuple):
    """Rows in the order asked for; the place in it to go on from, if any; how many match in all,
    where that is known.
    """

    rows: Rows
    next_place: int | None
    matched: int | None


@dataclass(frozen=True)
class Shape:
    """What of each feature is asked for: None of `columns` is all, of `crs` is EPSG:4326."""

    crs: Crs | None = None
    columns: tuple[str, ...] | None = None
    geometry: bool = True


class Extent(NamedTuple):
    """How far a collection reaches: in degrees, and as `geo.times.Window.written` gives it."""

    bbox: tuple[float, float, float, float] | None
    interval: tuple[str | None, str | None]


def extent_of(boxes: NDArray[np.float64], bounds: Bounds) -> Extent:
    """Give the box of all geometries, and the possible extent in time of rows that have one."""
    drawn = boxes[~np.isnan(boxes[:, 0])]
    whole = bounds.stretches(most=1)
    bbox = None
    if len(drawn):
        west, south = drawn[:, :2].min(axis=0).tolist()
        east, north = drawn[:, 2:].max(axis=0).tolist()
        bbox = (west, south, east, north)
    return Extent(bbox, whole[0].written() if whole else (None, None))


class Candidates(NamedTuple):
    """Rows in the order asked for, and the place of each in that order; without one, its row."""

    rows: Rows
    places: Rows


@dataclass
class Work:
    """What queries cost, counted: rows whose boxes and times were compared, geometries whose points
    were looked at, and those that were decoded and tested.
    """

    compared: int = 0
    looked_at: int = 0
    decoded: int = 0


@dataclass
class CollectionIndex:
    """One collection of one edition, open for queries; made by `CollectionIndex.open`."""

    bounds: Bounds
    boxes: NDArray[np.float64]
    tree: Tree
    hashed: NDArray[np.void]
    _ids: Column
    _fragments: Column
    _wkb: Column
    work: Work = field(default_factory=Work)

    @classmethod
    def open(cls, folder: Path) -> CollectionIndex:
        """Map the serving files in `folder` into memory."""
        boxes = mapped.array(folder / "boxes.npy")
        return cls(
            bounds=Bounds.from_array(mapped.array(folder / "bounds.npy")),
            boxes=boxes,
            tree=Tree.open(folder, len(boxes)),
            hashed=mapped.array(folder / "hashed.npy"),
            _ids=Column.open(folder, "ids"),
            _fragments=Column.open(folder, "fragments"),
            _wkb=Column.open(folder, "wkb"),
        )

    def __len__(self) -> int:
        return len(self.boxes)

    def extent(self) -> Extent:
        """Give the box of all geometries, and the possible extent in time of rows that have one."""
        return extent_of(self.boxes, self.bounds)

    def page(self, query: Query, first_place: int = 0, limit: int = 10) -> Page:
        """Give up to `limit` rows that match, in order, from `first_place` on.

        How many match in all is told where that is asked for, and where it costs little.
        """
        runs = self.tree.runs(query.boxes, query.window)
        is_whole = not query.boxes and query.window is None
        if query.order is None and not (query.is_counted or is_whole or len(runs) <= MOST_RUNS):
            return self._first_of(runs, query, first_place, limit)
        rows, places = self._candidates(query, runs)
        inside = self._inside(rows, query)
        matched = None
        if query.is_counted or np.count_nonzero(~inside) <= MOST_COUNTED:
            hits = self._hits(rows, inside, query)
            rows, places = rows[hits], places[hits]
            inside, matched = np.ones(len(rows), dtype=bool), len(rows)
        begin = int(np.searchsorted(places, first_place))
        page = self._first(rows, inside, query, begin, limit + 1)
        next_place = int(places[page[limit]]) if len(page) > limit else None
        return Page(rows[page[:limit]], next_place, matched)

    def _first_of(self, runs: Rows, query: Query, first_place: int, limit: int) -> Page:
        """Give a page in the order of the rows, and look at no more runs than it takes."""
        runs = runs[np.searchsorted(runs, first_place // RUN) :]
        found: list[Rows] = []
        begin, length, missing = 0, max(BATCH, int(limit * RUNS_A_ROW)), limit + 1
        while missing > 0 and begin < len(runs):
            rows = self._of_runs(runs[begin : begin + length], query)
            rows = rows[np.searchsorted(rows, first_place) :]
            hits = self._first(rows, self._inside(rows, query), query, 0, missing)
            found.append(rows[hits])
            missing -= len(hits)
            begin, length = begin + length, length * 2
        every = np.concatenate([*found, np.empty(0, np.intp)])
        if len(every) > limit:
            return Page(every[:limit], int(every[limit]), None)
        return Page(every, None, len(every) if first_place == 0 else None)

    def rows(self, query: Query) -> Rows:
        """Give all rows that match, in order."""
        rows = self.candidates(query)
        return rows[self._first(rows, self._inside(rows, query), query, 0, len(rows))]

    def candidates(self, query: Query) -> Rows:
        """Give all rows that may match: boxes are compared, geometries not tested."""
        return self._candidates(query, self.tree.runs(query.boxes, query.window)).rows

    def row_of(self, feature_id: str) -> int | None:
        """Find the row of one feature."""
        wanted = np.uint64(id_hash(feature_id))
        at = int(np.searchsorted(self.hashed["hash"], wanted))
        while at < len(self) and self.hashed["hash"][at] == wanted:
            row = int(self.hashed["row"][at])
            if self.id_of(row) == feature_id:
                return row
            at += 1
        return None

    def id_of(self, row: int) -> str:
        """Give the id of one row."""
        return str(self._ids[row], "utf-8")

    def every_id(self) -> list[str]:
        """Give the ids of all rows."""
        return [str(name, "utf-8") for name in self._ids.take(np.arange(len(self)))]

    def names(self, rows: Rows) -> pa.Array:
        """Give the ids of some rows."""
        return pa.array(map(bytes, self._ids.take(rows)), pa.binary()).cast(pa.string())

    def fragment(self, row: int) -> bytes:
        """Give one feature as GeoJSON."""
        return bytes(self._fragments[row])

    def fragments(self, rows: Rows) -> Iterator[memoryview]:
        """Give features as GeoJSON, as slices of the mapped file."""
        return self._fragments.take(rows)

    def properties(self, rows: Rows) -> list[dict[str, Any]]:
        """Give the properties of features, as JSON has them."""
        return [orjson.loads(fragment)["properties"] for fragment in self.fragments(rows)]

    def shaped(self, rows: Rows, shape: Shape) -> Iterable[bytes | memoryview]:
        """Give features as GeoJSON with the geometry and the properties asked for.

        Raises ValueError where one lies beyond what the CRS asked for can show.
        """
        if shape == Shape():
            return self.fragments(rows)
        features = [orjson.loads(fragment) for fragment in self.fragments(rows)]
        if shape.columns is not None:
            for feature in features:
                said = feature["properties"]
                feature["properties"] = {name: said[name] for name in shape.columns}
        if not shape.geometry:
            for feature in features:
                feature["geometry"] = None
        elif shape.crs is not None:
            projected = geojson_geometries(self.geometries(rows), shape.crs)
            for feature, geometry in zip(features, projected, strict=True):
                feature["geometry"] = orjson.Fragment(geometry)
        return [orjson.dumps(feature) for feature in features]

    def geometries(self, rows: Rows) -> NDArray[np.object_]:
        """Give geometries, EPSG:4326, None where there is none."""
        decoded: NDArray[np.object_] = shapely.from_wkb(self.wkb(rows))
        return decoded

    def wkb(self, rows: Rows) -> list[bytes | None]:
        """Give geometries as WKB, EPSG:4326, None where there is none."""
        return [bytes(wkb) or None for wkb in self._wkb.take(rows)]

    def geometry_types(self, rows: Rows) -> frozenset[str | None]:
        """Tell what types of geometry some rows have, None among them where one has none."""
        return types_of(self._wkb.starts(rows, WKB_HEAD))

    def _candidates(self, query: Query, runs: Rows) -> Candidates:
        """Give rows of some runs that may match."""
        rows = self._of_runs(runs, query)
        if query.order is None:
            return Candidates(rows, rows)
        chosen = np.zeros(len(self), dtype=bool)
        chosen[rows] = True
        places = np.flatnonzero(chosen[query.order])
        return Candidates(query.order[places], places)

    def _of_runs(self, runs: Rows, query: Query) -> Rows:
        """Give rows of some runs whose box meets a box of the query and which may hold then."""
        rows = self.tree.rows(runs)
        if query.boxes or query.window is not None:
            self.work.compared += len(rows)
        if query.boxes:
            rows = rows[meeting(self.boxes[rows].T, query.boxes)]
        if query.mask is not None:
            rows = rows[query.mask[rows]]
        if query.window is not None:
            rows = rows[self.bounds.holds(query.window, query.certainty, rows)]
        return rows

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
        self, rows: Rows, inside: NDArray[np.bool_], query: Query, begin: int, limit: int
    ) -> Rows:
        """Give where in `rows`, from `begin` on, the first `limit` that match stand.

        Tests no more of them than needed.
        """
        found: list[Rows] = []
        missing = limit
        while missing > 0 and begin < len(rows):
            batch = slice(begin, begin + max(BATCH, missing))
            hits = begin + np.flatnonzero(self._hits(rows[batch], inside[batch], query))[:missing]
            found.append(hits)
            missing -= len(hits)
            begin = batch.stop
        return np.concatenate(found) if found else np.empty(0, dtype=np.intp)

    def _hits(self, rows: Rows, inside: NDArray[np.bool_], query: Query) -> NDArray[np.bool_]:
        """Test exactly what lies on the edge (OGC 17-069r4 /req/core/fc-bbox-response)."""
        hits = inside.copy()
        edge = np.flatnonzero(~inside)
        if len(edge) and query.shape is None:
            reach = self._reaching(rows[edge], query.boxes)
            hits[edge] = reach
            edge = edge[~reach]
        if len(edge):
            self.work.decoded += len(edge)
            areas = [query.shape] if query.shape else [area_of(box) for box in query.boxes]
            geometry = self.geometries(rows[edge])
            hits[edge] = np.any([shapely.intersects(geometry, area) for area in areas], axis=0)
        return hits

    def _reaching(self, rows: Rows, boxes: tuple[Box, ...]) -> NDArray[np.bool_]:
        """Tell which lines surely meet a box, as one of their points lies in it.

        To compare numbers costs a tenth of having GEOS decode and test a line.
        """
        found = np.zeros(len(rows), dtype=bool)
        # Of a box without width or height, GEOS decides what meets it.
        proper = [box for box in boxes if box.west < box.east and box.south < box.north]
        if not proper:
            return found
        lines = np.flatnonzero(are_lines(self._wkb.starts(rows, WKB_HEAD)))
        lines = lines[self._wkb.lengths(rows[lines]) > LINE_HEAD]
        if len(lines):
            self.work.looked_at += len(lines)
            points = np.frombuffer(self._wkb.joined(rows[lines], LINE_HEAD)).reshape(-1, 2).T
            lengths = (self._wkb.lengths(rows[lines]) - LINE_HEAD) // points.itemsize // 2
            begins = np.cumsum(lengths) - lengths
            within = meeting(np.concatenate([points, points]), proper)
            found[lines] = np.logical_or.reduceat(within, begins)
        return found


def area_of(box: Box) -> shapely.Geometry:
    """Give a box as a geometry: one without width or height as a line or a point, to be valid."""
    if box.west < box.east and box.south < box.north:
        return shapely.box(*box)
    return shapely.Point(box[:2]) if box[:2] == box[2:] else shapely.LineString([box[:2], box[2:]])
