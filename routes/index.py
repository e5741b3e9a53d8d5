"""The query index of a collection: space x time -> row numbers -> bytes.

Everything is memory-mapped, so several processes share one copy. A page is looked for in the order
of the rows, first in a tree over space and time, then among the boxes and times of rows, and no
farther than it needs; a geometry is decoded only where nothing cheaper decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.geojson import geojson_geometries
from geo.times import Bounds
from routes import mapped
from routes.mapped import Column
from routes.query import Extent, Page, Query, Shape, Work, extent_of
from routes.serving import id_hash
from routes.tree import RUN, Box, Packed, Rows, Tree, meeting
from routes.wkb import WKB_HEAD, types_of

IS_COMPILED = find_spec("routes.scan") is not None
"""Whether the search was compiled when routeshift was installed; without it pages take longer."""
if IS_COMPILED:
    from routes.scan import Scan, joined

# Over more runs of rows than this a page does not wait for its exact count unless it is asked for
# (OGC 17-069r4 lets `numberMatched` be left out).
MOST_RUNS = 128
RUNS_AT_ONCE = 64


@dataclass
class CollectionIndex:
    """One collection of one edition, open for queries; made by `CollectionIndex.open`."""

    bounds: Bounds
    boxes: NDArray[np.float64]
    tree: Tree
    hashes: NDArray[np.uint64]
    hashed: NDArray[np.uint32]
    _ids: Column
    _fragments: Column
    _wkb: Column
    scan: Scan | None
    work: Work = field(default_factory=Work)

    @classmethod
    def open(cls, folder: Path) -> CollectionIndex:
        """Map the serving files in `folder` into memory."""
        boxes, bounds = mapped.array(folder / "boxes.npy"), mapped.array(folder / "bounds.npy")
        tree, wkb = Tree.open(folder, len(boxes)), Column.open(folder, "wkb")
        return cls(
            bounds=Bounds.from_array(bounds),
            boxes=boxes,
            tree=tree,
            hashes=mapped.array(folder / "hashes.npy"),
            hashed=mapped.array(folder / "hashed.npy"),
            _ids=Column.open(folder, "ids"),
            _fragments=Column.open(folder, "fragments"),
            _wkb=wkb,
            scan=_scan(tree, Packed.open(folder), boxes, bounds, wkb) if IS_COMPILED else None,
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
        if query.is_for_all:
            places = np.arange(first_place, min(first_place + limit + 1, len(self)), dtype=np.intp)
            return _page(places, query.order, limit, len(self))
        if query.order is not None:
            places = self._places(self._search(query, 0, len(self))[0], query.order)
            after = places[np.searchsorted(places, first_place) :]
            return _page(after, query.order, limit, len(places))
        rows, matched = self._search(query, first_place, limit + 1)
        if first_place == 0 and len(rows) <= limit:
            matched = len(rows)
        return _page(rows, None, limit, matched)

    def rows(self, query: Query) -> Rows:
        """Give all rows that match, in order."""
        return self._ordered(self._search(query, 0, len(self))[0], query.order)

    def _ordered(self, rows: Rows, order: Rows | None) -> Rows:
        return rows if order is None else order[self._places(rows, order)]

    def _places(self, rows: Rows, order: Rows) -> Rows:
        """Give where in an order some rows stand, ascending."""
        chosen = np.zeros(len(self), dtype=bool)
        chosen[rows] = True
        return np.flatnonzero(chosen[order])

    def _search(self, query: Query, begin: int, wanted: int) -> tuple[Rows, int | None]:
        """Give the first rows that match, from `begin` on, and how many match in all, if told."""
        if self.scan is not None and query.shape is None:
            return self._scanned(self.scan, query, begin, wanted)
        runs = self.tree.runs(query.boxes, query.window)
        is_counted = query.is_counted or len(runs) <= MOST_RUNS
        if not is_counted:
            runs = runs[np.searchsorted(runs, begin // RUN) :]
        found, matched = [np.empty(0, np.intp)], 0
        for at in range(0, len(runs), RUNS_AT_ONCE):
            rows = self._of_runs(runs[at : at + RUNS_AT_ONCE], query)
            rows = rows[self._hits(rows, query)]
            matched += len(rows)
            found.append(rows[np.searchsorted(rows, begin) :])
            wanted -= len(found[-1])
            if wanted <= 0 and not is_counted:
                break
        return np.concatenate(found), matched if is_counted else None

    def _scanned(
        self, scan: Scan, query: Query, begin: int, wanted: int
    ) -> tuple[Rows, int | None]:
        """Search as `_search` does, compiled; GEOS decides what that leaves undecided."""
        window = query.seconds
        is_counted = query.is_counted or scan.runs(query.boxes, window, MOST_RUNS) <= MOST_RUNS
        mask = None if query.mask is None else query.mask.view(np.uint8)
        is_certain = query.certainty == "certain"
        rows, undecided, matched, compared, looked_at = scan.first(
            query.boxes, window, is_certain, mask, begin, wanted, is_counted
        )
        self.work.compared += compared
        self.work.looked_at += looked_at
        if undecided.any():
            meets = self._meeting(rows[undecided], query)
            matched += int(meets.sum())
            undecided[undecided] = ~meets
            rows = rows[~undecided]
            rows = rows[np.searchsorted(rows, begin) :]
        return rows, matched if is_counted else None

    def candidates(self, query: Query) -> Rows:
        """Give all rows that may match: boxes are compared, geometries not tested."""
        rows = self._of_runs(self.tree.runs(query.boxes, query.window), query)
        return self._ordered(rows, query.order)

    def row_of(self, feature_id: str) -> int | None:
        """Find the row of one feature."""
        wanted = np.uint64(id_hash(feature_id))
        at = int(self.hashes.searchsorted(wanted))
        while at < len(self) and self.hashes[at] == wanted:
            row = int(self.hashed[at])
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

    def fragments(self, rows: Rows) -> Iterator[bytes | memoryview]:
        """Give features as GeoJSON, as slices of the mapped file."""
        column, at = self._stored(rows)
        return column.take(at)

    def joined(self, rows: Rows, head: bytes, tail: bytes) -> bytes:
        """Give features as GeoJSON with commas between them, behind `head`, before `tail`."""
        column, at = self._stored(rows)
        if self.is_compiled:
            whole = joined(column.offsets, column.data, at, head, tail)
        else:
            whole = b"%b%b%b" % (head, b",".join(column.take(at)), tail)
        self.work.copied += len(whole)
        return whole

    @property
    def is_compiled(self) -> bool:
        """Whether pages are searched for and joined by compiled code."""
        return self.scan is not None

    def _stored(self, rows: Rows) -> tuple[Column, Rows]:
        """Give a column that has features as GeoJSON, and where in it those of some rows are."""
        return self._fragments, rows

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

    def _hits(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Test exactly what lies on the edge (OGC 17-069r4 /req/core/fc-bbox-response)."""
        hits = self._inside(rows, query)
        edge = np.flatnonzero(~hits)
        if len(edge):
            hits[edge] = self._meeting(rows[edge], query)
        return hits

    def _meeting(self, rows: Rows, query: Query) -> NDArray[np.bool_]:
        """Ask GEOS which rows meet the area of the query."""
        self.work.decoded += len(rows)
        areas = [query.shape] if query.shape else [area_of(box) for box in query.boxes]
        geometry = self.geometries(rows)
        return np.asarray(np.any([shapely.intersects(geometry, area) for area in areas], axis=0))


def _scan(
    tree: Tree,
    packed: Packed,
    boxes: NDArray[np.float64],
    bounds: NDArray[np.int64],
    wkb: Column,
) -> Scan:
    rows = (packed.cells, packed.days, boxes, bounds, wkb.offsets, wkb.data)
    return Scan(tree.sizes, tree.sides, tree.times, *rows)


def _page(places: Rows, order: Rows | None, limit: int, matched: int | None) -> Page:
    """Make a page of the places that match, from its first on, at least one more than it holds."""
    next_place = int(places[limit]) if len(places) > limit else None
    page = places[:limit]
    return Page(page if order is None else order[page], next_place, matched)


def area_of(box: Box) -> shapely.Geometry:
    """Give a box as a geometry: one without width or height as a line or a point, to be valid."""
    if box.west < box.east and box.south < box.north:
        return shapely.box(*box)
    return shapely.Point(box[:2]) if box[:2] == box[2:] else shapely.LineString([box[:2], box[2:]])
