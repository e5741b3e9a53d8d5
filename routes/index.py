"""The query index of a collection: space x time -> row numbers -> bytes.

Everything is memory-mapped, so several processes share one copy, and time is a mask applied
before any geometry is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geoindex_rs.rtree as rtree
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
from routes.wkb import WKB_HEAD, types_of

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


@dataclass(frozen=True, eq=False)
class Query:
    """What is asked for, of a collection of n rows.

    `boxes`: one, or two where the asked box crosses the antimeridian. `shape`: the area meant, in
    EPSG:4326, where the boxes only surround it, as for a box of another CRS. `mask`: rows that
    may answer at all, shape (n,). `order`: all n rows in the order asked for; else as stored.
    """

    boxes: tuple[Box, ...] = ()
    window: Window | None = None
    certainty: Certainty = "possible"
    shape: BaseGeometry | None = None
    mask: Mask | None = None
    order: Rows | None = None


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


class Candidates(NamedTuple):
    """Rows in the order asked for, and the place of each in that order; without one, its row."""

    rows: Rows
    places: Rows


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
    hashed: NDArray[np.void]
    _ids: Column
    _fragments: Column
    _wkb: Column
    work: Work = field(default_factory=Work)

    @classmethod
    def open(cls, folder: Path) -> CollectionIndex:
        """Map the serving files in `folder` into memory."""
        return cls(
            bounds=Bounds.from_array(mapped.array(folder / "bounds.npy")),
            boxes=mapped.array(folder / "boxes.npy"),
            tree=mapped.raw(folder / "rtree.bin"),
            hashed=mapped.array(folder / "hashed.npy"),
            _ids=Column.open(folder, "ids"),
            _fragments=Column.open(folder, "fragments"),
            _wkb=Column.open(folder, "wkb"),
        )

    def __len__(self) -> int:
        return len(self.boxes)

    def extent(self) -> Extent:
        """Give the box of all geometries, and the possible extent in time of rows that have one."""
        drawn = self.boxes[~np.isnan(self.boxes[:, 0])]
        whole = self.bounds.stretches(most=1)
        bbox = None
        if len(drawn):
            west, south = drawn[:, :2].min(axis=0).tolist()
            east, north = drawn[:, 2:].max(axis=0).tolist()
            bbox = (west, south, east, north)
        return Extent(bbox, whole[0].written() if whole else (None, None))

    def page(self, query: Query, first_place: int = 0, limit: int = 10) -> Page:
        """Give up to `limit` rows that match, in order, from `first_place` on."""
        rows, places = self._candidates(query)
        inside = self._inside(rows, query)
        matched = None
        if np.count_nonzero(~inside) <= MOST_COUNTED:
            hits = self._hits(rows, inside, query)
            rows, places = rows[hits], places[hits]
            inside, matched = np.ones(len(rows), dtype=bool), len(rows)
        begin = int(np.searchsorted(places, first_place))
        page = self._first(rows, inside, query, begin, limit + 1)
        next_place = int(places[page[limit]]) if len(page) > limit else None
        return Page(rows[page[:limit]], next_place, matched)

    def rows(self, query: Query) -> Rows:
        """Give all rows that match, in order."""
        rows, _ = self._candidates(query)
        return rows[self._first(rows, self._inside(rows, query), query, 0, len(rows))]

    def candidates(self, query: Query) -> Rows:
        """Give all rows that may match: boxes are compared, geometries not tested."""
        return self._candidates(query).rows

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

    def _candidates(self, query: Query) -> Candidates:
        """Give rows whose box meets a box of the query and which may answer at that time."""
        rows = self._near(query.boxes)
        if query.mask is not None:
            rows = rows[query.mask[rows]]
        if query.window is not None:
            bounds = self.bounds if len(rows) == len(self) else self.bounds.take(rows)
            rows = rows[bounds.holds(query.window, query.certainty)]
        if query.order is None:
            return Candidates(rows, rows)
        chosen = np.zeros(len(self), dtype=bool)
        chosen[rows] = True
        places = np.flatnonzero(chosen[query.order])
        return Candidates(query.order[places], places)

    def _near(self, boxes: tuple[Box, ...]) -> Rows:
        """Give rows whose box meets one of some boxes, ascending; all rows without any."""
        if not boxes:
            return np.arange(len(self))
        found = [np.asarray(rtree.search(self.tree, *box)) for box in boxes if len(self)]
        rows = np.concatenate([*found, np.empty(0, np.uint32)]).astype(np.intp)
        # Two boxes may find a row twice; one does not, and sorting costs less.
        return np.unique(rows) if len(found) > 1 else np.sort(rows)

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
        if len(edge):
            self.work.decoded += len(edge)
            areas = [query.shape] if query.shape else [_area(box) for box in query.boxes]
            geometry = self.geometries(rows[edge])
            hits[edge] = np.any([shapely.intersects(geometry, area) for area in areas], axis=0)
        return hits


def _area(box: Box) -> shapely.Geometry:
    """Give a box as a geometry: one without width or height as a line or a point, to be valid."""
    if box.west < box.east and box.south < box.north:
        return shapely.box(*box)
    return shapely.Point(box[:2]) if box[:2] == box[2:] else shapely.LineString([box[:2], box[2:]])
